// The configuration that `minic spec` writes and `minic run --rootfs` starts from: the privileges that Docker gives by
// default, so that what is learned here holds there. The rootless form is that of `runc spec --rootless`.
// Labs: 12-oci, 10-privileges. See capabilities(7).

using MiniContainer.Kernel;

namespace MiniContainer.Containers.Oci;

/// <summary>The default configuration.</summary>
public static class DefaultSpec
{
    // Of 41 capabilities, the 14 that Docker leaves to root in a container. What is missing is what would reach the
    // host: SYS_ADMIN (mounts), SYS_MODULE, SYS_PTRACE of others, NET_ADMIN, SYS_TIME, SYS_BOOT ….
    private static readonly string[] KeptCapabilities =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID",
        "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL",
        "CAP_AUDIT_WRITE",
    ];

    // What tells about the host, or reaches it, and has no namespace of its own.
    private static readonly string[] Masked =
    [
        "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
        "/proc/sched_debug", "/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap",
        "/sys/firmware",
    ];

    private static readonly string[] ReadOnly = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
        "/proc/sysrq-trigger"];

    /// <summary>The PATH of a new container.</summary>
    public const string Path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>The default configuration with these parts filled in.</summary>
    /// <param name="rootPath">The root file system, absolute or below the bundle.</param>
    /// <param name="args">argv; a shell where not given.</param>
    /// <param name="hostname">The host name.</param>
    /// <param name="terminal">Whether the process gets a pseudoterminal; TERM is set then.</param>
    public static Spec Create(
        string rootPath = "rootfs", IReadOnlyList<string>? args = null, string hostname = "minic",
        bool terminal = false) => new()
    {
        OciVersion = Spec.CurrentVersion,
        Process = new Process
        {
            Terminal = terminal,
            User = new User(),
            Args = args ?? ["sh"],
            Env = terminal ? [Path, "TERM=xterm"] : [Path],
            Cwd = "/",
            Capabilities = new Capabilities
            {
                Bounding = KeptCapabilities,
                Effective = KeptCapabilities,
                Permitted = KeptCapabilities,
            },
        },
        Root = new Root { Path = rootPath },
        Hostname = hostname,
        Mounts = Mounts(),
        Linux = new Linux
        {
            Namespaces = [new("pid"), new("network"), new("ipc"), new("uts"), new("mount"), new("cgroup")],
            Resources = new LinuxResources { Devices = DeviceRules() },
            MaskedPaths = Masked,
            ReadonlyPaths = ReadOnly,
        },
    };

    /// <summary>The same for a bundle, as `runc spec` has it: the root file system is an image, which stays as it is,
    /// and no program in it gives more privileges than the first one has.</summary>
    /// <param name="spec">What <see cref="Create"/> made.</param>
    /// <param name="unified">Whether the machine has cgroup version 2 alone. In version 1 there is no cgroup namespace
    /// of its own: config.jsons that are made of this one, and programs in them, expect the paths of the host
    /// there.</param>
    public static Spec ForBundle(Spec spec, bool unified) => spec with
    {
        Root = spec.Root! with { Readonly = true },
        Process = spec.Process! with { NoNewPrivileges = true },
        Linux = spec.Linux! with
        {
            Namespaces = [.. spec.Linux.Namespaces!.Where(ns => unified || ns.Type != "cgroup")],
        },
    };

    /// <summary>
    /// The same for an unprivileged user: a user namespace in which the caller is root, and no limits.
    /// </summary>
    /// <param name="spec">What <see cref="Create"/> made.</param>
    /// <param name="caller">Who it is for.</param>
    /// <param name="ranges">
    /// Whether the ids of /etc/subuid are mapped too, if the caller has any: users other than root can be had then.
    /// </param>
    /// <param name="ownNetwork">
    /// Whether it keeps a network namespace of its own; else it has the host's network.
    /// </param>
    public static Spec Rootless(Spec spec, Caller caller, bool ranges = false, bool ownNetwork = false) => spec with
    {
        Mounts = Mounts(spec, ownNetwork, allIds: ranges && caller.MapsRanges),
        Linux = (spec.Linux ?? new Linux()) with
        {
            Namespaces =
                [.. (spec.Linux?.Namespaces
                    ?? []).Where(ns => ns.Type != "user" && (ownNetwork || ns.Type != "network")), new("user")],
            UidMappings = Map(caller.Uid, ranges && caller.MapsRanges ? caller.SubUids : []),
            GidMappings = Map(caller.Gid, ranges && caller.MapsRanges ? caller.SubGids : []),
            Resources = null,
        },
    };

    /// <summary>
    /// The same for root of a user namespace, who needs no further one: <c>unshare -r</c>, <c>podman unshare</c>.
    /// </summary>
    /// <param name="spec">What <see cref="Create"/> made.</param>
    /// <param name="ownNetwork">Whether it has a network namespace of its own.</param>
    public static Spec Nested(Spec spec, bool ownNetwork) => spec with
    {
        Mounts = Mounts(spec, ownNetwork, allIds: false),
        Linux = spec.Linux! with { Resources = null },
    };

    private static Mount[] Mounts(Spec spec, bool ownNetwork, bool allIds) =>
        [.. (spec.Mounts ?? []).Select(m => WithoutRoot(m, ownNetwork, allIds))];

    // Root inside is the caller; the ids that the caller may give to others follow from 1 on.
    private static LinuxIdMapping[] Map(uint own, IReadOnlyList<IdRange> ranges)
    {
        var map = new List<LinuxIdMapping> { new(0, own, 1) };
        foreach (var range in ranges)
            map.Add(new LinuxIdMapping(map[^1].ContainerId + map[^1].Size, range.First, range.Count));
        return [.. map];
    }

    // In this order: /dev before what is mounted below it, /sys before its cgroup.
    private static Mount[] Mounts() =>
    [
        Entry("/proc", "proc", "proc", "nosuid", "noexec", "nodev"),
        Entry("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"),
        Entry("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"),
        Entry("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k"),
        Entry("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev"),
        Entry("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro"),
        Entry("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro"),
    ];

    private static Mount Entry(string destination, string type, string source, params string[] options) =>
        new() { Destination = destination, Type = type, Source = source, Options = options };

    // All are denied, then those that no program can do without are allowed: null, zero, full, random, urandom, tty,
    // console, ptmx and the pts of its own devpts; nodes of any kind may be made, but not opened.
    private static LinuxDeviceCgroup[] DeviceRules() =>
    [
        new(false, null, null, null, "rwm"),
        new(true, "c", null, null, "m"), new(true, "b", null, null, "m"),
        new(true, "c", 1, 3, "rwm"), new(true, "c", 1, 5, "rwm"), new(true, "c", 1, 7, "rwm"),
        new(true, "c", 1, 8, "rwm"), new(true, "c", 1, 9, "rwm"), new(true, "c", 5, 0, "rwm"),
        new(true, "c", 5, 1, "rwm"), new(true, "c", 5, 2, "rwm"), new(true, "c", 136, null, "rwm"),
    ];

    // A group that the mapping lacks (gid=5) cannot be set. A sysfs cannot be mounted without owning the network
    // namespace: then /sys is bound from the host, and all that is mounted in it, such as cgroups, is read-only too
    // (CVE-2023-25809).
    private static Mount WithoutRoot(Mount mount, bool ownNetwork, bool allIds) => mount.Destination switch
    {
        "/sys" when !ownNetwork => Entry("/sys", "none", "/sys", "rbind", "nosuid", "noexec", "nodev", "ro", "rro"),
        _ when allIds => mount,
        _ => mount with
        {
            Options =
                [.. (mount.Options
                    ?? []).Where(o => !o.StartsWith("gid=", StringComparison.Ordinal)
                        && !o.StartsWith("uid=", StringComparison.Ordinal))],
        },
    };
}
