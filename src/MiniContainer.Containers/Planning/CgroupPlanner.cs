// The cgroup of a container: one directory per hierarchy in version 1, one in all in version 2, and the limits as the
// files of either (lab 08-cgroups; cgroups(7), cgroup-v2.rst; runtime-spec, "Control groups").

using System.Globalization;
using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Steps;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Containers.Planning;

/// <summary>Plans cgroups.</summary>
public static class CgroupPlanner
{
    /// <summary>How an unprivileged user gets a cgroup.</summary>
    internal const string HowToGetOne = "have a cgroup handed to you: systemd-run --user --scope -p Delegate=yes "
        + "minic ..., or root's chown of one";

    /// <summary>Adds the steps that make a container's cgroups and set its limits.</summary>
    /// <returns>The files by which the child joins: cgroup.procs, or tasks in version 1.</returns>
    public static IReadOnlyList<string> Add(Plan plan, Spec spec, string id, Facts facts)
    {
        var resources = Possible(spec.Linux?.Resources ?? new LinuxResources(), facts.Caller);
        foreach (var hierarchy in facts.Hierarchies)
        {
            if (!Wanted(hierarchy, spec, id, facts))
            {
                CheckNothingAsked(hierarchy, spec, id, facts);
                continue;
            }

            CheckHandedOver(hierarchy, resources, id, facts);
            var (path, under) = Place(hierarchy, spec, id, facts);
            var controllers = hierarchy.IsV2 && HandsOn(hierarchy, resources) ? AvailableV2(resources, facts) : [];
            if (under == hierarchy.Delegation?.Own && controllers.Count > 0)
                plan.Add(new MakeRoom(under)
                {
                    Why = "A cgroup that has processes cannot hand controllers on, and minic is in this one.",
                });
            plan.Add(Make(hierarchy, path, under) with { Controllers = controllers });
            foreach (var file in OnlyCounts(hierarchy, resources, facts) ? [] : Limits(hierarchy, resources))
                plan.Add(Set(path, file));
            if (hierarchy.IsV2 && !facts.Hierarchies.Any(h => h.Controllers.Contains("devices")))
                AddDeviceProgram(plan, path, resources);
        }

        return JoinFiles(spec, id, facts);
    }

    /// <summary>The step that makes a cgroup in a hierarchy.</summary>
    internal static MakeCgroup Make(CgroupHierarchy hierarchy, string path, string under) => new(path, under)
    {
        Why = hierarchy.IsV2
            ? "One cgroup for all controllers."
            : $"The {string.Join(" and ", hierarchy.Controllers)} hierarchy has a tree of its own.",
        Inherits = hierarchy.Controllers.Contains("cpuset") ? ["cpuset.cpus", "cpuset.mems"] : [],
    };

    /// <summary>Limits as files of a cgroup in a hierarchy, in the order in which they are written.</summary>
    internal static IEnumerable<CgroupFile> Limits(CgroupHierarchy hierarchy, LinuxResources resources) =>
        (hierarchy.IsV2
            ? V2(resources) : V1(hierarchy, resources)).Select(l => new CgroupFile(l.File, l.Value, l.Why, l.Optional))
            .Concat(hierarchy.IsV2
                ? OtherControllers.V2(resources)
                : hierarchy.Controllers.SelectMany(c => OtherControllers.V1(c, resources)));

    /// <summary>The files by which a process joins a container's cgroups.</summary>
    public static IReadOnlyList<string> JoinFiles(Spec spec, string id, Facts facts) =>
    [
        .. facts.Hierarchies.Where(h => Wanted(h, spec, id, facts))
            .Select(h => $"{Place(h, spec, id, facts).Path}/{(h.IsV2 ? "cgroup.procs" : "tasks")}"),
    ];

