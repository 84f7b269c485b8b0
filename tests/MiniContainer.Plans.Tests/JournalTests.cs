using MiniContainer.Kernel;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Plans.Tests;

public sealed class JournalTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("minic-journal-").FullName;

    private string JournalFile => Path.Combine(directory, "journal");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    internal static StepKinds Kinds { get; } = new(() => [PlanSteps.Family]);

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
        using (var journal = Journal.Create(JournalFile, JournalTests.Kinds, Header()))
        {
            journal.Done(journal.Begin(new MakeDirectory("/x", 0x1c0) { Why = "because" }), new StepResult
            {
                Made = true,
            });
            var clone = journal.Begin(new CloneChild("box", 0x20000000, ["stdin", "go"]) { PidNamespace = "ns:/p" });
            journal.Done(clone, new StepResult { Pid = 7, StartTime = 99 });
            journal.Begin(new WriteFile("/y", "text\n"));
            journal.MarkUp();
            journal.Undone(2);
            journal.MarkExit(new JournalExit("box", 137, DateTimeOffset.UnixEpoch));
        }

        File.ReadAllText(JournalFile).Should().NotContainAny("title", "byHand", "callTexts", "waits", "alive");
        using var read = Journal.Open(JournalFile, JournalTests.Kinds);
        read.Header.Should().BeEquivalentTo(Header());
        read.Up.Should().BeTrue();
        read.Entries.Should().HaveCount(3);
        read.Entries[0].Step.Should().Be(new MakeDirectory("/x", 0x1c0) { Why = "because" });
        read.Entries[0].Facts.Should().Be(new StepResult { Made = true });
        read.Entries[1].Step.Should().BeOfType<CloneChild>().Which.Descriptors.Should().Equal("stdin", "go");
        read.Entries[1].Facts.Should().Be(new StepResult { Pid = 7, StartTime = 99 });
        read.Entries[1].Undone.Should().BeTrue();
        read.Entries[2].Facts.Should().BeNull("it was begun, and nobody knows whether it was done");
        read.Exits.Should().Equal(new JournalExit("box", 137, DateTimeOffset.UnixEpoch));
        read.Clean.Should().BeFalse();
    }

    [Fact]
    public void Every_step_of_this_project_can_be_written_down()
    {
        PlanSteps.Family.Kinds.Select(k => k.Type).Should().OnlyHaveUniqueItems().And.BeEquivalentTo(
            typeof(Step).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Step)) && !t.IsAbstract
                && !t.IsSubclassOf(typeof(ChildStep)) && t != typeof(UnreadStep)),
            "a step that a journal does not know could not be undone")
            .And.OnlyContain(t => PlanSteps.Family.Serializer().GetTypeInfo(t) != null);
        PlanSteps.Family.Kinds.Select(k => k.Kind).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Kinds_of_two_projects_stand_in_one_journal()
    {
        var kinds = new StepKinds(() => [new StepFamily(PlanSteps.Family.Serializer, []), PlanSteps.Family]);
        using (var journal = Journal.Create(JournalFile, kinds, Header()))
            journal.Begin(new WriteFile("/y", "text"));
        using var read = Journal.Open(JournalFile, kinds);
        read.Entries.Should().ContainSingle().Which.Step.Should().Be(new WriteFile("/y", "text"));
    }

    [Theory]
    [InlineData("{\"n\":2,\"begin\":{\"write-file\":{\"pa")]
    [InlineData("\0\0\0")]
    public void A_last_line_that_was_cut_short_is_passed_over(string tail)
    {
        using (var journal = Journal.Create(JournalFile, Kinds, Header()))
            journal.Begin(new WriteFile("/y", "text"));
        File.AppendAllText(JournalFile, tail);

        using (var read = Journal.Open(JournalFile, Kinds))
        {
            read.Entries.Should().ContainSingle().Which.Step.Should().Be(new WriteFile("/y", "text"));
            read.Done(1, null);
        }

        File.ReadAllLines(JournalFile)[^1].Should().Be("{\"n\":1,\"done\":{}}", "what goes on writes over it");
        using var again = Journal.Open(JournalFile, Kinds);
        again.Unread.Should().BeEmpty();
    }

    // What another version of minic, or damage, may have put in place of the third step's "begin"; and the words for
    // it.
    [Theory]
    [InlineData("""{"n":3,"begin":{"make-vxlan":{"name":"v"}}}""", "make-vxlan",
        "this minic knows no step of kind \"make-vxlan\"")]
    [InlineData("""{"n":3,"begin":{"write-file":{"path":"/z","content":"","mode":7}}}""", "write-file",
        "'mode' could not be mapped")]
    [InlineData("""{"n":3,"begin":{"write-file":{"path":"/z"}}}""", "write-file", "missing required")]
    [InlineData("""{"n":3,"begin":{"write-file":{"path":"/z","content":""},"more":{}}}""", "write-file",
        "a step has one kind")]
    [InlineData("""{"n":3,"begin":{"write-file":null}}""", "write-file", "null")]
    [InlineData("""{"n":3,"begin":{"write-file":{"path":"/z","con""", "write-file", "end of data")]
    [InlineData("""{"n":3,"begin":{}}""", null, "named by its kind")]
    [InlineData("""{"n":3,"begin":{"write-file":{"path":"/z","content":""}},"when":1}""", "write-file",
        "says one thing")]
    [InlineData("""{"n":3,"planned":true}""", null, "does not know \"planned\"")]
    [InlineData("""{"n":3,"planned":true""", null, "does not know \"planned\"")]
    [InlineData("n=3", null, "no JSON")]
    [InlineData("", null, "no JSON")]
    [InlineData("\0\0\0\0", null, "no JSON")]
    public void A_line_that_cannot_be_read_is_kept_and_its_undo_refused_by_name(string line, string? kind,
        string reason)
    {
        var (made, kept, after) =
            (Path.Combine(directory, "made"), Path.Combine(directory, "kept"), Path.Combine(directory, "after"));
        using (var journal = Journal.Create(JournalFile, Kinds, Header()))
        {
            foreach (var path in (string[])[made, kept, after])
                File.WriteAllText(path, "");
            journal.Done(journal.Begin(new WriteFile(made, "")), null);
            journal.Done(journal.Begin(new MakeDirectory(directory, 0x1c0)), new StepResult { Made = false });
            journal.Done(journal.Begin(new WriteFile(kept, "")), null);
            journal.Done(journal.Begin(new WriteFile(after, "")), null);
            journal.MarkUp();
        }

        Replace("{\"n\":3,\"begin\"", line);

        for (var time = 1; time <= 2; time++)
        {
            using var read = Journal.Open(JournalFile, Kinds);
            read.Header.Should().BeEquivalentTo(Header());
            read.Up.Should().BeTrue();
            var unread = read.Unread.Should().ContainSingle("it is neither lost nor told twice").Subject;
            (unread.Kind, unread.Text).Should().Be((kind, line));
            unread.Reason.ToUpperInvariant().Should().Contain(reason.ToUpperInvariant()).And.NotContain("PATH: $");
            var failure = Backward.Play(read).Should().ContainSingle().Subject;
            failure.Message.Should().StartWith("undo ").And.EndWith(": " + line.Replace('\0', '?')).And
                .Contain(kind ?? $"line {unread.Line}");
            read.Clean.Should().BeFalse();
        }

        File.Exists(made).Should().BeFalse("one that cannot be undone is no reason to leave those before it");
        File.Exists(after).Should().BeFalse();
        File.Exists(kept).Should().BeTrue();
        File.ReadAllLines(JournalFile).Should().Contain(line);
    }

    [Theory]
    [InlineData("""{"n":1,"done":{"made":true,"link":7}}""")]
    [InlineData("""{"n":1,"done":7}""")]
    [InlineData("""{"n":1,"do""")]
    [InlineData("""#""")]
    public void A_result_that_cannot_be_read_makes_its_step_unread(string line)
    {
        using (var journal = Journal.Create(JournalFile, Kinds, Header()))
        {
            journal.Done(journal.Begin(new MakeDirectory(directory, 0x1c0)), new StepResult { Made = true });
            journal.MarkUp();
        }

        Replace("{\"n\":1,\"done\"", line);
        using var read = Journal.Open(JournalFile, Kinds);
        read.Unread.Should().ContainSingle().Which.Text.Should().Be(line);
        Backward.Play(read).Should().NotBeEmpty();
        read.Clean.Should().BeFalse();
    }

    [Theory]
    [InlineData("""{"n":9,"done":{}}""")]
    [InlineData("""{"n":1,"begin":{"write-file":{"path":"/again","content":""}}}""")]
    [InlineData("""{"paused":true}""")]
    [InlineData("""{"n":2,"begin":{"make-vxlan":{}}}""")]
    public void A_whole_last_line_is_not_passed_over(string line)
    {
        using (var journal = Journal.Create(JournalFile, Kinds, Header()))
            journal.Begin(new WriteFile(Path.Combine(directory, "none"), "text"));
        File.AppendAllText(JournalFile, line + "\n");

        using var read = Journal.Open(JournalFile, Kinds);
        read.Unread.Should().ContainSingle().Which.Text.Should().Be(line);
        Backward.Play(read).Should().ContainSingle();
    }

    [Theory]
    [InlineData("""{"open":{"kind":"container","id":"box","owner":{"pid":1,"startTime":2},"minic":"9.9"}}""", false)]
    [InlineData("""{"open":{"kind":"container","id":"box"}}""", true)]
    [InlineData("""{"open":{"kin""", true)]
    public void A_header_may_say_more_and_not_less(string line, bool unread)
    {
        using (var journal = Journal.Create(JournalFile, Kinds, Header()))
            journal.MarkUp();
        Replace("{\"open\"", line);

        using var read = Journal.Open(JournalFile, Kinds);
        read.Header.Should().NotBeNull();
        read.Unread.Any().Should().Be(unread);
        read.Clean.Should().Be(!unread);
    }

    [Fact]
    public void Numbers_go_on_after_a_step_that_cannot_be_read()
    {
        using (var journal = Journal.Create(JournalFile, Kinds, Header()))
            journal.Begin(new WriteFile("/y", ""));
        File.AppendAllText(JournalFile, "{\"n\":2,\"begin\":{\"make-vxlan\":{}}}\n");
        using (var read = Journal.Open(JournalFile, Kinds))
            read.Done(read.Begin(new WriteFile("/z", "")), null);

        using var again = Journal.Open(JournalFile, Kinds);
        again.Entries.Select(e => (e.Number, e.Step.GetType(), e.Facts is null)).Should().Equal(
            (1, typeof(WriteFile), true), (2, typeof(UnreadStep), true), (3, typeof(WriteFile), false));
    }

    private void Replace(string start, string line)
    {
        var lines = File.ReadAllLines(JournalFile);
        var at = Array.FindIndex(lines, l => l.StartsWith(start, StringComparison.Ordinal));
        at.Should().BeGreaterThanOrEqualTo(0);
        lines[at] = line;
        File.WriteAllText(JournalFile, string.Join("\n", lines) + "\n");
    }
}
