// Mounts that a child has by a descriptor before they are attached anywhere: copies of others, and new file systems
// (labs 06-mounts, 07-layers; open_tree(2), fsopen(2), fsconfig(2), fsmount(2), move_mount(2), mount_setattr(2)).

using MiniContainer.Kernel;
using static Tmds.Linux.LibC;

namespace MiniContainer.Plans;

public sealed partial class ChildTape
{
    // Flags of a mount, and those of the file system itself with fsconfig(2)'s names for them.
    private const ulong MountFlags = 0xf | (1 << 10) | (1 << 11) | (1 << 21) | (1 << 24);

    /// <summary>Takes a copy of a mount, not attached anywhere yet, while the old root can still be seen.</summary>
    /// <returns>Its descriptor, for <see cref="Attach"/>.</returns>
    public int OpenTree(string source, bool recursive, string why)
    {
        Add(new Subject(Chapter.Root, "pick up # paths of the host", source), $"pick up {source}", why, "open_tree(2)", "07-layers",
            [OpenTreeCall(source, recursive)],
            $"tree{NextFree}=$(readlink -f {ShellWord.Quote(source)}) # attached below, from the old root");
        var tree = Allocate("tree");
        trees[tree] = new PickedTree(recursive);
        return tree;
    }

    private static TapeCall OpenTreeCall(string source, bool recursive)
    {
        var flags = OPEN_TREE_CLONE | (long)(ulong)O_CLOEXEC | (recursive ? AT_RECURSIVE : 0);
        return new("open_tree", TapeArg.AtFdCwd, source, TapeArg.Named(flags, $"OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC{(recursive ? "|AT_RECURSIVE" : "")}"));
    }

    /// <summary>Takes a copy of a mount of the new root, which earlier mounts may have brought there.</summary>
    /// <param name="source">A path of the container: the old root must be gone.</param>
    /// <param name="recursive">Whether the mounts below come along.</param>
    /// <param name="why">Why, and why here.</param>
    /// <returns>Its descriptor, for <see cref="Attach"/>.</returns>
    public int OpenTreeInside(string source, bool recursive, string why)
    {
        Add(new Subject(Chapter.Mounts, "pick up # paths", source), $"pick up {source}", why, "open_tree(2)", "07-layers", [OpenTreeCall(source, recursive)], ": # bound below, from there");
        var tree = Allocate("tree");
        trees[tree] = new PickedTree(recursive) { Inside = source };
        return tree;
    }

    /// <summary>A tree that the child was given, picked up by minic: see <see cref="Steps.PickUpMapped"/>.</summary>
    /// <param name="descriptor">The descriptor's name.</param>
    /// <param name="source">Where it was picked up, for a script, which binds it from there.</param>
    /// <param name="recursive">Whether the mounts below came along.</param>
    /// <returns>Its descriptor, for <see cref="Attach"/>.</returns>
    public int GivenTree(string descriptor, string source, bool recursive)
    {
        var tree = Descriptor(descriptor);
        trees[tree] = new PickedTree(recursive) { Source = ShellWord.Quote("." + source) };
        return tree;
    }

    /// <summary>A volume that the child was given, picked up by minic: see <see cref="Steps.PickUpVolume"/>.</summary>
    /// <param name="descriptor">The descriptor's name.</param>
    /// <returns>Its descriptor, for <see cref="Attach"/>.</returns>
    public int GivenVolume(string descriptor)
    {
        var tree = Descriptor(descriptor);
        trees[tree] = new PickedTree(Recursive: true) { Source = VolumeWord(descriptor) };
        return tree;
    }

    /// <summary>A file system that the child was given, made by minic: see <see cref="Steps.MakeFileSystem"/>.</summary>
    /// <param name="descriptor">The descriptor's name.</param>
    /// <param name="type">Its type.</param>
    /// <param name="source">The device, for a script, which mounts it from there.</param>
    /// <param name="flags">MS_* flags.</param>
    /// <param name="data">Its own options, or null.</param>
    /// <returns>Its descriptor, for <see cref="Attach"/>.</returns>
    public int GivenMount(string descriptor, string type, string source, ulong flags, string? data)
    {
        var tree = Descriptor(descriptor);
        made[tree] = (type, $"mount -t {ShellWord.Quote(type)}{OptionsWord(flags, data)} {ShellWord.Quote("." + source)}");
        return tree;
    }

