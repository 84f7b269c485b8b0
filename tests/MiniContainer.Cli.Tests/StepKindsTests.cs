// The kinds of steps of all projects, as the program puts them together.

using MiniContainer.Plans;
using MiniContainer.Plans.Steps;
using MiniContainer.Containers.Steps;
using MiniContainer.Networking.Steps;

namespace MiniContainer.Cli.Tests;

public class StepKindsTests
{
    [Fact]
    public void Every_step_can_be_written_down_and_read_again()
    {
        var assemblies = new[] { typeof(Step), typeof(Containers.Lifecycle.Container),
            typeof(Networking.AttachmentPlanner),
            typeof(Pods.Lifecycle.PodState), typeof(MinicCommand) };
        KnownSteps.Kinds.All.Select(k => k.Type).Should().OnlyHaveUniqueItems().And.BeEquivalentTo(
            assemblies.SelectMany(a => a.Assembly.GetTypes())
                .Where(t => t.IsSubclassOf(typeof(Step)) && !t.IsAbstract && !t.IsSubclassOf(typeof(ChildStep))
                    && t != typeof(UnreadStep)),
            "a step that a journal does not know could not be undone");
        foreach (var family in new[] { PlanSteps.Family, ContainerSteps.Family, NetworkingSteps.Family })
            family.Kinds.Should().OnlyContain(k => family.Serializer().GetTypeInfo(k.Type) != null);
    }

    [Fact]
    public void A_kind_has_one_name_and_a_name_one_kind() =>
        KnownSteps.Kinds.All.Select(k => k.Kind).Should().OnlyHaveUniqueItems().And
            .OnlyContain(k => k.All(c => char.IsAsciiLetterLower(c) || c == '-'));
}
