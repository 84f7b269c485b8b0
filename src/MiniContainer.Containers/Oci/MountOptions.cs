// The options of a mount, taken apart: flags for mount(2), propagation, attributes for the whole tree below
// (mount_setattr(2)), what the runtime itself does, and the rest, which is the file system's own business.
// https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#linux-mount-options   Lab: 06-mounts.

using static MiniContainer.Kernel.Abi;
using static Tmds.Linux.LibC;


namespace MiniContainer.Containers.Oci;

/// <summary>How a mount's ids are mapped (mount_setattr(2), MOUNT_ATTR_IDMAP).</summary>
public enum MountIdMap
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>The mount itself.</summary>
    Mount,

    /// <summary>The mount and all below it.</summary>
    Tree,
}

/// <summary>A mount's options, parsed. <see cref="Parse"/> and <see cref="Print"/> are inverses.</summary>
public sealed record MountOptions
{
    // Each flag with the option that sets it and the one that clears it. Printed in this order.
    private static readonly (string? Set, string? Clear, ulong Flag)[] Table =
    [
        ("ro", "rw", (ulong)MS_RDONLY), ("nosuid", "suid", (ulong)MS_NOSUID), ("nodev", "dev", (ulong)MS_NODEV),
        ("noexec", "exec", (ulong)MS_NOEXEC), ("sync", "async", (ulong)MS_SYNCHRONOUS),
        ("remount", null, (ulong)MS_REMOUNT),
        ("mand", "nomand", (ulong)MS_MANDLOCK), ("dirsync", null, (ulong)MS_DIRSYNC),
        ("nosymfollow", "symfollow", MS_NOSYMFOLLOW), ("noatime", "atime", (ulong)MS_NOATIME),
        ("nodiratime", "diratime", (ulong)MS_NODIRATIME), ("silent", "loud", (ulong)MS_SILENT),
        ("relatime", "norelatime", (ulong)MS_RELATIME), ("iversion", "noiversion", (ulong)MS_I_VERSION),
        ("strictatime", "nostrictatime", (ulong)MS_STRICTATIME), ("lazytime", "nolazytime", MS_LAZYTIME),
    ];

    private static readonly (string Set, string Clear, ulong Attr)[] TreeTable =
    [
        ("rro", "rrw", MOUNT_ATTR_RDONLY), ("rnosuid", "rsuid", MOUNT_ATTR_NOSUID),
        ("rnodev", "rdev", MOUNT_ATTR_NODEV),
        ("rnoexec", "rexec", MOUNT_ATTR_NOEXEC), ("rnodiratime", "rdiratime", MOUNT_ATTR_NODIRATIME),
        ("rnosymfollow", "rsymfollow", MOUNT_ATTR_NOSYMFOLLOW),
    ];

    // How atime is kept is one field of three values; mount_setattr(2) wants it cleared whole before it is set.
    // The names that only negate one of them come to relatime, the kernel's default.
    private static readonly (string Name, ulong Attr)[] TreeAtime =
    [
        ("rrelatime", MOUNT_ATTR_RELATIME), ("rnoatime", MOUNT_ATTR_NOATIME), ("rstrictatime", MOUNT_ATTR_STRICTATIME),
        ("rnorelatime", MOUNT_ATTR_RELATIME), ("ratime", MOUNT_ATTR_RELATIME), ("rnostrictatime", MOUNT_ATTR_RELATIME),
    ];

    private static readonly Dictionary<string, ulong> PropagationTable = new()
    {
        ["private"] = (ulong)MS_PRIVATE, ["rprivate"] = (ulong)MS_PRIVATE | (ulong)MS_REC,
        ["slave"] = (ulong)MS_SLAVE, ["rslave"] = (ulong)MS_SLAVE | (ulong)MS_REC,
        ["shared"] = (ulong)MS_SHARED, ["rshared"] = (ulong)MS_SHARED | (ulong)MS_REC,
        ["unbindable"] = (ulong)MS_UNBINDABLE, ["runbindable"] = (ulong)MS_UNBINDABLE | (ulong)MS_REC,
    };

    /// <summary>MS_* flags that are asked for, MS_BIND and MS_REC among them (mount(2)).</summary>
    public ulong Flags { get; init; }

    /// <summary>
    /// MS_* flags that are asked not to be set; it matters when a bind mount inherits its source's flags.
    /// </summary>
    public ulong Cleared { get; init; }

    /// <summary>
    /// MS_PRIVATE, MS_SLAVE, MS_SHARED or MS_UNBINDABLE, each perhaps with MS_REC: one more mount(2) each, in order.
    /// </summary>
    public IReadOnlyList<ulong> Propagation { get; init; } = [];

    /// <summary>MOUNT_ATTR_* to set on the mount and all below it (mount_setattr(2), AT_RECURSIVE).</summary>
    public ulong TreeSet { get; init; }

    /// <summary>MOUNT_ATTR_* to clear there.</summary>
    public ulong TreeClear { get; init; }

    /// <summary>Whether ids are mapped.</summary>
    public MountIdMap IdMap { get; init; }

