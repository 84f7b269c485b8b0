// Values for places of a configuration: those that a place is made for, those at the ends of their type, and those that
// are dangerous anywhere. Nothing in here harms the machine that the tests run on, even where a container is made of it
// as root: no path leads to anything of the host's that could be written.

using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using MiniContainer.Containers.Oci;

namespace MiniContainer.Testing.Fuzz;

/// <summary>Draws values.</summary>
/// <param name="random">From which.</param>
/// <param name="mild">
/// Whether nearly all values are of the right type, and many can be meant: such a configuration comes far.
/// </param>
public sealed class HostileValues(Random random, bool mild)
{
    private static readonly string[] Nasty =
    [
        "", " ", "/", "//", ".", "..", "../..", "/..", "/../../..", "-", "--help", "~", "*", "a\0b", "\0", "\n", "a\nb",
        "\t", "\u001b[31m", "\u007f",
        "\ud800", "\u202e", "é", "日本", "$(exit 3)", "`exit 3`", "'", "\"", "\\", "a'b", "; exit 3", "%s%n", "{}",
        "$STATE", ":", "::", ",", "=", "=x", "A=", "@",
        "1.0.0", "1.99.0-rc1", "0", "-1", "1", "18446744073709551616", "1e9", "NaN", "true", "null", "none", "max",
        "0-1", "0-99999", "0-,", "a",
        "/proc", "/proc/self/fd/0", "/proc/self/fd/3", "/proc/self/exe", "/proc/self/root", "/proc/self/cwd",
        "/proc/1/root", "/proc/thread-self", "/proc/sys",
        "/proc/self/attr/exec", "/sys", "/sys/fs/cgroup", "/dev", "/dev/null", "/dev/pts", "/dev/pts/0", "/dev/ptmx",
        "/dev/console", "/dev/fd/3", "/dev/shm",
        "/bin", "/bin/sh", "/etc/passwd", "/tmp", "/tmp/", "/tmp/.", "/tmp/../..", "rootfs", "rootfs/bin",
        "rootfs/bin/sh", "config.json", "fifo", "socket",
    ];

    // Of any type of number.
    private static readonly int[] Fitting = [0, 0, 1, 1, 2, 5, 7, 19, 100, 1000, 4095, 10_000];

    private static readonly string[] InContainer =
    [
        "/", "/tmp", "/tmp/new/dir", "/bin", "/bin/busybox", "/etc/passwd", "/proc", "/proc/kcore", "/proc/sys",
        "/proc/self", "/proc/self/cwd", "/proc/self/fd/4", "/proc/keys",
        "/sys", "/sys/fs/cgroup", "/dev", "/dev/null", "/dev/console", "/dev/pts", "/dev/pts/0", "/dev/shm/x",
        "/../../etc", "/dev/fuse", "/a b", "/a\nb", "/$(exit 3)", "/nonexistent/x",
    ];

    // What a member of this name is made for.
    private static readonly Dictionary<string, string[]> Words = new()
    {
        ["type"] = [.. LinuxValidator.NamespaceTypes, .. ProcessValidator.RlimitNames, "proc", "sysfs", "tmpfs",
            "devpts", "mqueue", "cgroup", "cgroup2", "bind", "none", "nosuchfs", "c", "u", "b", "p", "a"],
        ["options"] = [.. MountOptions.Known, "mode=755", "size=64k", "size=-1", "gid=5", "newinstance",
            "ptmxmode=0666", "x"],
        ["bounding"] = [.. ProcessValidator.CapabilityNames],
        ["effective"] = [.. ProcessValidator.CapabilityNames],
        ["permitted"] = [.. ProcessValidator.CapabilityNames],
        ["inheritable"] = [.. ProcessValidator.CapabilityNames],
        ["ambient"] = [.. ProcessValidator.CapabilityNames],
        ["policy"] = ["SCHED_OTHER", "SCHED_FIFO", "SCHED_RR", "SCHED_BATCH", "SCHED_ISO", "SCHED_IDLE",
            "SCHED_DEADLINE"],
        ["flags"] = [.. SeccompValidator.Flags, "SCHED_FLAG_RESET_ON_FORK", "MPOL_F_STATIC_NODES", "x"],
        ["class"] = ["IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE"],
        ["action"] = [.. SeccompValidator.Actions],
        ["defaultAction"] = [.. SeccompValidator.Actions],
        ["op"] = [.. SeccompValidator.Operators],
        ["architectures"] = [.. SeccompValidator.Architectures],
        ["names"] = ["read", "write", "close", "openat", "openat2", "execve", "exit_group", "exit", "mount", "chdir",
            "fchdir", "prctl", "rt_sigaction", "setresuid", "capset", "kill", "clone", "nosuchcall"],
        ["domain"] = ["LINUX", "LINUX32"],
        ["mode"] = ["MPOL_DEFAULT", "MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_LOCAL", "MPOL_PREFERRED"],
        ["rootfsPropagation"] = ["private", "rslave", "shared", "rshared", "unbindable"],
        ["access"] = ["r", "rw", "rwm", "m", "rwmm"],
        ["pageSize"] = ["2MB", "1GB", "64KB"],
        ["cgroupsPath"] = ["", ".", "..", "a/../..", "a//b", "a/./b", "a/", "/", "a\nb"],
        ["sysctl"] = ["net.ipv4.ip_forward", "net/ipv4/ip_forward", "kernel.hostname", "kernel.shmmax", "net.../..",
            "net/../../sysrq-trigger", "net.nosuch", "vm.swappiness", "kernel.shmmax\0"],
        ["unified"] = ["memory.high", "pids.max", "cgroup.procs", "../x", "a/b", ".", "..", ""],
        ["timeOffsets"] = ["monotonic", "boottime", "realtime"],
        ["destination"] = [.. InContainer],
        ["maskedPaths"] = [.. InContainer],
        ["readonlyPaths"] = [.. InContainer],
        ["cwd"] = [.. InContainer],
        ["source"] = ["rootfs", "rootfs/bin", "rootfs/bin/busybox", "rootfs/../rootfs", "fifo", "config.json",
            "nonexistent", "proc", "tmpfs"],
        ["path"] = [.. InContainer, "rootfs"],
        ["hostname"] = ["box", "a.b", "é"],
        ["ociVersion"] = ["1.0.0", "1.0.2-dev", "1.3.0", "1.99.0"],
        ["args"] = ["true", "/bin/true", "sh", "nonexistent", "/proc/self/exe", "/dev/fd/3", ""],
        ["cpus"] = ["0", "0-1", "0-4095", "7-3", ","],
        ["mems"] = ["0", "0-9", ","],
        ["apparmorProfile"] = [""],
        ["selinuxLabel"] = [""],
        ["mountLabel"] = [""],
        ["env"] = ["PATH=/bin", "PATH=", "PATH=:::", "HOME=", "A=\n"],
    };

