// What a machine can do. A lab, a step or a transcript that needs what is not there is skipped by name, with the
// reason: a machine has cgroup v1 or v2, a container that CI runs in may forbid user namespaces. What there is, the
// lowest floor finds out (Kernel/Machine), for `minic doctor` too.

using MiniContainer.Kernel;

namespace MiniContainer.Labs.Course;

/// <summary>Looks for abilities of this machine.</summary>
internal static class Abilities
{
    private const string Program = "program:";

    private static readonly Dictionary<string, (Func<bool> Has, string Lacking)> All = new()
    {
        ["cgroup-v1"] = (() => CgroupLayout.Read().Version is CgroupVersion.V1 or CgroupVersion.Hybrid,
            "no cgroup v1 hierarchy is mounted"),
        ["cgroup-v2"] = (() => CgroupLayout.Read().Unified.Count > 0,
            "no cgroup v2 hierarchy with controllers is mounted"),
        ["memory-cgroup"] = (() => CgroupLayout.Read().Has("memory"), "the memory controller of cgroups is not there"),
        ["pids-cgroup"] = (() => CgroupLayout.Read().Has("pids"), "the pids controller of cgroups is not there"),
        ["cpu-cgroup"] = (() => CgroupLayout.Read().Has("cpu"), "the cpu controller of cgroups is not there"),
        ["userns"] = (() => Machine.Namespaces.Contains("user") && UserNamespaceBan.Find(toRoot: true) is null,
            "user namespaces are forbidden (see sysctl user.max_user_namespaces)"),
        ["overlayfs"] = (() => Machine.HasFileSystem("overlay"),
            "the kernel has no overlayfs (try modprobe overlay)"),
        ["seccomp"] = (() => Machine.HasSeccomp, "the kernel has no seccomp filters"),
        ["ipv6"] = (() => Machine.HasIPv6, "the kernel has no IPv6"),
    };

    /// <summary>The names of the abilities.</summary>
    public static IEnumerable<string> Names => All.Keys.Order(StringComparer.Ordinal);

    /// <summary>Whether an ability has a name that we know; program:NAME has always.</summary>
    public static bool Known(string name) =>
        All.ContainsKey(name) || (name.StartsWith(Program, StringComparison.Ordinal) && name.Length > Program.Length);

    /// <summary>Why the machine cannot do what is needed; null if it can.</summary>
    public static string? Lacking(IEnumerable<string> needs) =>
        needs.Select(LackingOne).FirstOrDefault(reason => reason is not null);

    private static string? LackingOne(string need)
    {
        if (All.TryGetValue(need, out var ability))
            return ability.Has() ? null : ability.Lacking;
        var program = need[Program.Length..];
        return ProgramPath.Find(program, "/usr/sbin", "/sbin") is null
            ? $"the program {program} is not installed" : null;
    }
}
