// Mounts that a child has by a descriptor before they are attached anywhere: copies of others, and new file systems
// (labs 06-mounts, 07-layers; open_tree(2), fsopen(2), fsconfig(2), fsmount(2), move_mount(2), mount_setattr(2)).
//
// A script has no descriptors of mounts: it binds what a tree was copied from where the tape attaches the tree, so the
// steps between them add to what is known of it.

using MiniContainer.Kernel;
using static MiniContainer.Kernel.TapeCalls;

namespace MiniContainer.Plans.ChildSteps;

/// <summary>What a script does where the tape attaches a tree that it picked up earlier.</summary>
/// <param name="Recursive">Whether it binds the mounts below too.</param>
public sealed record PickedTree(bool Recursive)
{
    /// <summary>
    /// MOUNT_ATTR_* bits that the tape set on it, in order with those that it cleared; empty for none.
    /// </summary>
    public IReadOnlyList<(ulong Set, ulong Clear)> Attributes { get; init; } = [];

    /// <summary>How its mounts travel, MS_SLAVE and the like; 0 for as they did.</summary>
    public ulong Propagation { get; init; }

    /// <summary>Whether those below travel likewise.</summary>
    public bool PropagatesBelow { get; init; }

    /// <summary>The host's path that minic picked it up from; null if the script noted it in a variable.</summary>
    public string? Source { get; init; }

    /// <summary>The volume that it is: its descriptor's name; null for none.</summary>
    public string? Volume { get; init; }

    /// <summary>The path of the new root that it was picked up from; null for none.</summary>
    public string? Inside { get; init; }

    // What mount(8) binds, seen from the old root, or a path of the new one.
    internal string Word(int tree) =>
        Inside is not null ? ShellWord.Quote(Inside)
        : Source is not null ? ShellWord.Quote("." + Source)
        : Volume is not null ? VolumeWords.Word(Volume)
        : $"\".$tree{tree}\"";
}

/// <summary>A volume that minic picked up, in the words of a script and of the tape.</summary>
public static class VolumeWords
{
    /// <summary>The variable in which a script keeps where it found the volume.</summary>
    /// <param name="name">The name of the volume's descriptor.</param>
    public static string Variable(string name) =>
        string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));

    /// <summary>The volume's place as a script sees it from the old root.</summary>
    public static string Word(string name) => $"\".${Variable(name)}\"";

    /// <summary>
    /// What holds once it is picked up, if it is a directory: a condition of <see cref="TapeCall.When"/>.
    /// </summary>
    public static string IfDirectory(string name) => $"directory:{name}";

    /// <summary>What holds once it is picked up, if it is anything else.</summary>
    public static string IfFile(string name) => $"file:{name}";
}

/// <summary>A file system that is made and not attached yet, by the command with which a script mounts it.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Source">What the mount table shows.</param>
/// <param name="Flags">MS_* flags.</param>
/// <param name="Data">Its own options, or null.</param>
public sealed record MadeFileSystem(string Type, string Source, ulong Flags, string? Data)
{
    // Not through a link: what is hidden below /proc later would be looked for elsewhere, once the link is another one.
    internal bool FollowsLinks => Type is not ("proc" or "sysfs");

    internal string Command => $"{MountWords.Command(Type, Flags, Data)} {ShellWord.Quote(Source)}";
}

/// <summary>Takes a copy of a mount, not attached anywhere yet.</summary>
/// <param name="Source">A path; of the container, if the child stands in its root.</param>
/// <param name="Recursive">Whether the mounts below come along.</param>
/// <param name="Tree">The descriptor that it gets.</param>
public sealed record OpenTree(string Source, bool Recursive, int Tree) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"pick up {Source}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [open_tree(Source, Recursive)];

    /// <inheritdoc/>
    public override string Man => "open_tree(2)";

    /// <inheritdoc/>
    public override string Lab => "07-layers";

    /// <summary>Whether earlier mounts of the new root may have brought it there.</summary>
    public bool OfContainer { get; init; }

    /// <inheritdoc/>
    public override Subject Subject => OfContainer
        ? new(Chapter.Mounts, "pick up # paths", Source)
        : new(Chapter.Root, "pick up # paths of the host", Source);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [OfContainer
        ? ": # bound below, from there"
        : $"tree{Tree}=$({ShellWord.Line("readlink", "-f", Source)}) # attached below, from the old root"];
}

