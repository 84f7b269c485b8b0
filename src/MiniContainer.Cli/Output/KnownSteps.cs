// The kinds of steps that minic is made of, and the sorts of things that it makes of them: each project brings its own,
// and here they meet.

using MiniContainer.Containers.Lifecycle;
using MiniContainer.Containers.Steps;
using MiniContainer.Networking;
using MiniContainer.Networking.Steps;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;
using MiniContainer.Pods.Lifecycle;

namespace MiniContainer.Cli;

/// <summary>All kinds of steps.</summary>
internal static class KnownSteps
{
    /// <summary>What journals are read and written with.</summary>
    public static StepKinds Kinds { get; } =
        new(() => [PlanSteps.Family, ContainerSteps.Family, NetworkingSteps.Family]);

    /// <summary>The directory of all state, with all sorts of things that may lie in it.</summary>
    /// <param name="path">Its path.</param>
    public static StateRoot Root(string path) => new(path, Kinds)
    {
        Sorts = [ContainerRemoval.Sort, PodRemoval.Sort],
        SharedSorts = [NetworkFacts.Sort],
    };
}
