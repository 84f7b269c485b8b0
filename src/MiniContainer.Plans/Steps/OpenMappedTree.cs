// The source of an id-mapped mount, picked up before the child is made (lab 09-rootless; mount_setattr(2), "ID-mapped
// mounts"). The child could not do it: mapping takes privileges over the file system, and a child in a user namespace
// has none.

using MiniContainer.Kernel;
using static Tmds.Linux.LibC;

namespace MiniContainer.Plans.Steps;

/// <summary>
/// Copies a mount and maps its ids; a child gets it as a descriptor. It goes away with the descriptors: there is no
/// undo.
/// </summary>
/// <param name="Name">The descriptor's name, for <see cref="CloneChild.Descriptors"/>.</param>
/// <param name="Source">The path on the host.</param>
/// <param name="UidMap">Lines of "on disk, as seen, count".</param>
/// <param name="GidMap">The same for groups.</param>
public sealed record OpenMappedTree(string Name, string Source, string UidMap, string GidMap) : Step
{
    /// <summary>Whether the mounts below come along.</summary>
    public bool Recursive { get; init; }

    /// <summary>Whether those are mapped too.</summary>
    public bool MapsBelow { get; init; }

    /// <summary>The file of a user namespace whose maps are taken instead; null for one made for this.</summary>
    public string? UserNamespace { get; init; }

    /// <inheritdoc/>
    public override string Title => $"pick up {Source} with its ids mapped";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
    [
        IdMappedTree.OpenText(Source, Recursive),
        .. UserNamespace is null
            ? ["clone3({flags=CLONE_NEWUSER|CLONE_PIDFD|CLONE_CLEAR_SIGHAND, exit_signal=SIGCHLD}, 88)",
                "open(\"/proc/PID/uid_map\", O_WRONLY|O_CLOEXEC)", $"write(fd, {TapeArg.Quote(UidMap)}, ...)",
                "open(\"/proc/PID/gid_map\", O_WRONLY|O_CLOEXEC)", $"write(fd, {TapeArg.Quote(GidMap)}, ...)",
                "open(\"/proc/PID/ns/user\", O_RDONLY)"]
            : new[] { $"open({TapeArg.Quote(UserNamespace)}, O_RDONLY)" },
        $"mount_setattr(TREE, \"\", AT_EMPTY_PATH{(MapsBelow ? "|AT_RECURSIVE" : "")}, {{attr_set=MOUNT_ATTR_IDMAP, "
            + $"userns_fd=USERNS}}, 32)",
    ];

    /// <inheritdoc/>
    public override string Man => "mount_setattr(2)";

    /// <inheritdoc/>
    public override string Lab => "09-rootless";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Root, "pick up # directories with their ids mapped", Source);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [$": # not by hand: mount(8) maps ids from util-linux 2.39 on (X-mount.idmap); {ShellWord.Quote(Source)} is "
            + "mounted as it is"];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        var tree = IdMappedTree.Open(Source, Recursive);
        playing.Own(Name, tree);
        using var userns = UserNamespace is null
            ? IdMappedTree.MakeUserNamespace(UidMap, GidMap) : Libc.OpenHandle(UserNamespace, O_RDONLY);
        IdMappedTree.Map(tree, userns, MapsBelow);
        return null;
    }
}

/// <summary>
/// Copies a mount; a child gets it as a descriptor. It goes away with the descriptors: there is no undo.
/// </summary>
/// <param name="Name">The descriptor's name, for <see cref="CloneChild.Descriptors"/>.</param>
/// <param name="Source">The path on the host.</param>
/// <param name="Recursive">Whether the mounts below come along.</param>
public sealed record OpenHostTree(string Name, string Source, bool Recursive) : Step
{
    /// <inheritdoc/>
    public override string Title => $"pick up {Source}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts => [IdMappedTree.OpenText(Source, Recursive)];

    /// <inheritdoc/>
    public override string Man => "open_tree(2)";

    /// <inheritdoc/>
    public override string Lab => "09-rootless";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Root, "pick up # paths of the host", Source);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [$": # the child picks {ShellWord.Quote(Source)} up: a shell cannot hand a mount on"];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        playing.Own(Name, IdMappedTree.Open(Source, Recursive));
        return null;
    }
}

/// <summary>
/// Makes a file system on a device; a child gets it as a descriptor. It goes away with the descriptors: there is no
/// undo.
/// </summary>
/// <param name="Name">The descriptor's name, for <see cref="CloneChild.Descriptors"/>.</param>
/// <param name="Type">Its type.</param>
/// <param name="Source">The device.</param>
/// <param name="Flags">MS_* flags, as far as <see cref="ChildTape.CanMakeMount"/> allows.</param>
/// <param name="Data">Its own options, or null.</param>
public sealed record MakeFileSystem(string Name, string Type, string Source, ulong Flags, string? Data = null) : Step
{
    /// <inheritdoc/>
    public override string Title => $"make the file system of {Source}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
        DetachedMount.Texts(Type, Settings, FileSystemFlags.Attributes(Flags));

    /// <inheritdoc/>
    public override string Man => "fsmount(2)";

    /// <inheritdoc/>
    public override string Lab => "07-layers";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [$": # the child mounts {ShellWord.Quote(Source)}: a shell cannot hand a mount on"];

    private IReadOnlyList<(string Key, string? Value)> Settings =>
        [("source", Source), .. FileSystemFlags.Settings(Flags, Data)];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        playing.Own(Name, DetachedMount.Make(Type, Settings, FileSystemFlags.Attributes(Flags)));
        return null;
    }
}
