// Plays that go step by step, with a person made of answers; the child in them is a real one.

using MiniContainer.Observation;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;
using MiniContainer.Telling.Explain;
using MiniContainer.Telling.Stepping;

namespace MiniContainer.Telling.Tests.Stepping;

public sealed class StepWatchTests : IDisposable
{
    private static readonly StepKinds Kinds = new(() => [MiniContainer.Plans.Steps.PlanSteps.Family]);

    private static readonly JournalHeader Header = new()
    {
        Kind = "container",
        Id = "box",
        Owner = ProcessIdentity.Self,
    };

    private const ulong CLONE_NEWUTS = 0x04000000;

    private readonly string directory = Directory.CreateTempSubdirectory("minic-step-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void Each_step_is_asked_for_and_tells_what_it_changed()
    {
        var person = new Person();

        Play(Child(), person).Should().BeNull();

        person.Asked.Should()
            .Equal("make the directory d", "make the process kid", "wait for go", "let kid go on",
                "set the hostname to lab", "set the file mode mask to 077", "execute true");
        person.Told.Should().Equal("wait until kid has executed its command");
        person.Changes("make the directory d").Should().Equal($"+ {directory}/d/");
        person.Changes("set the hostname to lab").Should().Contain("+ lab").And.HaveCount(2);
        person.Changes("set the file mode mask to 077").Should().Contain("+ Umask 0077");
        person.Changes("wait for go").Should().BeEmpty();
    }

    [Fact]
    public void The_child_does_nothing_before_its_step_is_played()
    {
        var names = new List<string>();
        var person = new Person();
        person.OnAsk = moment =>
        {
            if (moment.InsidePid is { } pid)
                names.Add($"{moment.Step.Title}: {NameIn(pid)}");
            return StepAnswer.Play;
        };

        Play(Child(), person).Should().BeNull();

        var own = Knob.TryRead("/proc/sys/kernel/hostname");
        names.Should()
            .Equal($"wait for go: {own}", $"let kid go on: {own}", $"set the hostname to lab: {own}",
                "set the file mode mask to 077: lab", "execute true: lab");
    }

    [Theory]
    [InlineData("make the directory d")]
    [InlineData("make the process kid")]
    [InlineData("wait for go")]
    [InlineData("set the hostname to lab")]
    [InlineData("execute true")]
    public void To_quit_undoes_what_was_begun(string at)
    {
        var pid = 0;
        var person = new Person();
        person.OnAsk = moment =>
        {
            pid = moment.InsidePid ?? pid;
            return moment.Step.Title == at ? StepAnswer.Quit : StepAnswer.Play;
        };

        var failure = Play(Child(), person);

        failure!.Message.Replace($"{directory}/", "", StringComparison.Ordinal).Should().Contain(at).And
            .Contain("What was begun has been undone.");
        failure.ExitCode.Should().Be(125);
        Directory.Exists($"{directory}/d").Should().BeFalse();
        if (pid != 0)
            Processes.Stat(pid).Should().BeNull("the child is gone, and reaped");
        person.Asked[^1].Should().Be(at, "the way back does not wait");
    }

    [Fact]
    public void To_go_on_asks_no_more()
    {
        var person = new Person
        {
            OnAsk = m => m.Step.Title == "set the hostname to lab" ? StepAnswer.GoOn : StepAnswer.Play,
        };

        Play(Child(), person).Should().BeNull();

        person.Asked[^1].Should().Be("set the hostname to lab");
        person.Told.Should()
            .Equal("set the file mode mask to 077", "execute true", "wait until kid has executed its command");
    }

    [Fact]
    public void To_play_on_stops_at_the_next_chapter_and_tells_what_the_one_before_changed()
    {
        var person = new Person
        {
            OnAsk = m => m.Step.Title == "make the process kid" ? StepAnswer.PlayChapter : StepAnswer.Play,
        };

        Play(Child(), person).Should().BeNull();

        // The mask of file modes is set for a root that never comes here, so it begins a chapter.
        person.Asked.Should()
            .Equal("make the directory d", "make the process kid", "set the file mode mask to 077", "execute true");
        person.Told.Should()
            .Equal("wait for go", "let kid go on", "set the hostname to lab",
                "wait until kid has executed its command");
        person.Moments.Select(m => m.Chapter).OfType<string>().Should().Equal("state", "namespaces", "root", "command");
        person.Changes("set the hostname to lab").Should()
            .Contain("+ lab", "the whole chapter's changes are shown at its end");
    }

    [Fact]
    public void A_step_that_fails_on_the_tape_is_named_at_once()
    {
        var person = new Person();

        var failure = Play(Child(tape => tape.Chdir("/no/such/directory", "")), person);

        failure!.Message.Should().StartWith("chdir to /no/such/directory: chdir(\"/no/such/directory\"): ENOENT");
        person.Said.Should().ContainSingle().Which.Should().Contain("ENOENT");
        person.Asked.Should()
            .ContainInOrder("chdir to /no/such/directory", "make the process kid", "make the directory d").And
            .NotContain("execute true");
        Directory.Exists($"{directory}/d").Should().BeFalse();
    }

    [Fact]
    public void A_child_whose_parent_is_gone_waits_for_nobody()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, for namespaces");
        var plan = Child();
        var watch = new StepWatch(new Person());
        var playing = new PlayContext(plan);
        playing.Rearranges = (child, tape) => watch.LayOut(playing, child, tape);
        playing.HearsOfChild = watch.Made;
        _ = plan.Steps[1].Do(playing);
        var pid = playing.Children["kid"].Pid;

        playing.Dispose();

        Processes.Reap(pid).Should().Be(MinicException.ExitFailure);
    }

