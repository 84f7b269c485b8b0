// The rules of the Linux part of config.json: namespaces, id mappings, devices, the cgroup, paths.
// https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md

using MiniContainer.Documents;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Oci;

/// <summary>Finds every rule of config-linux.md that a configuration breaks.</summary>
public static class LinuxValidator
{
    /// <summary>The namespaces' names (config-linux.md, "Namespaces").</summary>
    public static IReadOnlyList<string> NamespaceTypes { get; } = ["cgroup", "ipc", "mount", "network", "pid", "time",
        "user", "uts"];

    /// <summary>The modes of set_mempolicy(2) in the order of their numbers: MPOL_DEFAULT is 0.</summary>
    public static IReadOnlyList<string> MemoryModes { get; } =
        ["MPOL_DEFAULT", "MPOL_PREFERRED", "MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_LOCAL", "MPOL_PREFERRED_MANY",
            "MPOL_WEIGHTED_INTERLEAVE"];

    /// <summary>Its flags in the order of their bits: MPOL_F_NUMA_BALANCING is bit 13.</summary>
    public static IReadOnlyList<string> MemoryFlags { get; } = ["MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES",
        "MPOL_F_STATIC_NODES"];

    /// <summary>Adds a problem for each broken rule.</summary>
    /// <param name="spec">The whole configuration.</param>
    /// <param name="problems">Takes them.</param>
    public static void Check(Spec spec, Problems problems)
    {
        if (spec.Linux is not { } linux)
        {
            problems.Add("$",
                "the member \"linux\" is missing, so that the container would have no namespace of its own",
                "Add it; minic spec shows how.");
            return;
        }

        CheckNamespaces(linux, problems);
        CheckMappings(linux, problems);
        CheckTimeOffsets(linux, problems);
        CheckDevices(linux, problems);
        CheckCgroup(linux, problems);
        CheckPaths("maskedPaths", linux.MaskedPaths, problems);
        CheckPaths("readonlyPaths", linux.ReadonlyPaths, problems);
        CheckSysctl(linux, problems);
        CheckMemoryPolicy(linux.MemoryPolicy, problems);
        NetDeviceValidator.Check(linux, problems);
        if (linux.RootfsPropagation is { Length: > 0 } name && MountOptions.PropagationFlags(name) is null)
        {
            problems.Add("$.linux.rootfsPropagation", $"there is no propagation \"{name}\"",
                "Use private, slave, shared, unbindable, or one of them after an r.");
        }

        if (linux.Personality is { Domain: not ("LINUX" or "LINUX32") } personality)
        {
            problems.Add("$.linux.personality.domain", $"there is no domain \"{personality.Domain}\"",
                "Use LINUX or LINUX32.");
        }

        if (linux.Personality?.Flags is { Count: > 0 })
        {
            problems.Add("$.linux.personality.flags", "the specification has no flags of a personality yet",
                "Remove them.");
        }
    }

    private static bool Has(Linux linux, string type) => linux.Namespaces?.Any(ns => ns.Type == type) == true;

    private static void CheckNamespaces(Linux linux, Problems problems)
    {
        var seen = new HashSet<string>();
        foreach (var (ns, i) in (linux.Namespaces ?? []).Select((ns, i) => (ns, i)))
        {
            var path = $"$.linux.namespaces[{i}]";
            if (!NamespaceTypes.Contains(ns.Type))
            {
                problems.Add($"{path}.type", $"there is no namespace \"{ns.Type}\"",
                    () => NearestName.Ask(ns.Type, NamespaceTypes, $"There are {string.Join(", ", NamespaceTypes)}."));
            }
            else if (!seen.Add(ns.Type))
            {
                problems.Add($"{path}.type", $"the namespace \"{ns.Type}\" is given more than once",
                    "Keep one of them.");
            }

            LengthRules.CheckPath($"{path}.path", ns.Path, problems);
            if (ns.Path is { Length: > 0 } file && !file.StartsWith('/'))
            {
                problems.Add($"{path}.path", $"\"{file}\" is not absolute", "Write a path such as /proc/1234/ns/net.");
            }
        }

        if (!Has(linux, "mount"))
        {
            problems.Add("$.linux",
                "the container has no mount namespace of its own, so that its mounts would be the host's",
                "Add {\"type\": \"mount\"} to namespaces.");
        }
    }

