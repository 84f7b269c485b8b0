using MiniContainer.Kernel;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Plans.Tests;

public sealed class JournalTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("minic-journal-").FullName;

    private string JournalFile => Path.Combine(directory, "journal");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    internal static JournalHeader Header(string id = "box") => new()
    {
        Kind = "container",
        Id = id,
        Owner = ProcessIdentity.Self,
        Created = DateTimeOffset.UnixEpoch,
        Bundle = "/b",
        Annotations = new Dictionary<string, string> { ["a"] = "b" },
    };

    [Fact]
    public void What_was_written_is_read_again()
    {
        using (var journal = Journal.Create(JournalFile, Header()))
        {
            journal.Done(journal.Begin(new MakeDirectory("/x", 0x1c0) { Why = "because" }), new StepFacts { Made = true });
            var clone = journal.Begin(new CloneChild("box", 0x20000000, ["stdin", "go"]) { PidNamespace = "ns:/p" });
            journal.Done(clone, new StepFacts { Pid = 7, StartTime = 99 });
            journal.Begin(new WriteFile("/y", "text\n"));
            journal.MarkUp();
            journal.Undone(2);
            journal.MarkExit(new JournalExit("box", 137, DateTimeOffset.UnixEpoch));
        }

        File.ReadAllText(JournalFile).Should().NotContainAny("title", "byHand", "callTexts", "waits", "alive");
        using var read = Journal.Open(JournalFile);
        read.Header.Should().BeEquivalentTo(Header());
        read.Up.Should().BeTrue();
        read.Entries.Should().HaveCount(3);
        read.Entries[0].Step.Should().Be(new MakeDirectory("/x", 0x1c0) { Why = "because" });
        read.Entries[0].Facts.Should().Be(new StepFacts { Made = true });
        read.Entries[1].Step.Should().BeOfType<CloneChild>().Which.Descriptors.Should().Equal("stdin", "go");
        read.Entries[1].Facts.Should().Be(new StepFacts { Pid = 7, StartTime = 99 });
        read.Entries[1].Undone.Should().BeTrue();
        read.Entries[2].Facts.Should().BeNull("it was begun, and nobody knows whether it was done");
        read.Exits.Should().Equal(new JournalExit("box", 137, DateTimeOffset.UnixEpoch));
        read.Clean.Should().BeFalse();
    }

    [Fact]
    public void Every_step_of_minics_own_can_be_written_down() =>
        StepConverter.Types.Should().OnlyHaveUniqueItems().And.BeEquivalentTo(
            typeof(Step).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Step)) && !t.IsAbstract && t != typeof(ChildStep)),
            "a step that a journal does not know could not be undone")
            .And.OnlyContain(t => JournalJson.Default.GetTypeInfo(t) != null);

    [Theory]
    [InlineData("{\"n\":2,\"begin\":{\"write-file\":{\"pa")]
    [InlineData("{\"n\":2,\"begin\":{\"no-such-step\":{}}}")]
    [InlineData("\0\0\0")]
    public void A_line_that_was_cut_short_is_passed_over(string tail)
    {
        using (var journal = Journal.Create(JournalFile, Header()))
            journal.Begin(new WriteFile("/y", "text"));
        File.AppendAllText(JournalFile, tail);

        using var read = Journal.Open(JournalFile);
        read.Entries.Should().ContainSingle().Which.Step.Should().Be(new WriteFile("/y", "text"));
    }
}
