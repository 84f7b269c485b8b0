// The kinds of steps that lab knows, and the plan of a world, which needs no root.

using MiniContainer.Kernel;
using MiniContainer.Labs.Worlds;
using MiniContainer.Plans;

namespace MiniContainer.Labs.Tests.Worlds;

public class KnownStepsTests
{
    private static Plan Plan => WorldPlanner.Plan(new World("box"));

    [Fact]
    public void Every_kind_that_may_stand_in_a_worlds_journal_or_in_one_of_its_host_is_known()
    {
        var assemblies = new[]
        {
            typeof(Step), typeof(Containers.Lifecycle.Container), typeof(Networking.AttachmentPlanner),
            typeof(Nodes.Model.Node), typeof(World),
        };
        KnownSteps.Kinds.All.Select(k => k.Type).Should().OnlyHaveUniqueItems().And.BeEquivalentTo(
            assemblies.SelectMany(a => a.Assembly.GetTypes())
                .Where(t => t.IsSubclassOf(typeof(Step)) && !t.IsSubclassOf(typeof(ChildStep)) && !t.IsAbstract)
                .Except([typeof(UnreadStep)]),
            "a step that a journal does not know could not be undone");
        KnownSteps.Kinds.All.Select(k => k.Kind).Should().OnlyHaveUniqueItems();
        KnownSteps.Own.Kinds.Should().OnlyContain(k => KnownSteps.Own.Serializer().GetTypeInfo(k.Type) != null);
    }

    [Fact]
    public void Every_step_of_a_world_explains_itself()
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
    public void Every_step_of_a_world_comes_back_from_its_journal()
    {
        var steps = Plan.Steps.Where(s => s is not ChildStep).ToList();
        var path = Path.GetTempFileName() + ".journal";
        try
        {
            var header = new JournalHeader { Kind = "topology", Id = "box", Owner = ProcessIdentity.Self };
            using (var journal = Journal.Create(path, KnownSteps.Kinds, header))
                steps.ForEach(s => journal.Begin(s));
            using var read = Journal.Open(path, KnownSteps.Kinds);
            read.Entries.Select(e => e.Step).Should().BeEquivalentTo(steps,
                o => o.RespectingRuntimeTypes().WithStrictOrdering());
        }
        finally
        {
            File.Delete(path);
        }
    }
}