    private static void CheckMappings(Linux linux, Problems problems)
    {
        var user = linux.Namespaces?.FirstOrDefault(ns => ns.Type == "user");
        foreach (var (member, list) in new[] { ("uidMappings", linux.UidMappings), ("gidMappings", linux.GidMappings) })
        {
            var path = $"$.linux.{member}";
            if (list is { Count: > 0 } && user is null)
            {
                problems.Add(path, "ids are mapped, but the container has no user namespace",
                    "Add {\"type\": \"user\"} to namespaces.");
            }
            else if (list is { Count: > 0 } && !string.IsNullOrEmpty(user!.Path))
            {
                Warnings.Sink(
                    $"{path}: the user namespace is joined by its path and has its mappings already: these are passed "
                        + "over. Remove them, or the path.");
            }
            else if (list is not { Count: > 0 } && user is { Path: null or "" })
            {
                problems.Add("$.linux", $"a user namespace is created, but {member} is missing",
                    "Add it: {\"containerID\": 0, \"hostID\": 100000, \"size\": 65536}.");
            }

            foreach (var (map, i) in (list ?? []).Select((map, i) => (map, i)).Where(item => item.map.Size == 0))
            {
                problems.Add($"{path}[{i}].size", "a range of 0 ids maps nothing", "Give it a size of 1 or more.");
            }

            IdRules.CheckMappings(path, list, problems);
        }
    }

    private static void CheckTimeOffsets(Linux linux, Problems problems)
    {
        foreach (var clock in linux.TimeOffsets?.Keys ?? [])
        {
            if (clock is not ("monotonic" or "boottime"))
            {
                problems.Add(JsonSpot.Join("$.linux.timeOffsets", clock), "a time namespace has no such clock",
                    "There are monotonic and boottime.");
            }
        }

        if (linux.TimeOffsets is { Count: > 0 } && !Has(linux, "time"))
        {
            problems.Add("$.linux.timeOffsets", "clocks are set, but the container has no time namespace",
                "Add {\"type\": \"time\"} to namespaces.");
        }
    }

    private static void CheckDevices(Linux linux, Problems problems)
    {
        foreach (var (device, i) in (linux.Devices ?? []).Select((device, i) => (device, i)))
        {
            var path = $"$.linux.devices[{i}]";
            if (!device.Path.StartsWith('/'))
            {
                problems.Add($"{path}.path", $"\"{device.Path}\" is not absolute", "Begin the path with a slash.");
            }

            LengthRules.CheckPath($"{path}.path", device.Path, problems);
            IdRules.Check($"{path}.uid", device.Uid, problems);
            IdRules.Check($"{path}.gid", device.Gid, problems);
            // A device number has 12 and 20 bits (linux/kdev_t.h); more would become another device.
            if (device.Major is < 0 or > 0xfff || device.Minor is < 0 or > 0xfffff)
            {
                problems.Add(path, $"{device.Major}:{device.Minor} is no device",
                    "A major number is at most 4095, a minor one 1048575.");
            }

            if (device.Type is not ("c" or "u" or "b" or "p"))
            {
                problems.Add($"{path}.type", $"there is no device of type \"{device.Type}\"",
                    "Use c or u (character), b (block) or p (FIFO).");
            }
            else if (device.Type != "p" && (device.Major is null || device.Minor is null))
            {
                problems.Add(path, "the device has no major or no minor number", "Add both; ls -l shows them.");
            }
        }

        foreach (var (rule, i) in (linux.Resources?.Devices ?? []).Select((rule, i) => (rule, i)))
        {
            var path = $"$.linux.resources.devices[{i}]";
            if (rule.Type is not (null or "" or "a" or "b" or "c"))
            {
                problems.Add($"{path}.type", $"there is no device of type \"{rule.Type}\"",
                    "Use a (all), b (block) or c (character).");
            }

            if ((rule.Access ?? "").Any(c => c is not ('r' or 'w' or 'm' or 'a')))
            {
                problems.Add($"{path}.access", $"\"{rule.Access}\" is no access",
                    "Use some of r (read), w (write), m (mknod); a is all of them.");
            }
        }
    }

    private static void CheckCgroup(Linux linux, Problems problems)
    {
        CheckCgroupsPath(linux.CgroupsPath, problems);
        foreach (var name in linux.Resources?.Unified?.Keys ?? [])
        {
            if (name.Contains('/', StringComparison.Ordinal) || name is "" or "." or "..")
            {
                problems.Add(JsonSpot.Join("$.linux.resources.unified", name), "this is no file of a cgroup",
                    "Name a file such as memory.high, without a path.");
            }
            else if (name is "cgroup.procs" or "cgroup.threads")
            {
                // A process that is moved in ends with the container.
                problems.Add(JsonSpot.Join("$.linux.resources.unified", name),
                    "this would move another process into the container's cgroup",
                    "Remove it: the container joins by itself.");
            }
        }

        foreach (var (limit, i) in (linux.Resources?.HugepageLimits ?? []).Select((limit, i) => (limit, i)))
        {
            if (limit.PageSize.Length == 0 || !limit.PageSize.All(char.IsAsciiLetterOrDigit))
            {
                problems.Add($"$.linux.resources.hugepageLimits[{i}].pageSize",
                    $"\"{limit.PageSize}\" is no size of a page", "Write it as in hugetlb.2MB.max: 2MB.");
            }
        }

        var memory = linux.Resources?.Memory;
        if (memory is { Limit: > 0, Swap: > 0 } && memory.Swap < memory.Limit)
        {
            problems.Add("$.linux.resources.memory.swap", $"{memory.Swap} is less than the memory limit {memory.Limit}",
                "It counts memory and swap together: give at least the limit.");
        }

        if (linux.Resources?.Cpu?.Period is > 0 and < 1000 or > 1_000_000)
        {
            problems.Add("$.linux.resources.cpu.period", $"{linux.Resources.Cpu.Period} microseconds are out of range",
                "It lies between 1000 and 1000000.");
        }

        if (linux.Resources?.Cpu?.Quota is > 0 and < 1000)
        {
            problems.Add("$.linux.resources.cpu.quota", $"{linux.Resources.Cpu.Quota} microseconds are too few",
                "Give at least 1000, or -1 for no limit.");
        }
    }

