using MiniContainer.Kernel;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Plans.Tests;

public sealed class PlayTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("minic-play-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private string At(string name) => Path.Combine(directory, name);

    private Plan TwoFiles()
    {
        var plan = new Plan();
        plan.Add(new MakeDirectory(At("d"), 0x1c0));
        plan.Add(new WriteFile(At("d/one"), "1"));
        plan.Add(new MakeFifo(At("d/two")));
        return plan;
    }

    [Fact]
    public void Forward_then_backward_leaves_nothing()
    {
        var plan = TwoFiles();
        using var journal = Journal.Create(At("journal"), JournalTests.Kinds, JournalTests.Header());
        using var playing = new PlayContext(plan);

        Forward.Play(plan, journal, playing);

        journal.Up.Should().BeTrue();
        File.ReadAllText(At("d/one")).Should().Be("1");
        Backward.Play(journal).Should().BeEmpty();
        Directory.Exists(At("d")).Should().BeFalse();
        journal.Clean.Should().BeTrue();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_failure_before_any_step_undoes_those_before_it(int step)
    {
        var plan = TwoFiles();
        using var journal = Journal.Create(At("journal"), JournalTests.Kinds, JournalTests.Header());
        using var playing = new PlayContext(plan);

        var play = () => Forward.Play(plan, journal, playing, new FailAt(plan.Steps[step]));

        play.Should().Throw<MinicException>().WithMessage("test: here");
        Directory.Exists(At("d")).Should().BeFalse();
        journal.Up.Should().BeFalse();
        journal.Clean.Should().BeTrue();
    }

    [Fact]
    public void What_was_there_before_is_left_alone()
    {
        Directory.CreateDirectory(At("d"));
        File.WriteAllText(At("d/mine"), "keep");
        var plan = TwoFiles();
        using var journal = Journal.Create(At("journal"), JournalTests.Kinds, JournalTests.Header());
        using var playing = new PlayContext(plan);
        Forward.Play(plan, journal, playing);

        Backward.Play(journal).Should().BeEmpty();

        Directory.GetFileSystemEntries(At("d")).Should().Equal(At("d/mine"));
    }

    [Fact]
    public void A_file_whose_directory_is_gone_is_undone_already()
    {
        new WriteFile(At("gone/file"), "x").Undo(null);
        new MakeFifo(At("gone/pipe")).Undo(null);
        Directory.Exists(At("gone")).Should().BeFalse();
    }

    [Fact]
    public void An_undo_that_fails_stops_no_other_and_is_tried_again()
    {
        using (var journal = Journal.Create(At("journal"), JournalTests.Kinds, JournalTests.Header()))
        {
            journal.Done(journal.Begin(new WriteFile(At("first"), "1")), null);
            // File.Delete of a directory fails: stands for whatever cannot be undone just now.
            Directory.CreateDirectory(At("stuck"));
            journal.Done(journal.Begin(new WriteFile(At("stuck"), "2")), null);
            journal.Done(journal.Begin(new WriteFile(At("third"), "3")), null);
        }

        File.WriteAllText(At("first"), "1");
        File.WriteAllText(At("third"), "3");
        using (var journal = Journal.Open(At("journal"), JournalTests.Kinds))
        {
            Backward.Play(journal).Should().ContainSingle().Which.Message.Should().Contain("stuck");
            journal.Clean.Should().BeFalse();
        }

        File.Exists(At("first")).Should().BeFalse();
        File.Exists(At("third")).Should().BeFalse();
        Directory.Delete(At("stuck"));
        using var again = Journal.Open(At("journal"), JournalTests.Kinds);
        Backward.Play(again).Should().BeEmpty();
        again.Clean.Should().BeTrue();
    }

    private sealed class FailAt(Step step) : PlayObserver
    {
        public override void Before(Step other, PlayContext playing)
        {
            if (ReferenceEquals(step, other))
                throw new MinicException("test", "here");
        }
    }
}