    [Fact]
    public void A_rest_stands_before_each_step_but_behind_a_filter_or_a_wait_for_others()
    {
        var plan = new Plan();
        var tape = plan.Tape("kid", ["null", "go", "other"]);
        tape.Await("go", "");
        tape.Umask(0x3f, "");
        tape.Seccomp(new byte[8], 0, "");
        tape.Umask(0, "");
        tape.Await("other", "");
        tape.Umask(1, "");
        using var playing = new PlayContext(plan);
        playing.Rearranges = (child, entries) => new StepWatch(new Person()).LayOut(playing, child, entries);

        var entries = playing.LayOut("kid");

        entries.Select(e => $"{(e.Index is null ? "rest before " : "")}{e.Step.Title}").Should().Equal(
            "rest before wait for go", "wait for go", "rest before set the file mode mask to 077",
            "set the file mode mask to 077",
            "rest before filter system calls", "filter system calls", "set the file mode mask to 00", "wait for other",
            "set the file mode mask to 01");
    }

    [Fact]
    public void The_first_undo_can_be_refused_and_then_nothing_has_happened()
    {
        var path = Path.Combine(directory, "journal");
        using var journal = Journal.Create(path, Kinds, Header);
        journal.Done(journal.Begin(new MakeDirectory($"{directory}/d", 0x1c0)), new StepResult { Made = true });
        // One with nothing to undo comes first on the way back: to pass over it would be a beginning.
        journal.Done(journal.Begin(new SetFile("/nowhere", "1")), null);
        Directory.CreateDirectory($"{directory}/d");

        var undo = () => Backward.Play(journal, new StepWatch(new Person { OnAsk = _ => StepAnswer.Quit }));

        undo.Should().Throw<MinicException>().WithMessage("*Nothing has been undone.");
        journal.Down.Should().BeFalse();
        Directory.Exists($"{directory}/d").Should().BeTrue();
    }

    [Fact]
    public void An_undo_that_has_begun_is_played_to_its_end()
    {
        using var journal = Journal.Create(Path.Combine(directory, "journal"), Kinds, Header);
        foreach (var name in new[] { "a", "b", "c" })
        {
            Directory.CreateDirectory($"{directory}/{name}");
            journal.Done(journal.Begin(new MakeDirectory($"{directory}/{name}", 0x1c0)), new StepResult
            {
                Made = true,
            });
        }

        var person = new Person
        {
            OnAsk = m => m.Step.Title.EndsWith("/b", StringComparison.Ordinal) ? StepAnswer.Quit : StepAnswer.Play,
        };
        Backward.Play(journal, new StepWatch(person)).Should().BeEmpty();

        person.Asked.Should().HaveCount(2);
        person.Changes($"make the directory {directory}/c").Should().Equal($"- {directory}/c/");
        journal.Clean.Should().BeTrue();
        Directory.GetDirectories(directory).Should().BeEmpty();
    }

