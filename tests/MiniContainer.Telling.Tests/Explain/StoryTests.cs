// How steps are folded into a story; the stories of whole plans have their golden files beside their planners.

using MiniContainer.Plans;
using MiniContainer.Plans.Steps;
using MiniContainer.Telling.Explain;

namespace MiniContainer.Telling.Tests.Explain;

public class StoryTests
{
    private static readonly Step[] Cgroups = [.. new[] { "pids", "memory", "cpu" }.Select(Cgroup)];

    // A step of some other project.
    private sealed record Thing(string Name, Subject About, string Call, string? Undone = null) : Step
    {
        public override string Title => Name;

        public override IReadOnlyList<string> CallTexts => [Call];

        public override string Man => "";

        public override string Lab => "08-cgroups";

        public override Subject Subject => About;

        public override IReadOnlyList<string> ByHand => [];

        public override IReadOnlyList<string> UndoCallTexts => Undone is null ? [] : [Undone];

        public override StepResult? Do(PlayContext playing) => null;
    }

    private static Thing Cgroup(string hierarchy) =>
        new($"make the cgroup of {hierarchy}", new Subject(Chapter.Limits, "make # cgroups", hierarchy),
            "mkdir(\"/x\", 0755)", "rmdir(\"/x\")");

    [Fact]
    public void Steps_of_a_kind_are_one_line_that_counts_and_names_them()
    {
        var lines = Lines(80, [.. Cgroups, new MakeFifo("/p")]);
        lines.Should()
            .Contain(l => l.StartsWith("limits ", StringComparison.Ordinal)
                && l.EndsWith(" 3 steps", StringComparison.Ordinal));
        lines.Should()
            .Contain(l => l.StartsWith("  1-3 ", StringComparison.Ordinal)
                && l.Contains("make 3 cgroups: pids, memory, cpu ", StringComparison.Ordinal)
                && l.EndsWith("mkdir", StringComparison.Ordinal));
        lines.Should()
            .Contain(l => l.Contains("make the named pipe /p", StringComparison.Ordinal), "one of a kind is itself");
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("1-3", 1, 2, 3)]
    [InlineData("1,3", 3, 1)]
    [InlineData("1-2,7-9", 1, 2, 7, 8, 9)]
    [InlineData("100…300", 100, 200, 300)]
    public void Numbers_stand_for_themselves_or_for_their_ends(string expected, params int[] numbers) =>
        StoryText.Numbers([.. numbers.Select(n => ExplainedStep.Of(n, new MakeFifo("/p")))]).Should().Be(expected);

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(200)]
    public void No_line_is_wider_than_the_terminal_however_long_names_are(int width)
    {
        var path = "/" + string.Join('/', Enumerable.Repeat("a-long-name-of-a-directory", 9));
        Step[] steps = [new MakeDirectory(path, 0x1c0), new WriteFile(path + "/f", ""), new WriteFile(path + "/g", ""),
            new SetFile("/" + new string('x', 300), "1"), .. Cgroups];
        Lines(width, steps).Should().OnlyContain(l => l.Length <= width);
    }

    [Fact]
    public void A_name_with_a_line_end_or_an_escape_in_it_stays_in_its_line()
    {
        Step[] steps = [new MakeFifo("/a\nb\e[2J"), .. Cgroups];
        Lines(80, steps).Should().Contain(l => l.Contains("/a?b?[2J", StringComparison.Ordinal));
    }

    [Fact]
    public void A_chapter_is_never_more_than_a_screen_and_says_how_many_are_left()
    {
        var lines = Lines(80,
            [.. Enumerable.Range(0, 40)
                .Select(i =>
                    new Thing($"check that the name veth{i}", new Subject(Chapter.Network), "RTM_GETLINK()"))]);
        lines.Count(l => l.Contains("check that the name veth", StringComparison.Ordinal)).Should().Be(22);
        lines.Should().Contain(l => l.Trim() == "… and 18 steps more");
    }

    [Fact]
    public void Of_several_children_each_chapter_says_whose_it_is()
    {
        var plan = new Plan();
        foreach (var child in new[] { "one", "two" })
        {
            plan.Add(new MakeFifo($"/{child}"));
            plan.Add(new CloneChild(child, 0, ["go", "status"]));
            plan.Tape(child, ["go", "status"]).Await("go", "");
            plan.Add(Cgroup("pids"));
            plan.Add(new Release(child));
            plan.Add(new AwaitExec(child));
        }

        plan.Add(new MakeFifo("/last"));
        Section.Of(plan.Steps).Select(s => s.Name).Should().Equal(
            "state of one", "namespaces of one", "namespaces of one", "limits of one", "namespaces of one",
            "command of one",
            "state of two", "namespaces of two", "namespaces of two", "limits of two", "namespaces of two",
            "command of two", "state of two");
    }

    [Fact]
    public void A_meeting_belongs_to_that_for_which_they_meet()
    {
        var plan = new Plan();
        plan.Add(new CloneChild("kid", 0, ["go", "status"]));
        var tape = plan.Tape("kid", ["go", "status"]);
        tape.Await("go", "");
        plan.Add(new Release("kid"));
        tape.Report("status", "");
        tape.Await("go", "");
        plan.Add(new AwaitReady("kid"));
        plan.Add(new Thing("copy", new Subject(Chapter.Mounts), "sendfile()"));
        plan.Add(new Release("kid"));
        tape.Execve(["/bin/true"], ["true"], [], "");
        Section.Of(plan.Steps).Select(s => s.Name).Should().Equal(
            "namespaces", "namespaces", "namespaces", "mounts", "mounts", "mounts", "mounts", "mounts", "command");
    }

    [Fact]
    public void A_way_back_tells_what_is_undone_and_counts_the_rest()
    {
        JournalEntry[] entries = [.. Cgroups.Append(new SetFile("/x", "1"))
            .Select((s, i) => new JournalEntry(i + 1, s) { Facts = new StepResult() })];
        var text = Text(80, Explanation.OfUndo("minic delete of box", entries));
        text.Should().Contain("4 steps to undo").And.Contain("make 3 cgroups: cpu, memory, pids").And
            .Contain("rmdir").And.Contain("1 more step left nothing");
    }

    private static string[] Lines(int width, Step[] steps) => Text(width, Explanation.Of("a plan", steps)).Split('\n');

    private static string Text(int width, Explanation explanation)
    {
        var text = new StringWriter { NewLine = "\n" };
        new StoryText(text, width, colour: false).Write(explanation);
        return text.ToString();
    }
}
