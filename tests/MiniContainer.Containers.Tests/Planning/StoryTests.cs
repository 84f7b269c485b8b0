// What --explain tells of whole plans: few enough lines to be taken in, of which none wraps.

using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Planning;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Telling.Explain;
using MiniContainer.Testing;

namespace MiniContainer.Containers.Tests.Planning;

public class StoryTests
{
    // A machine whose eight hierarchies have one controller each: the longest plan there is.
    private static readonly IReadOnlyList<CgroupHierarchy> V1 =
    [
        .. new[] { "name=systemd", "pids", "blkio", "freezer", "devices", "memory", "cpuacct", "cpu" }
            .Select(c =>
                new CgroupHierarchy([c], $"/sys/fs/cgroup/{c.Replace("name=", "", StringComparison.Ordinal)}",
                    $"/sys/fs/cgroup/{c.Replace("name=", "", StringComparison.Ordinal)}")),
    ];

    private static Spec Default => DefaultSpec.Create("rootfs", ["sh", "-c", "echo hi"], "box");

    public static TheoryData<string, int> Machine_and_width => new()
    {
        { "v1", 80 }, { "v1", 120 }, { "v2", 80 }, { "v2", 120 }, { "hybrid", 80 }, { "hybrid", 120 },
    };

    [Theory]
    [MemberData(nameof(Machine_and_width))]
    public void A_default_container_is_told_in_under_sixty_lines_and_a_screen_a_chapter(string machine, int width)
    {
        var explanation = Explanation.Of("minic run of box", Container(Default, machine));
        var lines = Text(explanation, width).TrimEnd('\n').Split('\n');

        lines.Length.Should().BeLessThan(60);
        lines.Should().OnlyContain(l => l.Length <= width);
        Story.Of(explanation).Chapters.Should().OnlyContain(c => c.Lines.Count < 24).And.HaveCountGreaterThan(8);
    }

    [Theory]
    [MemberData(nameof(Machine_and_width))]
    public void Every_step_is_in_one_line_and_is_counted_once(string machine, int width)
    {
        var explanation = Explanation.Of("minic run of box", Container(Default, machine));
        var story = Story.Of(explanation);

        story.Chapters.SelectMany(c => c.Lines).SelectMany(l => l.Steps).Select(s => s.Number).Order().Should()
            .Equal(Enumerable.Range(1, explanation.Steps.Count));
        story.Chapters.Sum(c => c.Steps).Should().Be(explanation.Steps.Count);
        Text(explanation, width).Should()
            .StartWith($"minic run of box: {explanation.Steps.Count} steps in {story.Chapters.Count} chapters.");
    }

    [Fact]
    public void A_container_on_version_1() =>
    Golden.Check(Text(Explanation.Of("minic run of box", Container(Default, "v1")), 80), "story-v1-80.txt");

    [Fact]
    public void A_container_on_version_2() =>
    Golden.Check(Text(Explanation.Of("minic run of box", Container(Default, "v2")), 120), "story-v2-120.txt");

    [Fact]
    public void An_exec()
    {
        var plan = new Plan();
        var target = new ExecTarget(7, CloneFlags.NEWPID | CloneFlags.NEWNS | CloneFlags.NEWUTS)
        {
            CgroupFiles = [.. Machines.Hybrid.Select(h => $"{h.MountPoint}/minic/box/cgroup.procs")],
        };
        ExecPlanner.Add(plan, "exec", Default.Process!, target, ContainerPlannerTests.Machine(Machines.Hybrid));
        Golden.Check(Text(Explanation.Of("minic exec in box", plan.Steps), 80), "story-exec-80.txt");
    }

    [Fact]
    public void A_chapter_whole()
    {
        var text = new StringWriter { NewLine = "\n" };
        new ExplanationText(text, 80, colour: false).Write(Explanation.Of("minic run of box", Container(Default, "v2")),
            "privileges");
        text.ToString().Split('\n').Should().OnlyContain(l => l.Length <= 80);
        Golden.Check(text.ToString(), "chapter-privileges-80.txt");
    }

    private static IReadOnlyList<Step> Container(Spec spec, string machine)
    {
        var plan = new Plan();
        var hierarchies = machine switch { "v1" => V1, "v2" => Machines.V2, _ => Machines.Hybrid };
        ContainerPlanner.Add(plan, new Bundle("/bundle", spec), new ContainerSetup("box", "/run/minic/containers/box"),
            ContainerPlannerTests.Machine(hierarchies));
        return plan.Steps;
    }

    private static string Text(Explanation explanation, int width)
    {
        var text = new StringWriter { NewLine = "\n" };
        new StoryText(text, width, colour: false).Write(explanation);
        return text.ToString();
    }
}
