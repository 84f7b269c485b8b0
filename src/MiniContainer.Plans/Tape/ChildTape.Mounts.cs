// The mounts of a child: a private copy of the mount table, a new root, and what is mounted in it
// (lab 06-mounts; mount(2), pivot_root(2), open_tree(2), move_mount(2), mount_setattr(2)).

using MiniContainer.Kernel;
using static Tmds.Linux.LibC;

namespace MiniContainer.Plans;

public sealed partial class ChildTape
{
    // What a script does where it stands in the old root.
    internal const string LetGo = "umount -l .";

    private const long OPEN_TREE_CLONE = 1;
    private const long AT_RECURSIVE = 0x8000;
    private const long MOVE_MOUNT_F_EMPTY_PATH = 4;
    private const long MOVE_MOUNT_T_SYMLINKS = 0x10;

    /// <summary>Changes how mounts travel between this mount namespace and the one it was copied from.</summary>
    /// <param name="path">The mount; those below it follow.</param>
    /// <param name="flags">MS_PRIVATE, MS_SLAVE, MS_SHARED or MS_UNBINDABLE.</param>
    /// <param name="why">Why, and why here.</param>
    public void Propagation(string path, ulong flags, string why)
    {
        var name = FlagText.Mount(flags | (ulong)MS_REC);
        var option = name.Contains("SLAVE", StringComparison.Ordinal) ? "rslave" : name.Contains("SHARED", StringComparison.Ordinal) ? "rshared"
            : name.Contains("UNBINDABLE", StringComparison.Ordinal) ? "runbindable" : "rprivate";
        Add($"make {path} {option}", why, "mount(2)", "06-mounts",
            [new TapeCall("mount", TapeArg.Null, path, TapeArg.Null, TapeArg.Named((long)(flags | (ulong)MS_REC), name), TapeArg.Null)],
            $"mount --make-{option} {ShellWord.Quote(path)}");
    }

    /// <summary>mount(2) of a new file system, or a bind mount.</summary>
    public void Mount(string source, string target, string? type, ulong flags, string? data, string why, string lab = "06-mounts")
    {
        var bind = (flags & (ulong)MS_BIND) != 0;
        var options = string.Join(",", new[] { MountOptionText(flags), data }.Where(o => !string.IsNullOrEmpty(o)));
        Add(bind ? $"bind {source} on {target}" : $"mount {type} on {target}", why, "mount(2)", lab,
            [new TapeCall("mount", source, target, TapeArg.OrNull(bind ? null : type), TapeArg.Named((long)flags, FlagText.Mount(flags)), TapeArg.OrNull(data))],
            bind
                ? $"mount --{((flags & (ulong)MS_REC) != 0 ? "r" : "")}bind {ShellWord.Quote(source)} {ShellWord.Quote(target)}"
                : $"mount -t {ShellWord.Quote(type ?? "none")}{(options.Length > 0 ? " -o " + ShellWord.Quote(options) : "")} {ShellWord.Quote(source)} {ShellWord.Quote(target)}");
    }

    /// <summary>Sets flags of a mount, of that mount alone; those that it has it keeps.</summary>
    /// <remarks>
    /// mount(2) with MS_REMOUNT would take away what it is not told: in a user namespace the host's nosuid, nodev and noexec
    /// are locked, and it would be refused.
    /// </remarks>
    public void Remount(string target, ulong flags, string why)
    {
        // The first four are MOUNT_ATTR_* too.
        var attributes = flags & 0xf;
        Add($"remount {target} {MountOptionText(flags)}", why, "mount_setattr(2)", "06-mounts",
            [SetAttributesAt(target, 0, attributes, 0)],
            $"mount -o remount,bind,{MountOptionText(flags)} none {ShellWord.Quote(target)}");
    }

    /// <summary>Takes a copy of a mount, not attached anywhere yet, while the old root can still be seen.</summary>
    /// <returns>Its descriptor, for <see cref="Attach"/>.</returns>
    public int OpenTree(string source, bool recursive, string why)
    {
        var flags = OPEN_TREE_CLONE | (long)(ulong)O_CLOEXEC | (recursive ? AT_RECURSIVE : 0);
        var text = $"OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC{(recursive ? "|AT_RECURSIVE" : "")}";
        Add($"pick up {source}", why, "open_tree(2)", "07-layers",
            [new TapeCall("open_tree", TapeArg.AtFdCwd, source, TapeArg.Named(flags, text))],
            $"tree{NextFree}=$(readlink -f {ShellWord.Quote(source)}) # attached below, from the old root");
        var tree = Allocate("tree");
        trees[tree] = new PickedTree(recursive);
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
            Add($"mount {by.Type} on {target}", why, "move_mount(2)", "06-mounts", Calls(follow: false), $"{by.Command} {ShellWord.Quote(target)}");
            Free(tree);
            return;
        }