/// <summary>Attaches a tree that was picked up.</summary>
/// <param name="Tree">The descriptor, which is forgotten.</param>
/// <param name="Target">Where, in the new root.</param>
/// <param name="Picked">What is known of it.</param>
public sealed record AttachTree(int Tree, string Target, PickedTree Picked) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"attach it to {Target}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [move_mount(Tree, Target, follow: true), close(Tree)];

    /// <inheritdoc/>
    public override string Man => "move_mount(2)";

    /// <inheritdoc/>
    public override string Lab => "07-layers";

    /// <inheritdoc/>
    public override Subject Subject => new(Here, "attach # of what was picked up", Target);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand
    {
        get
        {
            var target = ShellWord.Quote(Target);
            List<string> lines =
                [$"mount -c --{(Picked.Recursive ? "rbind" : "bind")} {Picked.Word(Tree)} {target}"];
            var options = string.Join(",", Picked.Attributes
                .Select(a => MountWords.Attributes(a.Set, a.Clear)).OfType<string>());
            if (options.Length > 0)
                lines.Add($"mount -o remount,bind,{options} none {target}");
            if (Picked.Propagation != 0)
                lines.Add(
                    $"mount --make-{MountWords.Propagation(Picked.Propagation, Picked.PropagatesBelow)} {target}");
            return lines;
        }
    }
}

/// <summary>Attaches a file system that was made.</summary>
/// <param name="Tree">The descriptor, which is forgotten.</param>
/// <param name="Target">Where, in the new root.</param>
/// <param name="Made">The file system.</param>
public sealed record AttachFileSystem(int Tree, string Target, MadeFileSystem Made) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"mount {Made.Type} on {Target}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [move_mount(Tree, Target, Made.FollowsLinks), close(Tree)];

    /// <inheritdoc/>
    public override string Man => "move_mount(2)";

    /// <inheritdoc/>
    public override string Lab => "06-mounts";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Mounts, "mount # file systems", Target);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [$"{Made.Command} {ShellWord.Quote(Target)}"];
}

/// <summary>Makes a file system, not attached anywhere yet.</summary>
/// <param name="Made">The file system.</param>
/// <param name="Context">The descriptor that its making gets.</param>
public sealed record MakeMount(MadeFileSystem Made, int Context) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"make a {Made.Type}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls
    {
        get
        {
            List<TapeCall> calls = [fsopen(Made.Type), fsconfig(Context, "source", Made.Source)];
            // mount(2) makes both read-only, the file system and the mount of it.
            foreach (var (key, value) in FileSystemFlags.Settings(Made.Flags, Made.Data))
                calls.Add(fsconfig(Context, key, value));
            calls.Add(fsconfig_create(Context));
            calls.Add(fsmount(Context, FileSystemFlags.Attributes(Made.Flags)));
            calls.Add(close(Context));
            return calls;
        }
    }

    /// <inheritdoc/>
    public override string Man => "fsmount(2)";

    /// <inheritdoc/>
    public override string Lab => "06-mounts";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Root, "make # file systems, not mounted yet", Made.Type);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [": # a script mounts it below, where it belongs"];
}

/// <summary>
/// Makes a file system whose source or options name paths of the host, while they can be seen: mounts it, takes a copy
/// of the mount, attached nowhere yet, and takes the mount away again.
/// </summary>
/// <param name="Made">The file system.</param>
/// <param name="At">A directory of the host for the moment between.</param>
/// <param name="Tree">The descriptor that the copy gets.</param>
public sealed record MakeMountAt(MadeFileSystem Made, string At, int Tree) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"make the file system of {Made.Source}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls =>
    [
        mount(Made.Source, At, Made.Type, Made.Flags, Made.Data),
        open_tree(At, recursive: false),
        umount2(At, MNT_DETACH),
    ];

    /// <inheritdoc/>
    public override string Man => "mount(2)";

    /// <inheritdoc/>
    public override string Lab => "07-layers";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Root, "make # file systems, not mounted yet", Made.Type);

    // A script has no descriptors of mounts: it leaves it on a directory of its own.

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
    [
        $"tree{Tree}=\"${{0%/*}}/tree{Tree}\"",
        $"mkdir -p \"$tree{Tree}\"",
        $"{Made.Command} \"$tree{Tree}\"",
    ];
}

/// <summary>Sets and clears attributes of a tree that is not attached yet.</summary>
/// <param name="Tree">A descriptor of the tree.</param>
/// <param name="Set">MOUNT_ATTR_* bits to set.</param>
/// <param name="Clear">MOUNT_ATTR_* bits to clear.</param>
/// <param name="Recursive">Whether the mounts below change too.</param>
/// <param name="Propagation">MS_PRIVATE and the like, or 0.</param>
public sealed record SetTreeAttributes(int Tree, ulong Set, ulong Clear, bool Recursive, ulong Propagation) : ChildStep
{
    /// <inheritdoc/>
    public override string Title =>
        Set != 0 ? $"set {FlagText.MountAttr(Set)} on it"
        : Clear != 0 ? $"clear {FlagText.MountAttr(Clear)} on it"
        : $"make it {MountWords.Propagation(Propagation, Recursive)}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [mount_setattr(Tree, Recursive, Set, Clear, Propagation)];

    /// <inheritdoc/>
    public override string Man => "mount_setattr(2)";

    /// <inheritdoc/>
    public override string Lab => "07-layers";

    /// <inheritdoc/>
    public override Subject Subject => new(Here);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [": # a script does it where the tree is attached"];
}
