// What config.json asks for and this machine has not: a security module that its kernel was not built or booted with,
// a controller that is mounted nowhere. The specification has a runtime refuse what it cannot apply, instead of running
// a container with less protection than was asked for (runtime-spec, "Errors"). Lab 12-oci.

using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;

namespace MiniContainer.Containers.Planning;

/// <summary>Refuses what this machine cannot do.</summary>
internal static class Unsupported
{
    // Files of cgroup v2 that every cgroup has, whatever its controllers.
    private static readonly string[] NoControllers = ["cgroup"];

    /// <summary>Throws if a configuration asks for something that would be left out in silence.</summary>
    /// <exception cref="MinicException">It does; all such members are named.</exception>
    public static void Check(Spec spec, Facts facts) =>
        Refuse("plan the container", "config.json",
            Modules(spec.Process, spec.Linux, facts).Concat(Controllers(spec.Linux?.Resources, facts)));

    /// <summary>The same for limits alone, as update changes them.</summary>
    /// <exception cref="MinicException">They ask for something that the machine lacks.</exception>
    public static void Check(LinuxResources resources, Facts facts) =>
        Refuse("plan the update", "the limits", Controllers(resources, facts));

    /// <summary>Throws if a process of exec asks for something that the machine lacks.</summary>
    /// <exception cref="MinicException">It does.</exception>
    public static void Check(Process process, Facts facts) =>
        Refuse("plan the process", "the process", Modules(process, null, facts));

    private static void Refuse(string doing, string where, IEnumerable<string> members)
    {
        var found = members.ToList();
        if (found.Count > 0)
            throw new MinicException(doing, $"invalid configuration: this machine lacks {string.Join(", and ", found)}",
                $"Remove that from {where}, or run it on a machine that has it.");
    }

    private static IEnumerable<string> Modules(Process? process, Oci.Linux? linux, Facts facts)
    {
        if (!string.IsNullOrEmpty(process?.ApparmorProfile) && !facts.HasAppArmor)
            yield return "AppArmor ($.process.apparmorProfile)";
        if (!string.IsNullOrEmpty(process?.SelinuxLabel) && !facts.HasSelinux)
            yield return "SELinux ($.process.selinuxLabel)";
        if (!string.IsNullOrEmpty(linux?.MountLabel) && !facts.HasSelinux)
            yield return "SELinux ($.linux.mountLabel)";
        if (linux?.IntelRdt is not null && !facts.HasResctrl)
            yield return "a resctrl file system, that of Intel RDT ($.linux.intelRdt)";
    }

    private static IEnumerable<string> Controllers(LinuxResources? resources, Facts facts)
    {
        if (BlockIoFiles.NeedsCfq(resources?.BlockIo))
            yield return "the I/O scheduler CFQ, which Linux had until 5.0 ($.linux.resources.blockIO.leafWeight)";
        foreach (var (controller, member) in V1Names(resources).Where(c => !Has(c.Controller, facts)))
            yield return $"the cgroup controller {controller} ($.linux.resources.{member})";
        if (resources?.Unified is not { Count: > 0 } unified)
            yield break;
        if (!facts.Hierarchies.Any(h => h.IsV2))
            yield return "cgroup version 2 ($.linux.resources.unified)";
        else
        {
            foreach (var controller in unified.Keys.Select(k => k.Split('.')[0]).Distinct().Except(NoControllers)
                .Except(facts.UnifiedControllers))
                yield return $"the controller {controller} in cgroup version 2 ($.linux.resources.unified)";
        }
    }

    // What is asked for, by the controller that does it in version 1; blkio is io in version 2.
    private static IEnumerable<(string Controller, string Member)> V1Names(LinuxResources? resources)
    {
        if (BlockIoFiles.V1(resources?.BlockIo).Any())
            yield return ("blkio", "blockIO");
        if (resources?.HugepageLimits is { Count: > 0 })
            yield return ("hugetlb", "hugepageLimits");
        if (resources?.Network?.ClassId is > 0)
            yield return ("net_cls", "network.classID");
        if (resources?.Network?.Priorities is { Count: > 0 })
            yield return ("net_prio", "network.priorities");
        if (resources?.Rdma is { Count: > 0 })
            yield return ("rdma", "rdma");
        if (resources?.Cpu is { RealtimeRuntime: > 0 } or { RealtimePeriod: > 0 })
            yield return ("cpu", "cpu.realtimeRuntime");
    }

    private static bool Has(string controller, Facts facts)
    {
        if (facts.Hierarchies.Any(h => h.Controllers.Contains(controller)))
            return true;
        // Version 2 knows no network classes, and leaves real-time budgets to the scheduler alone.
        var inV2 = controller switch { "blkio" => "io", "hugetlb" or "rdma" => controller, _ => null };
        return inV2 is not null && !facts.Hierarchies.Any(h => !h.IsV2) && facts.UnifiedControllers.Contains(inV2);
    }
}