        Add($"attach it to {target}", why, "move_mount(2)", "07-layers", Calls(follow: true),
            [
                $"mount -c --{(picked!.Recursive ? "r" : "")}bind {picked.Source ?? $"\".$tree{tree}\""} {ShellWord.Quote(target)}",
                .. picked.Options is { } options ? [$"mount -o remount,bind,{options} none {ShellWord.Quote(target)}"] : Array.Empty<string>(),
                .. picked.Propagation is { } propagation ? [$"mount --make-{propagation} {ShellWord.Quote(target)}"] : Array.Empty<string>(),
            ]);
        Free(tree);

        IReadOnlyList<TapeCall> Calls(bool follow) => [new("move_mount", tree, "", TapeArg.AtFdCwd, target, Move(follow)), new("close", tree)];
    }

    /// <summary>Makes a file system, not attached anywhere yet: in a user namespace a proc or sysfs can be made only where one can be seen.</summary>
    /// <returns>Its descriptor, for <see cref="Attach"/>.</returns>
    /// <param name="type">proc or sysfs.</param>
    /// <param name="source">What the mount table shows.</param>
    /// <param name="flags">MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_RELATIME.</param>
    /// <param name="data">Its own options, or null.</param>
    /// <param name="why">Why, and why here.</param>
    public int MakeMount(string type, string source, ulong flags, string? data, string why)
    {
        var context = Allocate("context");
        var tree = Allocate("tree");
        Free(context);
        // The first four MOUNT_ATTR_* are those of MS_*, and to be relative in atime is the rule.
        var attributes = flags & 0xf;
        List<TapeCall> calls = [new("fsopen", type, TapeArg.Named(1, "FSOPEN_CLOEXEC")), Config(context, "source", source)];
        // mount(2) makes both read-only, the file system and the mount of it.
        if ((flags & (ulong)MS_RDONLY) != 0)
            calls.Add(Config(context, "ro", null));
        foreach (var option in data?.Split(',') ?? [])
            calls.Add(option.IndexOf('=', StringComparison.Ordinal) is >= 0 and var at ? Config(context, option[..at], option[(at + 1)..]) : Config(context, option, null));
        calls.Add(new TapeCall("fsconfig", context, TapeArg.Named(6, "FSCONFIG_CMD_CREATE"), TapeArg.Null, TapeArg.Null, 0));
        calls.Add(new TapeCall("fsmount", context, TapeArg.Named(1, "FSMOUNT_CLOEXEC"), TapeArg.Named((long)attributes, FlagText.MountAttr(attributes))));
        calls.Add(new TapeCall("close", context));
        Add($"make a {type}", why, "fsmount(2)", "06-mounts", calls, ": # a script mounts it below, where it belongs");
        var options = string.Join(",", new[] { MountOptionText(flags), data }.Where(o => !string.IsNullOrEmpty(o)));
        made[tree] = (type, $"mount -t {type}{(options.Length > 0 ? " -o " + ShellWord.Quote(options) : "")} {ShellWord.Quote(source)}");
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
            Propagation = propagation == 0 ? picked.Propagation : (recursive ? "r" : "") + FlagText.Mount(propagation)["MS_".Length..].ToLowerInvariant(),
        };
        var text = $"{{attr_set={FlagText.MountAttr(set)}, attr_clr={FlagText.MountAttr(clear)}, propagation={FlagText.Mount(propagation)}, userns_fd=0}}";
        var what = set != 0 ? $"set {FlagText.MountAttr(set)} on it" : clear != 0 ? $"clear {FlagText.MountAttr(clear)} on it" : $"make it {trees[tree].Propagation}";
        Add(what, why, "mount_setattr(2)", "07-layers",
            [new TapeCall("mount_setattr", tree, "", TapeArg.Named((uint)AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), recursive ? "AT_EMPTY_PATH|AT_RECURSIVE" : "AT_EMPTY_PATH"),
                new TapeArg.Block(TapeArg.Longs(set, clear, propagation, 0), text), TapeArg.Named(32, "MOUNT_ATTR_SIZE_VER0"))],
            ": # a script does it where the tree is attached");
    }

    /// <summary>Sets and clears attributes of a mount and all below it, by its path.</summary>
    /// <param name="target">The mount.</param>
    /// <param name="set">MOUNT_ATTR_* bits to set.</param>
    /// <param name="clear">MOUNT_ATTR_* bits to clear.</param>
    /// <param name="why">Why, and why here.</param>
    public void SetAttributesBelow(string target, ulong set, ulong clear, string why)
    {
        Add($"set {FlagText.MountAttr(set)} on {target} and below", why, "mount_setattr(2)", "07-layers",
            [SetAttributesAt(target, TapeArg.Named(AT_RECURSIVE, "AT_RECURSIVE"), set, clear)],
            AttributeText(set, clear) is { } options ? $"mount -o remount,bind,{options} none {ShellWord.Quote(target)}" : ": # nothing that mount(8) could set");
    }

    private static TapeCall SetAttributesAt(string target, TapeArg flags, ulong set, ulong clear)
    {
        var text = $"{{attr_set={FlagText.MountAttr(set)}, attr_clr={FlagText.MountAttr(clear)}, propagation=0, userns_fd=0}}";
        return new TapeCall("mount_setattr", TapeArg.AtFdCwd, target, flags, new TapeArg.Block(TapeArg.Longs(set, clear, 0, 0), text), TapeArg.Named(32, "MOUNT_ATTR_SIZE_VER0"));
    }

    /// <summary>Opens a directory, to have it when something covers it.</summary>
    /// <returns>Its descriptor, for <see cref="CloseDirectories"/>.</returns>
    /// <param name="path">The directory.</param>
    /// <param name="script">The descriptor in a script; null where a script does without.</param>
    /// <param name="why">Why, and why here.</param>
    public int OpenDirectory(string path, int? script, string why)
    {
        Add($"open {path}", why, "open(2)", "06-mounts",
            [new TapeCall("openat", TapeArg.AtFdCwd, path, TapeArg.Named((long)(uint)(O_RDONLY | O_DIRECTORY | O_CLOEXEC), FlagText.Open(O_RDONLY | O_DIRECTORY | O_CLOEXEC)), 0)],
            script is null ? ": # a script does without" : $"exec {script}< {ShellWord.Quote(path)}");
        return Allocate(path);
    }

    /// <summary>Closes what <see cref="OpenDirectory"/> opened; a script, which waits for nobody, copies from the first to the path here.</summary>
    /// <param name="covered">The one that was covered.</param>
    /// <param name="covering">The one that covers it.</param>
    /// <param name="script">The former in a script.</param>
    /// <param name="path">Where they are.</param>
    /// <param name="why">Why, and why here.</param>
    public void CloseDirectories(int covered, int covering, int script, string path, string why)
    {
        Add($"close {path}", why, "close(2)", "06-mounts", [new TapeCall("close", covered), new TapeCall("close", covering)],
            $"cp -a ./proc/self/fd/{script}/. {ShellWord.Quote(path)}", $"exec {script}<&-");
        Free(covered);
        Free(covering);
    }

    /// <summary>Makes the current directory the root, and stacks the old root on top of it.</summary>
    /// <remarks>
    /// pivot_root(".", ".") works because both may be the same directory: the old root is then mounted over the new one.
    /// Paths from "/" start in the new root; "." still means the old one, and so does "/..", until <see cref="DetachOldRoot"/>:
    /// no path that somebody else may have chosen is to be followed before that.
    /// </remarks>
    public void PivotRoot(string why) =>
        Add(HandPoint.Pivots, "make this directory the root", why, "pivot_root(2)", "06-mounts",
            [new TapeCall("pivot_root", ".", ".")],
            "pivot_root . .");

    /// <summary>Moves the current directory's mount over the root, and makes it the root: what pivot_root cannot do on an initramfs.</summary>
    public void MoveRoot(string why) =>
        Add(HandPoint.Pivots, "move this directory over the root", why, "mount(2)", "06-mounts",
            [
                new TapeCall("mount", ".", "/", TapeArg.Null, TapeArg.Named((long)(ulong)MS_MOVE, "MS_MOVE"), TapeArg.Null),
                new TapeCall("chroot", "."),
                new TapeCall("chdir", "/"),
            ],
            "# Not by hand: chroot(1) would execute a program of the new root. This does the same wherever / is no initramfs.",
            "pivot_root . .");

    /// <summary>Makes a path read-only, if it is there: a bind mount of it on itself.</summary>
    /// <param name="path">The path.</param>
    /// <param name="flags">The flags of the file system around it, to be kept.</param>
    /// <param name="why">Why, and why here.</param>
    public void MakeReadOnly(string path, ulong flags, string why)
    {
        var bind = (ulong)MS_BIND | (ulong)MS_REC;
        var word = ShellWord.Quote(path);
        var remount = flags | (ulong)MS_BIND | (ulong)MS_REMOUNT | (ulong)MS_RDONLY;
        Add($"make {path} read-only", why, "mount(2)", "10-privileges",
            [
                new TapeCall("mount", path, path, TapeArg.Null, TapeArg.Named((long)bind, FlagText.Mount(bind)), TapeArg.Null) { Allowed = [Errno.ENOENT] },
                // EINVAL: the path is not there, or was not bound a moment ago.
                new TapeCall("mount", TapeArg.Null, path, TapeArg.Null, TapeArg.Named((long)remount, FlagText.Mount(remount)), TapeArg.Null) { Allowed = [Errno.ENOENT] },
            ],
            $"[ ! -e {word} ] || {{ mount --rbind {word} {word}; mount -o remount,bind,{MountOptionText(flags | (ulong)MS_RDONLY)} none {word}; }}");
    }

    /// <summary>Hides a path, if it is there: a file under /dev/null, a directory under an empty tmpfs.</summary>
    /// <param name="path">The path.</param>
    /// <param name="tree">
    /// The host's /dev/null, picked up: the image's own may be a link, which would be followed, or be missing, which would
    /// pass for a path that is not there.
    /// </param>
    /// <param name="why">Why, and why here.</param>
    public void Mask(string path, int tree, string why)
    {
        _ = trees.Remove(tree);
        var (flags, word) = ((ulong)MS_RDONLY, ShellWord.Quote(path));
        Add($"hide {path}", why, "mount(2)", "10-privileges",
            [
                // Each of the two fits one kind, and is refused for the other: move_mount with EINVAL, mount with ENOTDIR.
                new TapeCall("move_mount", tree, "", TapeArg.AtFdCwd, path, Move(follow: true)) { Allowed = [Errno.ENOENT, Errno.ENOTDIR, Errno.EINVAL] },
                new TapeCall("close", tree),
                new TapeCall("mount", "tmpfs", path, "tmpfs", TapeArg.Named((long)flags, FlagText.Mount(flags)), "size=0k") { Allowed = [Errno.ENOENT, Errno.ENOTDIR] },
            ],
            $"[ ! -f {word} ] || mount -c --bind \".$tree{tree}\" {word}", $"[ ! -d {word} ] || mount -t tmpfs -o ro,size=0k tmpfs {word}");
        Free(tree);
    }

    /// <summary>Lets go of the old root: nothing of the host's file systems can be reached any more.</summary>
    /// <param name="why">Why, and why here.</param>
    /// <param name="more">Whether a script has more to do that needs the host's programs, and lets go of them last.</param>
    public void DetachOldRoot(string why, bool more = false) =>
        Add(more ? HandPoint.Plain : HandPoint.LetsGo, "let go of the old root", why, "umount2(2)", "06-mounts",
            [new TapeCall("umount2", ".", TapeArg.Named(MNT_DETACH, "MNT_DETACH")), new TapeCall("chdir", "/")],
            more ? ": # a script does so last, since it needs the host's programs: it is no guard against a hostile image" : LetGo);

    private static string VolumeWord(string descriptor) => $"\".${Steps.PickUpVolume.Variable(descriptor)}\"";

    private static TapeCall Config(int context, string key, string? value) => value is null
        ? new("fsconfig", context, TapeArg.Named(0, "FSCONFIG_SET_FLAG"), key, TapeArg.Null, 0)
        : new("fsconfig", context, TapeArg.Named(1, "FSCONFIG_SET_STRING"), key, value, 0);

    private static TapeArg Move(bool follow) => follow
        ? TapeArg.Named(MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_SYMLINKS, "MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_SYMLINKS")
        : TapeArg.Named(MOVE_MOUNT_F_EMPTY_PATH, "MOVE_MOUNT_F_EMPTY_PATH");

    // MOUNT_ATTR_* bits as options of mount(8).
    private static string? AttributeText(ulong set, ulong clear)
    {
        (ulong Bit, string Name, string? Not)[] table =
        [
            (0x1, "ro", "rw"), (0x2, "nosuid", "suid"), (0x4, "nodev", "dev"), (0x8, "noexec", "exec"), (0x10, "noatime", null), (0x20, "strictatime", null),
            (0x80, "nodiratime", "diratime"), (0x200000, "nosymfollow", "symfollow"),
        ];
        var options = string.Join(",", table.Select(t => (set & t.Bit) != 0 ? t.Name : (clear & t.Bit) != 0 ? t.Not : null).OfType<string>());
        return options.Length > 0 ? options : null;
    }

    private static string MountOptionText(ulong flags)
    {
        (ulong Bit, string Name)[] table =
        [
            ((ulong)MS_RDONLY, "ro"), ((ulong)MS_NOSUID, "nosuid"), ((ulong)MS_NODEV, "nodev"), ((ulong)MS_NOEXEC, "noexec"),
            ((ulong)MS_SYNCHRONOUS, "sync"), ((ulong)MS_DIRSYNC, "dirsync"), ((ulong)MS_NOATIME, "noatime"), ((ulong)MS_NODIRATIME, "nodiratime"),
            ((ulong)MS_RELATIME, "relatime"), ((ulong)MS_STRICTATIME, "strictatime"),
        ];
        return string.Join(",", table.Where(t => (flags & t.Bit) != 0).Select(t => t.Name));
    }
}