    /// <summary>The step that writes such a file.</summary>
    internal static SetFile Set(string path, CgroupFile file) => new($"{path}/{file.File}", file.Value)
    {
        Why = file.Why,
        Optional = file.Optional,
        ElsePath = file.Else is { } other ? $"{path}/{other.File}" : null,
        ElseValue = file.Else?.Value,
    };

    private static void AddDeviceProgram(Plan plan, string path, LinuxResources resources)
    {
        if (DeviceRules.Effective(resources.Devices) is { Count: > 0 } rules)
            plan.Add(new DeviceProgram(path, rules)
            {
                Why = "Otherwise root in the container could make a node of the host's disk and read it. Version 2 "
                    + "has no file for such rules; it asks a program.",
            });
    }

    /// <summary>Where a container's cgroup is in a hierarchy.</summary>
    /// <returns>Its directory, and the one above that is not ours.</returns>
    /// <param name="hierarchy">The hierarchy.</param>
    /// <param name="cgroupsPath">config.json's; null for a path that minic chooses.</param>
    /// <param name="id">The container.</param>
    /// <param name="handsOn">Whether controllers are to be handed on to it (version 2).</param>
    public static (string Path, string Under) Place(CgroupHierarchy hierarchy, string? cgroupsPath, string id,
        bool handsOn = true)
    {
        // A relative path is below our own cgroup, so that our limits hold for what we start. In version 2 a cgroup
        // that has processes cannot hand controllers on, and ours has: there it is below the root of what we see. A
        // user's is below our own if minic can move out of it, or if no controller is needed.
        var own = hierarchy.IsV2 && handsOn ? hierarchy.Limitable : hierarchy.Own;
        var path = string.IsNullOrEmpty(cgroupsPath) ? $"minic/{ContainerId.Known(id)}" : cgroupsPath;
        var under = path.StartsWith('/') ? hierarchy.MountPoint : own;
        return (string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries).Prepend(under)), under);
    }

    private static (string Path, string Under) Place(CgroupHierarchy hierarchy, Spec spec, string id, Facts facts) =>
        Place(hierarchy, spec.Linux?.CgroupsPath, id,
            HandsOn(hierarchy, Possible(spec.Linux?.Resources ?? new LinuxResources(), facts.Caller)));

    // Without limits a user's container is below our own cgroup, beside whatever else is in there.
    private static bool HandsOn(CgroupHierarchy hierarchy, LinuxResources resources) =>
        hierarchy.Delegation is null or { Own: null } || Limits(hierarchy, resources).Any();

    /// <summary>The cgroup in which a container is: one of its own, or ours if it has none.</summary>
    internal static string OwnPath(CgroupHierarchy hierarchy, Spec spec, string id, Facts facts) =>
        Wanted(hierarchy, spec, id, facts) ? Place(hierarchy, spec, id, facts).Path : hierarchy.Own;

    private static bool Wanted(CgroupHierarchy hierarchy, Spec spec, string id, Facts facts) =>
        Asked(hierarchy, spec.Linux?.Resources ?? new LinuxResources(), facts)
        && facts.MayMakeCgroup(Place(hierarchy, spec, id, facts).Path);

    // Rules for devices come with every configuration, and take the machine's root to set. In a user namespace no node
    // can be made, and the host's are opened with the user's own rights: there they can be done without.
    internal static LinuxResources Possible(LinuxResources resources, Caller caller) =>
        caller.IsMachineRoot ? resources : resources with { Devices = null };

    // Without a delegated cgroup an unprivileged user gets none. That is fine unless a limit was asked for: then fail,
    // never ignore it.
    private static void CheckNothingAsked(CgroupHierarchy hierarchy, Spec spec, string id, Facts facts)
    {
        var resources = Possible(spec.Linux?.Resources ?? new LinuxResources(), facts.Caller);
        if (!Asked(hierarchy, resources, facts))
            return;
        if (Limits(hierarchy, resources).FirstOrDefault()?.File is { } file)
            throw new MinicException($"limit {id}",
                $"you may not make the cgroup {Place(hierarchy, spec, id, facts).Path}, and without it "
                    + $"{file}, which is $.linux.resources.{Member(file, resources)}, cannot be set",
                $"Leave the limits out; or {HowToGetOne}.");
    }

    // A cgroup may be handed over without all controllers.
    private static void CheckHandedOver(CgroupHierarchy hierarchy, LinuxResources resources, string id, Facts facts)
    {
        var limits = Limits(hierarchy, resources).Select(l => l.File);
        if (hierarchy.Delegation is not { } ours || limits.FirstOrDefault() is not { } first)
            return;
        var handed = hierarchy.Limitable;
        if (!hierarchy.CanLimit)
            throw new MinicException($"limit {id}",
                $"minic's own cgroup {hierarchy.Own} "
                    + $"{(ours.Own is null ? "is not yours" : "has other processes, too")}: nothing below it can be "
                    + $"limited by {first}, $.linux.resources.{Member(first, resources)}"
                    + (ours.Limit is null ? "" : $", and beside it its own limit would not hold, {ours.Limit}"),
                $"Leave the limits out; or {HowToGetOne}.");
        CheckControllers(handed, hierarchy, resources, id, facts);
    }

    /// <summary>Refuses a limit whose controller has not been handed over.</summary>
    /// <param name="handed">The cgroup that was.</param>
    /// <param name="hierarchy">Its hierarchy, of version 2.</param>
    /// <param name="resources">The limits.</param>
    /// <param name="id">The container.</param>
    /// <param name="facts">The machine.</param>
    internal static void CheckControllers(string handed, CgroupHierarchy hierarchy, LinuxResources resources, string id,
        Facts facts)
    {
        if (Limits(hierarchy, resources).Select(l => l.File).FirstOrDefault(f => f.Split('.')[0] is var c
            && c != "cgroup" && !facts.UnifiedControllers.Contains(c)) is { } file)
            throw new MinicException($"limit {id}",
                $"{handed} was handed to you without the controller {file.Split('.')[0]}, and without it {file}, "
                    + $"which is $.linux.resources.{Member(file, resources)}, cannot be set",
                $"Leave the limit out; or have it handed on: Delegate={file.Split('.')[0]} … in systemd's "
                    + "user@.service, or root's cgroup.subtree_control above.");
    }

    // The member of config.json that is behind a file.
    private static string Member(string file, LinuxResources resources) =>
        resources.Unified?.ContainsKey(file) == true ? "unified" : file.Split('.')[0] switch
    {
        "cpuset" => "cpu",
        "blkio" or "io" => "blockIO",
        "hugetlb" => "hugepageLimits",
        "net_cls" or "net_prio" => "network",
        var controller => controller,
    };

    // A container has a cgroup in every hierarchy: without one it would see the cgroups of others there, by their
    // names. Version 2 beside version 1 limits nothing, and joining it could wait for a grace period; but systemd
    // counts the processes of its units there.
    private static bool Asked(CgroupHierarchy hierarchy, LinuxResources resources, Facts facts) =>
        !hierarchy.IsV2 || facts.Systemd is not null
        || !facts.Hierarchies.Any(h => !h.IsV2) || resources.Unified is { Count: > 0 };

    /// <summary>Whether a hierarchy is version 2 beside version 1, which has the controllers, and nothing is set
    /// there.</summary>
    internal static bool OnlyCounts(CgroupHierarchy hierarchy, LinuxResources resources, Facts facts) =>
        hierarchy.IsV2 && facts.Hierarchies.Any(h => !h.IsV2) && resources.Unified is not { Count: > 0 };

    private static readonly string[] Usual = ["pids", "memory", "cpu"];

    private static List<string> AvailableV2(LinuxResources resources, Facts facts)
    {
        if (facts.Hierarchies.Any(h => !h.IsV2))
            return [];
        // A user with a delegated cgroup has the controllers that came with it.
        var handed = facts.Hierarchies.Any(h => h.Delegation is not null);
        List<string> wanted = [.. Usual.Where(c => !handed || facts.UnifiedControllers.Contains(c))];
        if (resources.Cpu is { } cpu && (cpu.Cpus ?? cpu.Mems) is not null)
            wanted.Add("cpuset");
        if (resources.HugepageLimits is { Count: > 0 })
            wanted.Add("hugetlb");
        if (BlockIoFiles.V2(resources.BlockIo).Any())
            wanted.Add("io");
        if (resources.Rdma is { Count: > 0 })
            wanted.Add("rdma");
        // A user who names a file wants its controller.
        var named = (resources.Unified?.Keys ?? []).Select(k => k.Split('.')[0]).Where(c => c != "cgroup");
        return [.. wanted.Union(named)];
    }

    // What is 0 was not set, as with runc, unless 0 is a limit of its own: of pages, of bursts, of swappiness.
    private static IEnumerable<(string File, string Value, string Why, bool Optional)> V1(CgroupHierarchy hierarchy,
        LinuxResources resources) =>
        hierarchy.Controllers.SelectMany(controller => controller switch
        {
            "pids" => Pids(resources),
            "memory" => MemoryV1(resources.Memory),
            "cpu" => CpuV1(resources.Cpu),
            "cpuset" => Cpuset(resources.Cpu),
            "hugetlb" => HugePages(resources, "limit_in_bytes"),
            "devices" => Devices(resources.Devices),
            _ => [],
        });

    private static IEnumerable<(string File, string Value, string Why, bool Optional)> V2(LinuxResources resources) =>
    [
        .. Pids(resources), .. MemoryV2(resources.Memory), .. CpuV2(resources.Cpu), .. Cpuset(resources.Cpu),
        .. HugePages(resources, "max"),
    ];

    private static IEnumerable<(string, string, string, bool)> Pids(LinuxResources resources)
    {
        // A limit of 0 means 1 (runtime-spec 1.3): the command itself is a task.
        if (resources.Pids?.Limit is { } limit)
            yield return ("pids.max", limit < 0 ? "max" : Text(Math.Max(1, limit)),
                "A fork bomb stops here: fork fails with EAGAIN.", false);
    }

    private static IEnumerable<(string, string, string, bool)> MemoryV1(LinuxMemory? memory)
    {
        if (memory is null)
            yield break;
        if (memory.Limit is { } limit and not 0)
            yield return ("memory.limit_in_bytes", Text(limit),
                "Beyond this the kernel kills a process of the container.", false);
        if (memory.Swap is { } swap and not 0)
            yield return ("memory.memsw.limit_in_bytes", Text(swap), "Memory and swap together.", false);
        if (memory.Reservation is { } reservation and not 0)
            yield return ("memory.soft_limit_in_bytes", Text(reservation),
                "Down to this much memory is taken back first when it is short.", false);
        if (memory.Swappiness is { } swappiness)
            yield return ("memory.swappiness", Text((long)swappiness), "How readily memory is swapped out.", false);
        if (memory.DisableOomKiller == true)
            yield return ("memory.oom_control", "1", "Processes wait for memory instead of being killed.", false);
    }

    private static IEnumerable<(string, string, string, bool)> MemoryV2(LinuxMemory? memory)
    {
        if (memory is null)
            yield break;
        if (memory.Limit is { } limit and not 0)
            yield return ("memory.max", Max(limit), "Beyond this the kernel kills a process of the container.", false);
        if (memory.Swap < 0)
            yield return ("memory.swap.max", "max", "No limit of swap.", false);
        else if (memory.Swap is { } swap and not 0)
            yield return ("memory.swap.max", Text(swap - Whole(memory)),
                "Version 2 counts swap alone: config.json's figure less the memory.", false);
        if (memory.Reservation is { } reservation and not 0)
            yield return ("memory.low", Max(reservation), "This much is not taken back while others have more to give.",
                false);
    }

    private static long Whole(LinuxMemory memory) => memory.Limit is { } limit and > 0 ? limit
        : throw new MinicException("limit swap",
            $"$.linux.resources.memory.swap is {memory.Swap}, memory and swap together, and there is no limit of "
                + "memory to take from it: version 2 counts swap alone",
            "Add $.linux.resources.memory.limit, or leave swap out.");

    private static IEnumerable<(string, string, string, bool)> CpuV1(LinuxCpu? cpu)
    {
        if (cpu?.Shares is { } shares and not 0)
            yield return ("cpu.shares", Text((long)shares),
                "A weight against its neighbours when processors are short; 1024 is one share.", false);
        if (cpu?.Period is { } period and not 0)
            yield return ("cpu.cfs_period_us", Text((long)period),
                "The window, in microseconds, in which time is counted.", false);
        if (cpu?.Quota is { } quota and not 0)
            yield return ("cpu.cfs_quota_us", Text(quota),
                "How many microseconds of each window may be used, by all threads together.", false);
        if (cpu?.Burst is { } burst)
            yield return ("cpu.cfs_burst_us", Text((long)burst),
                "What one window leaves over may be used in another, up to this.", false);
        if (cpu?.Idle is { } idle)
            yield return ("cpu.idle", Text(idle), "With 1 it runs only when nobody else wants to.", false);
    }

    private static IEnumerable<(string, string, string, bool)> CpuV2(LinuxCpu? cpu)
    {
        if (cpu?.Shares is { } shares and not 0)
        {
            // 2 .. 262144 shares become 1 .. 10000 of weight, the mapping that the KEP on cgroup v2 fixed for all
            // runtimes.
            var weight = 1 + (((Math.Clamp(shares, 2, 262144) - 2) * 9999) / 262142);
            yield return ("cpu.weight", Text((long)weight),
                "A weight against its neighbours when processors are short.", false);
        }

        if (cpu is not null && (cpu.Quota ?? 0) != 0 || cpu?.Period is > 0)
            yield return ("cpu.max",
                $"{(cpu.Quota is > 0 ? Text(cpu.Quota.Value) : "max")} "
                    + $"{Text((long)(cpu.Period is > 0 and var p ? p : 100_000))}",
                    "Microseconds of time in each window of microseconds.", false);
        if (cpu?.Burst is { } burst)
            yield return ("cpu.max.burst", Text((long)burst),
                "What one window leaves over may be used in another, up to this.", false);
        if (cpu?.Idle is { } idle)
            yield return ("cpu.idle", Text(idle), "With 1 it runs only when nobody else wants to.", false);
    }

    private static IEnumerable<(string, string, string, bool)> HugePages(LinuxResources resources, string file) =>
        (resources.HugepageLimits
            ?? []).Select(h =>
                ($"hugetlb.{h.PageSize}.{file}", Text((long)h.Limit), "Huge pages are a pool of the whole machine.",
                    false));

    private static IEnumerable<(string, string, string, bool)> Cpuset(LinuxCpu? cpu)
    {
        if (cpu?.Cpus is { Length: > 0 } cpus)
            yield return ("cpuset.cpus", cpus, "Only these processors.", false);
        if (cpu?.Mems is { Length: > 0 } mems)
            yield return ("cpuset.mems", mems, "Only memory of these nodes.", false);
    }

    private static IEnumerable<(string, string, string, bool)> Devices(IReadOnlyList<LinuxDeviceCgroup>? rules) =>
        DeviceRules.Effective(rules).Select(r => (
            r.Allow ? "devices.allow" : "devices.deny",
            r.ToString(),
            r.Allow ? "This device may be used."
                : "Otherwise root in the container could make a node of the host's disk and read it.",
            false));

    private static string Max(long value) => value < 0 ? "max" : Text(value);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
