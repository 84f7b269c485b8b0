// Flags in the kernel's own words: "MS_NOSUID|MS_NODEV". One table for each word that has flags; what a table lacks is
// shown in hexadecimal, so nothing is lost.

using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>Decodes flag words as strace(1) does.</summary>
public static class FlagText
{
    private static readonly (ulong Bit, string Name)[] CloneFlags =
    [
        (0x00000080, "CLONE_NEWTIME"), (0x00000100, "CLONE_VM"), (0x00000200, "CLONE_FS"), (0x00001000, "CLONE_PIDFD"),
        (0x00004000, "CLONE_VFORK"), (0x00020000, "CLONE_NEWNS"), (0x02000000, "CLONE_NEWCGROUP"),
        (0x04000000, "CLONE_NEWUTS"),
        (0x08000000, "CLONE_NEWIPC"), (0x10000000, "CLONE_NEWUSER"), (0x20000000, "CLONE_NEWPID"),
        (0x40000000, "CLONE_NEWNET"),
        (0x100000000, "CLONE_CLEAR_SIGHAND"), (0x200000000, "CLONE_INTO_CGROUP"),
    ];

    private static readonly (ulong Bit, string Name)[] MountFlags =
    [
        ((ulong)MS_RDONLY, "MS_RDONLY"), ((ulong)MS_NOSUID, "MS_NOSUID"), ((ulong)MS_NODEV, "MS_NODEV"),
        ((ulong)MS_NOEXEC, "MS_NOEXEC"),
        ((ulong)MS_SYNCHRONOUS, "MS_SYNCHRONOUS"), ((ulong)MS_REMOUNT, "MS_REMOUNT"), ((ulong)MS_DIRSYNC, "MS_DIRSYNC"),
        (256, "MS_NOSYMFOLLOW"), ((ulong)MS_NOATIME, "MS_NOATIME"), ((ulong)MS_NODIRATIME, "MS_NODIRATIME"),
        ((ulong)MS_BIND, "MS_BIND"), ((ulong)MS_MOVE, "MS_MOVE"), ((ulong)MS_REC, "MS_REC"),
        ((ulong)MS_SILENT, "MS_SILENT"),
        ((ulong)MS_UNBINDABLE, "MS_UNBINDABLE"), ((ulong)MS_PRIVATE, "MS_PRIVATE"), ((ulong)MS_SLAVE, "MS_SLAVE"),
        ((ulong)MS_SHARED, "MS_SHARED"), ((ulong)MS_RELATIME, "MS_RELATIME"), ((ulong)MS_STRICTATIME, "MS_STRICTATIME"),
        (1 << 25, "MS_LAZYTIME"),
    ];

    private static readonly (ulong Bit, string Name)[] OpenFlags =
    [
        ((ulong)O_CREAT, "O_CREAT"), ((ulong)O_EXCL, "O_EXCL"), ((ulong)O_NOCTTY, "O_NOCTTY"),
        ((ulong)O_TRUNC, "O_TRUNC"),
        ((ulong)O_APPEND, "O_APPEND"), ((ulong)O_NONBLOCK, "O_NONBLOCK"), ((ulong)O_NOFOLLOW, "O_NOFOLLOW"),
        ((ulong)O_CLOEXEC, "O_CLOEXEC"), ((ulong)O_PATH, "O_PATH"), ((ulong)O_DIRECTORY, "O_DIRECTORY"),
    ];

    private static readonly (ulong Bit, string Name)[] MountAttributes =
    [
        (0x1, "MOUNT_ATTR_RDONLY"), (0x2, "MOUNT_ATTR_NOSUID"), (0x4, "MOUNT_ATTR_NODEV"), (0x8, "MOUNT_ATTR_NOEXEC"),
        (0x10, "MOUNT_ATTR_NOATIME"), (0x20, "MOUNT_ATTR_STRICTATIME"), (0x80, "MOUNT_ATTR_NODIRATIME"),
        (0x100000, "MOUNT_ATTR_IDMAP"), (0x200000, "MOUNT_ATTR_NOSYMFOLLOW"),
    ];

    private static readonly (ulong Bit, string Name)[] AtFlags =
    [
        (0x1000, "AT_EMPTY_PATH"), (0x8000, "AT_RECURSIVE"),
    ];

    private static readonly (ulong Bit, string Name)[] OpenTreeFlags =
    [
        (0x1, "OPEN_TREE_CLONE"), (0x80000, "OPEN_TREE_CLOEXEC"), .. AtFlags,
    ];

