// What a machine can do. A lab, a step or a transcript that needs what is not there is skipped by name, with the
// reason: a machine has cgroup v1 or v2, a container that CI runs in may forbid user namespaces.

using MiniContainer.Kernel;

namespace MiniContainer.Labs.Course;

/// <summary>Looks for abilities of this machine.</summary>
internal static class Abilities
{
    private const string Program = "program:";

    private static readonly Dictionary<string, (Func<bool> Has, string Lacking)> All = new()
    {
        ["cgroup-v1"] = (() => Mounted("cgroup"), "no cgroup v1 hierarchy is mounted"),
        ["cgroup-v2"] = (() => V2Controllers().Count > 0, "no cgroup v2 hierarchy with controllers is mounted"),
        ["memory-cgroup"] = (() => Controller("memory"), "the memory controller of cgroups is not there"),
        ["pids-cgroup"] = (() => Controller("pids"), "the pids controller of cgroups is not there"),
        ["cpu-cgroup"] = (() => Controller("cpu"), "the cpu controller of cgroups is not there"),
        ["userns"] = (UserNamespaces, "user namespaces are forbidden (see sysctl user.max_user_namespaces)"),
        ["overlayfs"] = (() => Knob.TryReadLines("/proc/filesystems")
            .Any(l => l.EndsWith("\toverlay", StringComparison.Ordinal)),
            "the kernel has no overlayfs (try modprobe overlay)"),
        ["seccomp"] = (() => File.Exists("/proc/sys/kernel/seccomp/actions_avail"), "the kernel has no seccomp "
            + "filters"),
        ["ipv6"] = (() => Directory.Exists("/proc/sys/net/ipv6"), "the kernel has no IPv6"),
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
        var path = Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin";
        return Array.Exists(path.Split(':'), d => File.Exists(Path.Combine(d, program)))
            ? null : $"the program {program} is not installed";
    }

    private static bool Mounted(string type) =>
        Knob.TryReadLines("/proc/self/mountinfo").Any(l => l.Contains($" - {type} ", StringComparison.Ordinal));

    private static IReadOnlyList<string> V2Controllers() =>
        [.. Knob.TryReadLines("/proc/self/mountinfo").Where(l => l.Contains(" - cgroup2 ", StringComparison.Ordinal))
            .Select(l => l.Split(' ')[4])
            .SelectMany(point => Knob.TryReadLines(point + "/cgroup.controllers"))
            .SelectMany(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))];

    private static bool Controller(string name) =>
        V2Controllers().Contains(name)
        || Knob.TryReadLines("/proc/self/mountinfo")
            .Any(l => l.Contains(" - cgroup ", StringComparison.Ordinal) && l.Split(' ')[^1].Split(',').Contains(name));

    private static bool UserNamespaces() =>
        File.Exists("/proc/self/ns/user") && Knob.TryRead("/proc/sys/user/max_user_namespaces") != "0";
}
