// What config.json can ask for and minic does not do yet. The specification has a runtime refuse what it cannot apply,
// instead of running a container with less protection than was asked for (runtime-spec, "Errors"). Lab 12-oci.

using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;

namespace MiniContainer.Containers.Planning;

/// <summary>Refuses what cannot be done.</summary>
internal static class Unsupported
{
    /// <summary>Throws if a configuration asks for something that would be left out in silence.</summary>
    /// <exception cref="MinicException">It does; all such members are named.</exception>
    public static void Check(Spec spec, Facts facts) => Refuse(Members(spec, facts).ToList());

    /// <summary>The same for limits alone, as update changes them.</summary>
    public static void Check(LinuxResources resources, Facts facts) => Refuse(Limits(resources, facts).ToList());

    private static void Refuse(List<string> found)
    {
        if (found.Count > 0)
            throw new MinicException("plan the container", $"minic does not do {string.Join(", nor ", found)}", "Remove that from config.json.");
    }

    private static IEnumerable<string> Members(Spec spec, Facts facts)
    {
        if (!string.IsNullOrEmpty(spec.Process?.ApparmorProfile))
            yield return "AppArmor ($.process.apparmorProfile)";
        if (!string.IsNullOrEmpty(spec.Process?.SelinuxLabel))
            yield return "SELinux ($.process.selinuxLabel)";
        if (spec.Process?.ExecCpuAffinity is { Initial: not null } or { Final: not null })
            yield return "CPU affinity of exec ($.process.execCPUAffinity)";
        if (!string.IsNullOrEmpty(spec.Linux?.MountLabel))
            yield return "SELinux ($.linux.mountLabel)";
        if (spec.Linux?.IntelRdt is not null)
            yield return "Intel RDT ($.linux.intelRdt)";
        if (spec.Linux?.MemoryPolicy is not null)
            yield return "memory policies ($.linux.memoryPolicy)";
        if (spec.Linux?.NetDevices is { Count: > 0 })
            yield return "moving network devices ($.linux.netDevices)";
        foreach (var (mount, i) in (spec.Mounts ?? []).Select((m, i) => (m, i)))
        {
            var options = MountOptions.Parse(mount.Options);
            if (options.IdMap != MountIdMap.None || mount.UidMappings is not null)
                yield return $"id-mapped mounts ($.mounts[{i}])";
            if (options.CopyUp)
                yield return $"tmpcopyup ($.mounts[{i}])";
        }

        foreach (var member in Limits(spec.Linux?.Resources ?? new LinuxResources(), facts))
            yield return member;
    }

    private static IEnumerable<string> Limits(LinuxResources resources, Facts facts)
    {
        // Engines send the empty object; it asks for nothing.
        if (resources.BlockIo is { } io && io != new LinuxBlockIo())
            yield return "limits of block devices ($.linux.resources.blockIO)";
        if (resources.Network is { } network && network != new LinuxNetwork())
            yield return "network classes ($.linux.resources.network)";
        if (resources.Rdma is { Count: > 0 })
            yield return "limits of RDMA ($.linux.resources.rdma)";
        if (resources.Cpu is { RealtimeRuntime: > 0 } or { RealtimePeriod: > 0 })
            yield return "real-time budgets ($.linux.resources.cpu)";
        if (resources.Unified is { Count: > 0 } && !facts.Hierarchies.Any(h => h.IsV2))
            yield return "$.linux.resources.unified on a machine without cgroup version 2";
    }
}
