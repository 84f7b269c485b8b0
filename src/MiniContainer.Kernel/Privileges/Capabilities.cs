// Capabilities by number and name (lab 10-privileges, capabilities(7), linux/capability.h).

using System.Globalization;

namespace MiniContainer.Kernel;

/// <summary>The capabilities of Linux.</summary>
public static class Capabilities
{
    private static readonly string[] Names =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID",
        "CAP_SETUID",
        "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN",
        "CAP_NET_RAW",
        "CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE",
        "CAP_SYS_PACCT",
        "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG",
        "CAP_MKNOD",
        "CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN",
        "CAP_SYSLOG",
        "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
    ];

    /// <summary>All names, by number.</summary>
    public static IReadOnlyList<string> All => Names;

    /// <summary>The name of a capability: "CAP_CHOWN".</summary>
    public static string Name(int capability) =>
        (uint)capability < (uint)Names.Length ? Names[capability] : $"CAP_{capability}";

    /// <summary>The number of a capability named "CAP_CHOWN" (case does not matter), or null.</summary>
    public static int? Number(string name)
    {
        var index = Array.FindIndex(Names, n => n.Equals(name, StringComparison.OrdinalIgnoreCase));
        return index < 0 ? null : index;
    }

    /// <summary>The numbers in a set.</summary>
    public static IEnumerable<int> List(ulong set) => Enumerable.Range(0, 64).Where(c => (set >> c & 1) == 1);

    /// <summary>A set as strace(1) prints it.</summary>
    public static string Text(ulong set)
    {
        var all = (1UL << Names.Length) - 1;
        return set == 0 ? "0" : set == all ? "all" : string.Join("|", List(set).Select(c => "1<<" + Name(c)));
    }

    /// <summary>
    /// The number of the last capability that this kernel has, which may be newer than the list here.
    /// </summary>
    public static int Last() =>
        int.TryParse(Knob.TryRead("/proc/sys/kernel/cap_last_cap"), CultureInfo.InvariantCulture, out var last)
        ? last : Names.Length - 1;

    /// <summary>The capabilities that this process has in its user namespace (CapEff of proc_pid_status(5)).</summary>
    public static ulong Effective() => Own("CapEff:");

    private static ulong Own(string set)
    {
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(set, StringComparison.Ordinal));
        return ulong.Parse(line.AsSpan(set.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