    /// <summary>Whether a tmpfs starts with a copy of what it covers.</summary>
    public bool CopyUp { get; init; }

    /// <summary>The file system's own options, joined by commas, as mount(2) takes them in <c>data</c>.</summary>
    public string Data { get; init; } = "";

    /// <summary>Whether this is a bind mount.</summary>
    public bool IsBind => (Flags & (ulong)MS_BIND) != 0;

    /// <summary>Whether the mount is to be read-only.</summary>
    public bool IsReadOnly => (Flags & (ulong)MS_RDONLY) != 0;

    /// <summary>All names that are not the file system's own, for <c>minic features</c>.</summary>
    public static IReadOnlyList<string> Known { get; } =
    [
        .. Table.SelectMany(row => new[] { row.Set, row.Clear }).OfType<string>()
            .Concat(TreeTable.SelectMany(row => new[] { row.Set, row.Clear })).Concat(TreeAtime.Select(row => row.Name))
            .Concat(PropagationTable.Keys).Concat(["bind", "rbind", "idmap", "ridmap", "tmpcopyup", "defaults"])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The flags of a propagation name, or null: "rslave" is MS_SLAVE|MS_REC.</summary>
    /// <param name="name">private, slave, shared, unbindable, or one of them after an r.</param>
    public static ulong? PropagationFlags(string name) =>
        PropagationTable.TryGetValue(name, out var flags) ? flags : null;

    /// <summary>
    /// Takes options apart. A later option wins over an earlier one; an unknown one belongs to the file system.
    /// </summary>
    /// <param name="options">As in config.json; null is none.</param>
    public static MountOptions Parse(IEnumerable<string>? options)
    {
        var parsed = new MountOptions();
        foreach (var option in options ?? [])
        {
            parsed = parsed.With(option);
        }

        return parsed;
    }

    /// <summary>The options that <see cref="Parse"/> takes for these, each once, in a fixed order.</summary>
    public IReadOnlyList<string> Print()
    {
        var options = new List<string>();
        if (IsBind)
        {
            options.Add((Flags & (ulong)MS_REC) != 0 ? "rbind" : "bind");
        }

        options.AddRange(Table.Where(row => (Flags & row.Flag) != 0).Select(row => row.Set!));
        options.AddRange(Table.Where(row => (Cleared & row.Flag) != 0).Select(row => row.Clear!));
        options.AddRange(Propagation.Select(flags => PropagationTable.First(row => row.Value == flags).Key));
        options.AddRange(TreeTable.Where(row => (TreeSet & row.Attr) != 0).Select(row => row.Set));
        options.AddRange(TreeTable.Where(row => (TreeClear & row.Attr) != 0).Select(row => row.Clear));
        if ((TreeClear & MOUNT_ATTR__ATIME) != 0)
        {
            options.Add(TreeAtime.First(row => row.Attr == (TreeSet & MOUNT_ATTR__ATIME)).Name);
        }

        options.AddRange(
            IdMap switch { MountIdMap.Mount => ["idmap"], MountIdMap.Tree => ["ridmap"], _ => Array.Empty<string>() });
        options.AddRange(CopyUp ? ["tmpcopyup"] : []);
        options.AddRange(Data.Length > 0 ? Data.Split(',') : []);
        return options;
    }

    private MountOptions With(string option) => option switch
    {
        "" or "defaults" => this,
        "bind" => this with { Flags = Flags | (ulong)MS_BIND },
        "rbind" => this with { Flags = Flags | (ulong)MS_BIND | (ulong)MS_REC },
        "idmap" => this with { IdMap = MountIdMap.Mount },
        "ridmap" => this with { IdMap = MountIdMap.Tree },
        "tmpcopyup" => this with { CopyUp = true },
        _ when PropagationFlags(option) is { } flags => this with { Propagation = [.. Propagation, flags] },
        _ => WithFlag(option) ?? WithTree(option) ?? this with
        {
            Data = Data.Length == 0 ? option : $"{Data},{option}",
        },
    };

    private MountOptions? WithFlag(string option)
    {
        foreach (var (set, clear, flag) in Table)
        {
            if (option == set)
            {
                return this with { Flags = Flags | flag, Cleared = Cleared & ~flag };
            }

            if (option == clear)
            {
                return this with { Flags = Flags & ~flag, Cleared = Cleared | flag };
            }
        }

        return null;
    }

    private MountOptions? WithTree(string option)
    {
        foreach (var (set, clear, attr) in TreeTable)
        {
            if (option == set)
            {
                return this with { TreeSet = TreeSet | attr, TreeClear = TreeClear & ~attr };
            }

            if (option == clear)
            {
                return this with { TreeSet = TreeSet & ~attr, TreeClear = TreeClear | attr };
            }
        }

        foreach (var (name, attr) in TreeAtime)
        {
            if (option == name)
            {
                return this with
                {
                    TreeSet = (TreeSet & ~MOUNT_ATTR__ATIME) | attr,
                    TreeClear = TreeClear | MOUNT_ATTR__ATIME,
                };
            }
        }

        return null;
    }
}