    /// <summary>A value of a type, for a member of a name.</summary>
    public JsonNode? Of(string name, JsonTypeInfo type, int depth)
    {
        if (random.Next(mild ? 500 : 30) == 0)
            return Anything();
        return type.Kind switch
        {
            JsonTypeInfoKind.Object => Object(type, depth),
            JsonTypeInfoKind.Enumerable =>
                new JsonArray(
                    [.. Enumerable.Range(0, Count(depth))
                        .Select(_ => Of(name, type.Options.GetTypeInfo(type.ElementType!), depth + 1))]),
            JsonTypeInfoKind.Dictionary => Dictionary(name, type, depth),
            _ => Plain(name, Nullable.GetUnderlyingType(type.Type) ?? type.Type),
        };
    }

    /// <summary>Anything at all.</summary>
    public JsonNode? Anything() => random.Next(8) switch
    {
        0 => null,
        1 => new JsonObject(),
        2 => new JsonArray(),
        3 => JsonValue.Create(random.Next(2) == 0),
        4 or 5 => Number(),
        _ => JsonValue.Create(Text()),
    };

    /// <summary>A text that means trouble in one place or another.</summary>
    public string Text() => random.Next(40) switch
    {
        // Longer than a name, a path, a page, a string of execve.
        0 => new string('x', 256),
        1 => new string('x', 5000),
        2 => new string(':', 20_000),
        3 => "/" + string.Join('/', Enumerable.Repeat("a", 3000)),
        4 => new string('x', 140_000),
        _ => Nasty[random.Next(Nasty.Length)],
    };

    private JsonValue Number() => random.Next(14) switch
    {
        0 => JsonValue.Create(-1),
        1 => JsonValue.Create(1),
        2 => JsonValue.Create(int.MaxValue),
        3 => JsonValue.Create(int.MinValue),
        4 => JsonValue.Create(uint.MaxValue),
        5 => JsonValue.Create(long.MaxValue),
        6 => JsonValue.Create(long.MinValue),
        7 => JsonValue.Create(ulong.MaxValue),
        8 => JsonValue.Create(1.5),
        9 => JsonValue.Create(1e300),
        10 => JsonValue.Create(random.Next(-2000, 2000)),
        11 => JsonValue.Create(random.Next(70_000)),
        _ => JsonValue.Create(0),
    };

    private JsonValue Plain(string name, Type type) =>
        type == typeof(bool) ? JsonValue.Create(random.Next(2) == 0)
        : type != typeof(string) ? mild ? JsonValue.Create(Fitting[random.Next(Fitting.Length)]) : Number()
        : JsonValue.Create(Words.TryGetValue(name, out var words) && random.Next(mild ? 50 : 5) != 0
            ? words[random.Next(words.Length)] : Text());

    private JsonObject Object(JsonTypeInfo type, int depth)
    {
        var made = new JsonObject();
        foreach (var property in
            type.Properties.Where(p => !p.IsExtensionData
                && (p.IsRequired ? random.Next(50) != 0 : random.Next(depth + 2) == 0)))
            made[property.Name] = Of(property.Name, type.Options.GetTypeInfo(property.PropertyType), depth + 1);
        return made;
    }

    private JsonObject Dictionary(string name, JsonTypeInfo type, int depth)
    {
        var made = new JsonObject();
        for (var i = Count(depth); i > 0; i--)
            made[Words.TryGetValue(name, out var words) ? words[random.Next(words.Length)] : Text()] = Of("",
                type.Options.GetTypeInfo(type.ElementType!), depth + 1);
        return made;
    }

    private int Count(int depth) => random.Next(50) == 0 ? 300 / (depth + 1) : random.Next(4);
}