    private static readonly (ulong Bit, string Name)[] MoveMountFlags =
    [
        (0x4, "MOVE_MOUNT_F_EMPTY_PATH"), (0x10, "MOVE_MOUNT_T_SYMLINKS"),
    ];

    private static readonly (ulong Bit, string Name)[] SeccompFlags =
    [
        (1, "SECCOMP_FILTER_FLAG_TSYNC"), (2, "SECCOMP_FILTER_FLAG_LOG"), (4, "SECCOMP_FILTER_FLAG_SPEC_ALLOW"),
        (8, "SECCOMP_FILTER_FLAG_NEW_LISTENER"),
    ];

    /// <summary>Flags of a filter of system calls (seccomp(2)).</summary>
    public static string Seccomp(ulong flags) => Join(flags, SeccompFlags);

    /// <summary>A priority of input and output, in its class (ioprio_set(2)).</summary>
    public static string IoPriority(ulong priority)
    {
        var name = (priority >> 13) switch
        {
            1 => "IOPRIO_CLASS_RT",
            2 => "IOPRIO_CLASS_BE",
            3 => "IOPRIO_CLASS_IDLE",
            var other => other.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
        return $"IOPRIO_PRIO_VALUE({name}, {priority & 0x1fff})";
    }

    /// <summary>An operation of prctl(2).</summary>
    public static string Prctl(ulong option) => option switch
    {
        1 => "PR_SET_PDEATHSIG",
        4 => "PR_SET_DUMPABLE",
        8 => "PR_SET_KEEPCAPS",
        15 => "PR_SET_NAME",
        24 => "PR_CAPBSET_DROP",
        28 => "PR_SET_SECUREBITS",
        38 => "PR_SET_NO_NEW_PRIVS",
        47 => "PR_CAP_AMBIENT",
        _ => option.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    /// <summary>The mode of a file: its permissions in octal, after the type that mknod(2) takes.</summary>
    public static string Mode(ulong mode) => (mode & 0xf000) switch
    {
        0 => "0",
        0x1000 => "S_IFIFO|0",
        0x2000 => "S_IFCHR|0",
        0x6000 => "S_IFBLK|0",
        0x8000 => "S_IFREG|0",
        _ => "0",
    } + Convert.ToString((long)(mode & 0xfff), 8);

    /// <summary>The device numbers that the kernel keeps in 32 bits (new_decode_dev() in linux/kdev_t.h).</summary>
    public static string Device(ulong device) =>
        $"makedev({(device >> 8) & 0xfff}, {(device & 0xff) | ((device >> 12) & 0xfff00)})";

    /// <summary>Flags of openat2(2) and its family that go beside a path.</summary>
    public static string At(ulong flags) => Join(flags, AtFlags);

    /// <summary>Flags of open_tree(2).</summary>
    public static string OpenTree(ulong flags) => Join(flags, OpenTreeFlags);

    /// <summary>Flags of move_mount(2).</summary>
    public static string MoveMount(ulong flags) => Join(flags, MoveMountFlags);

    /// <summary>Flags of clone3(2), unshare(2) and setns(2).</summary>
    public static string Clone(ulong flags) => Join(flags, CloneFlags);

    /// <summary>Flags of mount(2).</summary>
    public static string Mount(ulong flags) => Join(flags, MountFlags);

    /// <summary>Attributes of mount_setattr(2).</summary>
    public static string MountAttr(ulong flags) => Join(flags, MountAttributes);

    /// <summary>Flags of open(2), the access mode first.</summary>
    public static string Open(ulong flags) => Open((int)flags);

    /// <inheritdoc cref="Open(ulong)"/>
    public static string Open(int flags)
    {
        var mode = flags & O_ACCMODE;
        var access = mode == O_WRONLY ? "O_WRONLY" : mode == O_RDWR ? "O_RDWR" : "O_RDONLY";
        var rest = (ulong)(uint)(flags & ~O_ACCMODE);
        return rest == 0 ? access : $"{access}|{Join(rest, OpenFlags)}";
    }

    private static string Join(ulong flags, (ulong Bit, string Name)[] table)
    {
        if (flags == 0)
            return "0";
        var names = new List<string>();
        foreach (var (bit, name) in table)
        {
            if ((flags & bit) == 0)
                continue;
            names.Add(name);
            flags &= ~bit;
        }

        if (flags != 0)
            names.Add($"0x{flags:x}");
        return string.Join("|", names);
    }
}