    [Fact]
    public void A_dialog_over_a_socket_says_the_same_and_its_end_is_a_quit()
    {
        var (ours, theirs) = Terminal.SocketPair();
        var person = new Person { OnAsk = m => m.Step.Number == 1 ? StepAnswer.GoOn : StepAnswer.Play };
        var moment = new Moment(ExplainedStep.Of(1, new MakeFifo("/p")), "forward", 2, 5)
        {
            Inside = "kid",
            InsidePid = 7,
        };
        using var stream = new FileStream(ours, FileAccess.ReadWrite, bufferSize: 0);
        var server = new Thread(() => PipedDialog.Serve(stream, person));
        server.Start();
        using (var dialog = new PipedDialog(new FileStream(theirs, FileAccess.ReadWrite, bufferSize: 0)))
        {
            dialog.Ask(moment).Should().Be(StepAnswer.GoOn);
            dialog.Tell(moment with { Brief = true });
            dialog.Show(new Difference([new("kid", "mounts", ["a"], ["b"])]));
            dialog.Say("words");
        }

        server.Join();
        person.Moments[0].Should().BeEquivalentTo(moment, o => o.Excluding(m => m.Step.Subject));
        (person.Asked.Count, person.Told.Count, person.Said.Single()).Should().Be((1, 1, "words"));
        person.Changes(moment.Step.Title).Should().Equal("- a", "+ b");
        var (left, right) = Terminal.SocketPair();
        left.Dispose();
        using var alone = new PipedDialog(new FileStream(right, FileAccess.ReadWrite, bufferSize: 0));
        alone.Ask(moment).Should().Be(StepAnswer.Quit);
    }

    private static string? NameIn(int pid)
    {
        using var pidfd = Processes.OpenPidFd(pid);
        return ProcessNamespaces.HostName(pidfd!);
    }

    // A child with a host name of its own.
    private Plan Child(Action<ChildTape>? more = null)
    {
        var plan = new Plan();
        plan.Add(new MakeDirectory($"{directory}/d", 0x1c0));
        string[] descriptors = ["null", "null", "null", "go", "status"];
        plan.Add(new CloneChild("kid", CLONE_NEWUTS, descriptors));
        var tape = plan.Tape("kid", descriptors);
        tape.Await("go", "");
        plan.Add(new Release("kid"));
        tape.SetHostname("lab", "");
        tape.Umask(0x3f, "");
        more?.Invoke(tape);
        tape.Execve(["/no/such/true", "/bin/true"], ["true"], [], "");
        plan.Add(new AwaitExec("kid"));
        return plan;
    }

    private MinicException? Play(Plan plan, Person person)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, for namespaces");
        person.Hide = directory + "/";
        using var journal = Journal.Create(Path.Combine(directory, "journal"), Kinds, Header);
        using var playing = new PlayContext(plan);
        try
        {
            Forward.Play(plan, journal, playing, new StepWatch(person));
            _ = Processes.Reap(playing.Children["kid"].Pid);
            return null;
        }
        catch (MinicException e)
        {
            return e;
        }
    }

    private sealed class Person : StepDialog
    {
        private readonly Dictionary<string, Difference> shown = [];
        private string last = "";

        public Func<Moment, StepAnswer> OnAsk { get; set; } = _ => StepAnswer.Play;

        public string Hide { get; set; } = "//";

        public List<Moment> Moments { get; } = [];

        public List<string> Asked { get; } = [];

        public List<string> Told { get; } = [];

        public List<string> Said { get; } = [];

        public IEnumerable<string> Changes(string title) =>
            shown[title].Parts.SelectMany(p => p.Gone.Select(l => "- " + l).Concat(p.Come.Select(l => "+ " + l)));

        public override StepAnswer Ask(Moment moment)
        {
            Note(moment, Asked);
            return OnAsk(moment with { Step = moment.Step with { Title = last } });
        }

        public override void Tell(Moment moment) => Note(moment, Told);

        public override void Show(Difference difference) => shown[last] = difference;

        public override void Say(string text) => Said.Add(text);

        private void Note(Moment moment, List<string> where)
        {
            Moments.Add(moment);
            last = moment.Step.Title.Replace(Hide, "", StringComparison.Ordinal);
            where.Add(last);
        }
    }
}
