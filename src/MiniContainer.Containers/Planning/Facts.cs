// What planners know of the machine: read once, before planning, so that planning itself touches nothing and a plan can
// be made for any machine (--explain, tests).

using MiniContainer.Containers.Systemd;
using MiniContainer.Kernel;

namespace MiniContainer.Containers.Planning;

/// <summary>The machine as planners see it.</summary>
public sealed record Facts
{
    /// <summary>Where the file system of Intel RDT is mounted by custom.</summary>
    public const string Resctrl = "/sys/fs/resctrl";

    /// <summary>The cgroup hierarchies (cgroups(7)).</summary>
    public required IReadOnlyList<CgroupHierarchy> Hierarchies { get; init; }

    /// <summary>The bounding set of minic itself, bit n for capability n.</summary>
    public required ulong Capabilities { get; init; }

    /// <summary>
    /// The capabilities that minic itself has, and can hand on as far as it stays in its user namespace.
    /// </summary>
    public ulong Permitted { get; init; } = ulong.MaxValue;

    /// <summary>The number of the kernel's last capability.</summary>
    public int LastCapability { get; init; } = Kernel.Capabilities.All.Count - 1;

    /// <summary>SECBIT_* flags of minic's caller (capabilities(7)).</summary>
    public uint SecureBits { get; init; }

    /// <summary>The signals that a child of minic would ignore, bit n-1 for signal n.</summary>
    public ulong IgnoredSignals { get; init; } = Inherited.RuntimeIgnores;

    /// <summary>The signals that a child of minic would have blocked, bit n-1 for signal n.</summary>
    public ulong BlockedSignals { get; init; }

    /// <summary>Whether the caller keeps minic off some of the machine's processors.</summary>
    public bool KeptOffProcessors { get; init; }

    /// <summary>Who runs minic.</summary>
    public Caller Caller { get; init; } = Caller.Root;

    /// <summary>Whether a cgroup may be made at a path; root may everywhere.</summary>
    public Func<string, bool> MayMakeCgroup { get; init; } = _ => true;

    /// <summary>The systemd that is to make cgroups; null if minic makes them itself.</summary>
    public SystemdFacts? Systemd { get; init; }

    /// <summary>Our own OOM score, below which only root may go (proc_pid_oom_score_adj(5)).</summary>
    public int OomScore { get; init; }

    /// <summary>
    /// Whether a path on the host is a directory: a bind mount's target must be of its source's kind.
    /// </summary>
    public required Func<string, bool> IsDirectory { get; init; }

    /// <summary>
    /// What is at a path below a directory, as a process whose root that is would find it; the last link is not
    /// followed.
    /// </summary>
    public Func<string, string, FileLook?> Look { get; init; } = (_, _) => null;

    /// <summary>The home directory of a user in a root file system, from its etc/passwd; null if it has none.</summary>
    public required Func<string, uint, string?> Home { get; init; }

    /// <summary>
    /// The controllers that version 2 has to hand on, at its root or where it was handed to us: "cpu", "io" ….
    /// </summary>
    public IReadOnlyList<string> UnifiedControllers { get; init; } = ["cpuset", "cpu", "io", "memory", "hugetlb",
        "pids", "rdma", "misc"];

    /// <summary>Whether the kernel runs with AppArmor (apparmor(7)).</summary>
    public bool HasAppArmor { get; init; }

    /// <summary>Whether the kernel runs with SELinux (selinux(8)).</summary>
    public bool HasSelinux { get; init; }

    /// <summary>Whether the file system of Intel RDT is mounted (filesystems/resctrl.rst).</summary>
    public bool HasResctrl { get; init; }

    /// <summary>Where the kernel's own file systems, proc and sysfs, are mounted (proc(5), mountinfo).</summary>
    public Func<IReadOnlyList<string>> KernelMounts { get; init; } = () => [];

    /// <summary>What minic's own descriptor 0, 1 or 2 is, which a process may inherit (stdin(3)).</summary>
    public Func<int, StandardStream> Stream { get; init; } = _ => new StandardStream(0, StreamReach.Machine);

    /// <summary>Where compiled filters of system calls are found and kept.</summary>
    public SeccompCache Filters { get; init; } = SeccompCache.Default;

    /// <summary>This machine, now, for a plan that is read and not played: nothing is kept anywhere.</summary>
    public static Facts ReadToLook() => Read() with { Filters = SeccompCache.Default.ForReading() };

    /// <summary>This machine, now.</summary>
    public static Facts Read()
    {
        var caller = Caller.Current;
        var inherited = Inherited.Read();
        IReadOnlyList<CgroupHierarchy> hierarchies = [.. Cgroups.Hierarchies()
            .Select(h => caller.IsMachineRoot || !h.IsV2 ? h : h with { Delegation = Cgroups.Delegated(h) })];
        return new()
        {
            Caller = caller,
            MayMakeCgroup = caller.IsMachineRoot ? _ => true : Directories.MayMakeIn,
            Hierarchies = hierarchies,
            UnifiedControllers = hierarchies.FirstOrDefault(h => h.IsV2) is { } v2
                ? CgroupLayout.In(v2.Limitable) : [],
            HasAppArmor = Machine.HasAppArmor,
            HasSelinux = Machine.HasSelinux,
            HasResctrl = File.Exists($"{Resctrl}/schemata"),
            OomScore = int.Parse(Knob.TryRead("/proc/self/oom_score_adj") ?? "0",
                System.Globalization.CultureInfo.InvariantCulture),
            Capabilities = inherited.Bounding,
            Permitted = inherited.Permitted,
            LastCapability = Kernel.Capabilities.Last(),
            SecureBits = inherited.SecureBits,
            IgnoredSignals = inherited.IgnoredSignals,
            BlockedSignals = inherited.BlockedSignals,
            KeptOffProcessors = inherited.KeptOffProcessors,
            IsDirectory = Directory.Exists,
            Look = InsideRoot.TryLook,
            KernelMounts = () => [.. MountInfo.Of("proc", "sysfs").Select(m => m.Point)],
            Stream = StandardStreams.Look,
            Home = HomeOf,
        };
    }

    /// <summary>The same machine, where systemd is to make cgroups.</summary>
    /// <exception cref="MinicException">There is no systemd.</exception>
    public Facts WithSystemd()
    {
        var user = !Caller.IsMachineRoot;
        using var manager = SystemdManager.Connect(user, "ask systemd for cgroups");
        var systemd = manager.Facts(user);
        return this with
        {
            Systemd = systemd,
            UnifiedControllers = Hierarchies.FirstOrDefault(h => h.IsV2) is { } v2
                ? (Knob.TryRead($"{v2.MountPoint}{systemd.Cgroup}/cgroup.controllers") ?? "").Split(' ') : [],
        };
    }

    // passwd(5): name:password:uid:gid:comment:home:shell
    private static string? HomeOf(string root, uint uid)
    {
        if (!Directory.Exists(root))
            return null;
        var text = uid.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return InsideRoot.TryReadLines(root, "/etc/passwd")?.Select(l => l.Split(':'))
            .FirstOrDefault(f => f.Length >= 7 && f[2] == text)?[5];
    }
}
