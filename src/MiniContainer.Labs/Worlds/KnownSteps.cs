// The kinds of steps that may stand in journals which lab reads: those of worlds, and those that minic wrote in a
// world's host. Each project brings its own, and here they meet (Cli/Output/KnownSteps.cs is minic's).

using System.Text.Json.Serialization;
using MiniContainer.Containers.Steps;
using MiniContainer.Networking.Steps;
using MiniContainer.Nodes.Steps;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Labs.Worlds;

/// <summary>All kinds of steps.</summary>
internal static class KnownSteps
{
    /// <summary>Those of this project, by the names that they have in journals.</summary>
    public static StepFamily Own { get; } = new(() => KnownStepsJson.Default,
    [
        ("mark-place", typeof(MarkPlace)),
        ("listen-on", typeof(ListenOn)),
    ]);

    /// <summary>What journals are read and written with.</summary>
    public static StepKinds Kinds { get; } = new(() =>
        [PlanSteps.Family, ContainerSteps.Family, NetworkingSteps.Family, NodesSteps.Family, Own]);
}

/// <summary>
/// The serializer of <see cref="KnownSteps.Own"/>; a member that this version does not know is an error.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(MarkPlace))]
[JsonSerializable(typeof(ListenOn))]
internal sealed partial class KnownStepsJson : JsonSerializerContext;
