// What a topology's plan says. It is made of facts alone, so these tests need no root.

using MiniContainer.Kernel;
using MiniContainer.Nodes.Planning;
using MiniContainer.Plans;
using MiniContainer.Testing;

namespace MiniContainer.Nodes.Tests.Planning;

public class TopologyPlannerTests
{
    private const string Home = "/run/nodes";

    private static readonly NodeFacts Facts = new()
    {
        MountsBelowSys = ["/sys/fs/cgroup", "/sys/kernel/security"],
        Used = ["/home/me/course", "/tmp/a course/", "/run/user/0", Home + "/other"],
    };

    private static Plan Plan => Line.PlanOf(Line.In(Home), Home, Facts);

    [Fact]
    public void A_line_of_three() => Golden.Check(PlanText.TitlesOfNews(Plan), "line.txt");

    [Fact]
    public void Every_step_explains_itself()
    {
        foreach (var step in Plan.Steps)
        {
            step.Why.Should().NotBeEmpty(step.Title).And.EndWith(".", step.Title);
            step.Man.Should().MatchRegex(@"^[a-z_0-9.-]+\([1-8]\)$", step.Title);
            step.Lab.Should().MatchRegex("^[0-9]{2}-[a-z0-9]+$", step.Title);
            step.CallTexts.Should().NotBeEmpty(step.Title);
            step.ByHand.Should().NotBeEmpty(step.Title);
        }
    }

    [Fact]
    public void Only_what_lies_in_a_nodes_own_directories_is_carried_over()
    {
        var kept = Plan.StepsOf("left").SelectMany(s => s.Calls)
            .Where(c => c.Name == "open_tree").Select(c => c.ToString());
        kept.Should().ContainSingle(c => c.Contains("\"/tmp/a course\"", StringComparison.Ordinal))
            .And.ContainSingle(c => c.Contains("\"/run/user/0\"", StringComparison.Ordinal))
            .And.NotContain(c => c.Contains("/home/me", StringComparison.Ordinal))
            .And.NotContain(c => c.Contains("other", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_step_comes_back_from_the_journal()
    {
        var steps = Plan.Steps.Where(s => s is not ChildStep).ToList();
        var path = Path.GetTempFileName() + ".journal";
        try
        {
            var header = new JournalHeader { Kind = "topology", Id = "line", Owner = ProcessIdentity.Self };
            using (var journal = Journal.Create(path, Line.Kinds, header))
                steps.ForEach(s => journal.Begin(s));
            using var read = Journal.Open(path, Line.Kinds);
            read.Entries.Select(e => e.Step).Should().BeEquivalentTo(steps,
                o => o.RespectingRuntimeTypes().WithStrictOrdering());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Every_kind_of_step_of_this_project_can_be_written_down() =>
        Nodes.Steps.NodesSteps.Family.Kinds.Select(k => k.Type).Should().BeEquivalentTo(
            typeof(Nodes.Steps.NodesSteps).Assembly.GetTypes()
                .Where(t => t.IsSubclassOf(typeof(Step)) && !t.IsSubclassOf(typeof(ChildStep)) && !t.IsAbstract))
            .And.OnlyContain(t => Nodes.Steps.NodesSteps.Family.Serializer().GetTypeInfo(t) != null);
}
