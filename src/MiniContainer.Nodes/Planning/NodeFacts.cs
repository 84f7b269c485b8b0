// What a plan of nodes must know of the machine, read before: a planner asks these facts alone (lab 06-mounts).

using MiniContainer.Kernel;

namespace MiniContainer.Nodes.Planning;

/// <summary>What the machine is like.</summary>
public sealed record NodeFacts
{
    /// <summary>What is mounted below /sys: cgroups, securityfs and others.</summary>
    public IReadOnlyList<string> MountsBelowSys { get; init; } = [];

    /// <summary>Paths that are used from inside, and to be seen there as they are here, wherever they lie.</summary>
    public IReadOnlyList<string> Used { get; init; } = [];

    /// <summary>Reads them.</summary>
    /// <param name="used">What is used from inside too.</param>
    public static NodeFacts Read(IReadOnlyList<string> used) =>
        new() { MountsBelowSys = MountTable.Below("/sys"), Used = used };
}
