// On which processors and memory nodes a process runs (runtime-spec, "execCPUAffinity", "Memory policy").

using MiniContainer.Containers.Oci;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Planning;

/// <summary>Plans the members execCPUAffinity and memoryPolicy of config.json.</summary>
internal static class PlacementPlan
{
    /// <summary>Why a process forgets on which processors its caller ran.</summary>
    public const string WhyReset = "The caller's own processors, a service manager's perhaps, say nothing about the "
        + "container's: from here on its cpuset alone does.";

    private const int FirstFlag = 13;

    /// <summary>Adds the stay on some processors, if any are named.</summary>
    public static void AddAffinity(ChildTape tape, string? list, string why)
    {
        if (list is { Length: > 0 })
            tape.SetAffinity(list, NumberList.Mask(NumberList.Parse(list)!), why);
    }

    /// <summary>Adds the memory policy, if there is one.</summary>
    public static void AddMemoryPolicy(ChildTape tape, LinuxMemoryPolicy? policy)
    {
        if (policy is null)
            return;
        var mode = (policy.Flags ?? []).Aggregate((uint)Index(LinuxValidator.MemoryModes, policy.Mode),
            (mode, f) => mode | 1u << (FirstFlag + Index(LinuxValidator.MemoryFlags, f)));
        var nodes = string.IsNullOrEmpty(policy.Nodes) ? null : policy.Nodes;
        tape.SetMemoryPolicy(string.Join("|", [policy.Mode, .. policy.Flags ?? []]), mode, nodes,
            nodes is null ? [] : NumberList.Mask(NumberList.Parse(nodes)!),
            "In the container's cgroup, whose nodes are the ones to choose from; execve keeps it.");
    }

    private static int Index(IReadOnlyList<string> names, string name) => names.ToList().IndexOf(name);
}