    private static void CheckCgroupsPath(string? path, Problems problems)
    {
        LengthRules.CheckPath("$.linux.cgroupsPath", path, problems);
        var parts = path?.Split('/', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (parts.Contains(".."))
        {
            problems.Add("$.linux.cgroupsPath", $"\"{path}\" leads upwards", "Remove the \"..\" from it.");
        }
        else if (parts.Any(p => p == ".") || parts.Length == 0 && path is { Length: > 0 })
        {
            // Its limits would be those of all others there, and they would end with it.
            problems.Add("$.linux.cgroupsPath", $"\"{path}\" names no cgroup of its own",
                "Give the container one: \"minic/NAME\".");
        }
    }

    private static void CheckPaths(string member, IReadOnlyList<string>? paths, Problems problems)
    {
        foreach (var (path, i) in (paths ?? []).Select((path, i) => (path, i)))
        {
            LengthRules.CheckPath($"$.linux.{member}[{i}]", path, problems);
        }

        foreach (var (path, i) in (paths ?? []).Select((path, i) => (path, i))
            .Where(item => !item.path.StartsWith('/')))
        {
            problems.Add($"$.linux.{member}[{i}]", $"\"{path}\" is not absolute", "Begin the path with a slash.");
        }
    }

    private static void CheckMemoryPolicy(LinuxMemoryPolicy? policy, Problems problems)
    {
        const string path = "$.linux.memoryPolicy";
        if (policy is null)
        {
            return;
        }

        if (!MemoryModes.Contains(policy.Mode))
        {
            problems.Add($"{path}.mode", $"there is no mode \"{policy.Mode}\"",
                NearestName.Ask(policy.Mode, MemoryModes, "set_mempolicy(2) lists them."));
        }

        if (policy.Nodes is { Length: > 0 } nodes && NumberList.Parse(nodes) is null)
        {
            problems.Add($"{path}.nodes", $"\"{nodes}\" is no list of nodes", "Write numbers and ranges: \"0-3,7\".");
        }

        foreach (var (flag, i) in (policy.Flags ?? []).Select((flag, i) => (flag, i))
            .Where(item => !MemoryFlags.Contains(item.flag)))
        {
            problems.Add($"{path}.flags[{i}]", $"there is no flag \"{flag}\"",
                NearestName.Ask(flag, MemoryFlags, "set_mempolicy(2) lists them."));
        }
    }

    // A parameter that no namespace of the container holds would be changed for the whole host.
    private static void CheckSysctl(Linux linux, Problems problems)
    {
        foreach (var name in linux.Sysctl?.Keys ?? [])
        {
            var dotted = name.Replace('/', '.');
            var owner = dotted.StartsWith("net.", StringComparison.Ordinal) ? "network"
                : dotted is "kernel.domainname" or "kernel.hostname" ? "uts"
                : dotted is "kernel.msgmax" or "kernel.msgmnb" or "kernel.msgmni" or "kernel.sem" or "kernel.shmall"
                    or "kernel.shmmax" or "kernel.shmmni" or "kernel.shm_rmid_forced"
                    || dotted.StartsWith("fs.mqueue.", StringComparison.Ordinal) ? "ipc"
                : dotted.StartsWith("user.", StringComparison.Ordinal) ? "user" : null;
            var path = JsonSpot.Join("$.linux.sysctl", name);
            if (owner is null)
            {
                problems.Add(path, "this parameter belongs to the whole host",
                    "Set it on the host with sysctl -w, or remove it.");
            }
            else if (dotted == "kernel.hostname")
            {
                problems.Add(path, "the host name is not set that way", "Give it in $.hostname.");
            }
            else if (!Has(linux, owner))
            {
                problems.Add(path, $"this parameter needs a {owner} namespace",
                    $"Add {{\"type\": \"{owner}\"}} to namespaces, or remove it.");
            }
        }
    }
}