    /// <summary>Attaches what <see cref="OpenTree"/> picked up, and forgets its descriptor.</summary>
    /// <param name="tree">The descriptor.</param>
    /// <param name="target">Where, in the new root.</param>
    /// <param name="why">Why, and why here.</param>
    public void Attach(int tree, string target, string why)
    {
        _ = trees.Remove(tree, out var picked);
        if (made.Remove(tree, out var by))
        {
            // Not through a link: what is hidden below /proc later would be looked for elsewhere, once the link is another one.
            Add(new Subject(Chapter.Mounts, "mount # file systems", target), $"mount {by.Type} on {target}", why, "move_mount(2)", "06-mounts", Calls(follow: by.Type is not ("proc" or "sysfs")), $"{by.Command} {ShellWord.Quote(target)}");
            Free(tree);
            return;
        }

        Add(new Subject(Here, "attach # of what was picked up", target), $"attach it to {target}", why, "move_mount(2)", "07-layers", Calls(follow: true),
            [
                $"mount -c --{(picked!.Recursive ? "r" : "")}bind {SourceWord(tree, picked)} {ShellWord.Quote(target)}",
                .. picked.Options is { } options ? [$"mount -o remount,bind,{options} none {ShellWord.Quote(target)}"] : Array.Empty<string>(),
                .. picked.Propagation is { } propagation ? [$"mount --make-{propagation} {ShellWord.Quote(target)}"] : Array.Empty<string>(),
            ]);
        Free(tree);

        IReadOnlyList<TapeCall> Calls(bool follow) => [new("move_mount", tree, "", TapeArg.AtFdCwd, target, Move(follow)), new("close", tree)];
    }

    // What a script binds: what it noted in a variable or knows by its path, seen from the old root; or a path of the new one.
    private static string SourceWord(int tree, PickedTree picked) =>
        picked.Inside is { } inside ? ShellWord.Quote(inside)
        : picked.Source ?? $"\".$tree{tree}\"";

    /// <summary>Whether <see cref="MakeMount"/> can do all that mount(2) would do with these.</summary>
    /// <param name="flags">MS_* flags.</param>
    /// <param name="data">The file system's own options, or null.</param>
    public static bool CanMakeMount(ulong flags, string? data)
    {
        // fsconfig(2) takes strings of up to 255 bytes, and knows no quotes.
        const int MaxString = 255;
        const ulong MS_SILENT_ = 1 << 15;
        var known = FileSystemFlags.Superblock.Aggregate(MountFlags | MS_SILENT_, (all, f) => all | f.Flag);
        return (flags & ~known) == 0
            && (data is null || data.IndexOfAny(['"', '\\']) < 0 && data.Split(',').All(o => System.Text.Encoding.UTF8.GetByteCount(o) <= MaxString));
    }

    /// <summary>Makes a file system, not attached anywhere yet.</summary>
    /// <returns>Its descriptor, for <see cref="Attach"/>.</returns>
    /// <param name="type">Its type.</param>
    /// <param name="source">What the mount table shows.</param>
    /// <param name="flags">MS_* flags, as far as <see cref="CanMakeMount"/> allows.</param>
    /// <param name="data">Its own options, or null.</param>
    /// <param name="why">Why, and why here.</param>
    public int MakeMount(string type, string source, ulong flags, string? data, string why)
    {
        var context = Allocate("context");
        var tree = Allocate("tree");
        Free(context);
        var attributes = FileSystemFlags.Attributes(flags);
        List<TapeCall> calls = [new("fsopen", type, TapeArg.Named(1, "FSOPEN_CLOEXEC")), Config(context, "source", source)];
        // mount(2) makes both read-only, the file system and the mount of it.
        calls.AddRange(FileSystemFlags.Settings(flags, data).Select(s => Config(context, s.Key, s.Value)));
        calls.Add(new TapeCall("fsconfig", context, TapeArg.Named(6, "FSCONFIG_CMD_CREATE"), TapeArg.Null, TapeArg.Null, 0));
        calls.Add(new TapeCall("fsmount", context, TapeArg.Named(1, "FSMOUNT_CLOEXEC"), TapeArg.Named((long)attributes, FlagText.MountAttr(attributes))));
        calls.Add(new TapeCall("close", context));
        Add(new Subject(Chapter.Root, "make # file systems, not mounted yet", type), $"make a {type}", why, "fsmount(2)", "06-mounts", calls, ": # a script mounts it below, where it belongs");
        made[tree] = (type, $"mount -t {type}{OptionsWord(flags, data)} {ShellWord.Quote(source)}");
        return tree;
    }

