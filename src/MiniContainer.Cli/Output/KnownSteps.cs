// The kinds of steps that minic is made of: each project brings its own, and here they meet.

using MiniContainer.Containers.Steps;
using MiniContainer.Networking.Steps;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Cli;

/// <summary>All kinds of steps.</summary>
internal static class KnownSteps
{
    /// <summary>What journals are read and written with.</summary>
    public static StepKinds Kinds { get; } =
        new(() => [PlanSteps.Family, ContainerSteps.Family, NetworkingSteps.Family]);
}
