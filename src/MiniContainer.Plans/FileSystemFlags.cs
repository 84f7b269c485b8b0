// The flags of mount(2) as the calls that make a file system without mounting it take them (fsconfig(2), fsmount(2)).

using static Tmds.Linux.LibC;

namespace MiniContainer.Plans;

/// <summary>MS_* bits for fsconfig and fsmount.</summary>
public static class FileSystemFlags
{
    /// <summary>MS_* of the file system itself, and their names for fsconfig(2).</summary>
    public static readonly (ulong Flag, string Name)[] Superblock =
    [
        ((ulong)MS_RDONLY, "ro"), ((ulong)MS_SYNCHRONOUS, "sync"), ((ulong)MS_DIRSYNC, "dirsync"),
        ((ulong)MS_MANDLOCK, "mand"), (1 << 25, "lazytime"),
    ];

    /// <summary>What fsconfig(2) is told: the flags of the file system itself, and its own options.</summary>
    public static IEnumerable<(string Key, string? Value)> Settings(ulong flags, string? data) =>
        Superblock.Where(f => (flags & f.Flag) != 0).Select(f => (f.Name, (string?)null))
            .Concat((data?.Split(',') ?? []).Select(o => o.IndexOf('=', StringComparison.Ordinal) is >= 0 and var at
                ? (o[..at], o[(at + 1)..]) : (o, (string?)null)));

    /// <summary>What fsmount(2) calls the flags of a mount.</summary>
    /// <remarks>The first four are the same, and to be relative in atime is the rule.</remarks>
    public static ulong Attributes(ulong flags) => (flags & 0xf)
        | ((flags & (ulong)MS_NOATIME) != 0 ? 0x10UL : (flags & (ulong)MS_STRICTATIME) != 0 ? 0x20UL : 0)
        | ((flags & (ulong)MS_NODIRATIME) != 0 ? 0x80UL : 0);
}