    /// <summary>
    /// Makes a file system whose source or options name paths of the host, while they can be seen: mounts it, takes a copy
    /// of the mount, attached nowhere yet, and takes the mount away again.
    /// </summary>
    /// <returns>The copy's descriptor, for <see cref="Attach"/>.</returns>
    /// <param name="type">Its type.</param>
    /// <param name="source">A device, a path, or a name.</param>
    /// <param name="at">A directory of the host for the moment between.</param>
    /// <param name="flags">MS_* flags.</param>
    /// <param name="data">Its own options, or null.</param>
    /// <param name="why">Why, and why here.</param>
    public int MakeMountAt(string type, string source, string at, ulong flags, string? data, string why)
    {
        // A script has no descriptors of mounts: it leaves it on a directory of its own.
        var place = $"\"$tree{NextFree}\"";
        Add(new Subject(Chapter.Root, "make # file systems, not mounted yet", type), $"make the file system of {source}", why, "mount(2)", "07-layers",
            [
                new TapeCall("mount", source, at, type, TapeArg.Named((long)flags, FlagText.Mount(flags)), TapeArg.OrNull(data)),
                OpenTreeCall(at, false),
                new TapeCall("umount2", at, TapeArg.Named(MNT_DETACH, "MNT_DETACH")),
            ],
            $"tree{NextFree}=\"${{0%/*}}/tree{NextFree}\"", $"mkdir -p {place}",
            $"mount -t {ShellWord.Quote(type)}{OptionsWord(flags, data)} {ShellWord.Quote(source)} {place}");
        var tree = Allocate("tree");
        trees[tree] = new PickedTree(false);
        return tree;
    }

    /// <summary>Sets and clears attributes of a tree that is not attached yet, or of a mount.</summary>
    /// <param name="tree">A descriptor of the tree.</param>
    /// <param name="set">MOUNT_ATTR_* bits to set.</param>
    /// <param name="clear">MOUNT_ATTR_* bits to clear.</param>
    /// <param name="recursive">Whether the mounts below change too.</param>
    /// <param name="propagation">MS_PRIVATE and the like, or 0.</param>
    /// <param name="why">Why, and why here.</param>
    public void SetAttributes(int tree, ulong set, ulong clear, bool recursive, ulong propagation, string why)
    {
        var picked = trees[tree];
        trees[tree] = picked with
        {
            Options = string.Join(",", new[] { picked.Options, AttributeText(set, clear) }.OfType<string>()) is { Length: > 0 } options ? options : null,
            Propagation = propagation == 0 ? picked.Propagation : PropagationOption(propagation, recursive),
        };
        var text = $"{{attr_set={FlagText.MountAttr(set)}, attr_clr={FlagText.MountAttr(clear)}, propagation={FlagText.Mount(propagation)}, userns_fd=0}}";
        var what = set != 0 ? $"set {FlagText.MountAttr(set)} on it" : clear != 0 ? $"clear {FlagText.MountAttr(clear)} on it" : $"make it {trees[tree].Propagation}";
        Add(new Subject(Here), what, why, "mount_setattr(2)", "07-layers",
            [new TapeCall("mount_setattr", tree, "", TapeArg.Named((uint)AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), recursive ? "AT_EMPTY_PATH|AT_RECURSIVE" : "AT_EMPTY_PATH"),
                new TapeArg.Block(TapeArg.Longs(set, clear, propagation, 0), text), TapeArg.Named(32, "MOUNT_ATTR_SIZE_VER0"))],
            ": # a script does it where the tree is attached");
    }

    private static string VolumeWord(string descriptor) => $"\".${Steps.PickUpVolume.Variable(descriptor)}\"";

    private static TapeCall Config(int context, string key, string? value) => value is null
        ? new("fsconfig", context, TapeArg.Named(0, "FSCONFIG_SET_FLAG"), key, TapeArg.Null, 0)
        : new("fsconfig", context, TapeArg.Named(1, "FSCONFIG_SET_STRING"), key, value, 0);
}
