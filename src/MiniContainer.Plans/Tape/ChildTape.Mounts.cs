// The mounts of a child: a private copy of the mount table, a new root, and what is mounted in it
// (lab 06-mounts; mount(2), pivot_root(2), mount_setattr(2)).

using MiniContainer.Kernel;
using static Tmds.Linux.LibC;

namespace MiniContainer.Plans;

public sealed partial class ChildTape
{
    /// <summary>The line of a script that lets go of the old root, where the shell stands in it.</summary>
    public const string LetGo = "umount -l .";

    private const long OPEN_TREE_CLONE = 1;
    private const long AT_RECURSIVE = 0x8000;
    private const long MOVE_MOUNT_F_EMPTY_PATH = 4;
    private const long MOVE_MOUNT_T_SYMLINKS = 0x10;

    /// <summary>Changes how mounts travel between this mount namespace and the one it was copied from.</summary>
    /// <param name="path">The mount.</param>
    /// <param name="flags">MS_PRIVATE, MS_SLAVE, MS_SHARED or MS_UNBINDABLE; with MS_REC those below it follow.</param>
    /// <param name="why">Why, and why here.</param>
    public void Propagation(string path, ulong flags, string why)
    {
        var option = PropagationOption(flags & ~(ulong)MS_REC, (flags & (ulong)MS_REC) != 0);
        Add(new Subject(Here), $"make {path} {option}", why, "mount(2)", "06-mounts",
            [new TapeCall("mount", TapeArg.Null, path, TapeArg.Null, TapeArg.Named((long)flags, FlagText.Mount(flags)), TapeArg.Null)],
            $"mount --make-{option} {ShellWord.Quote(path)}");
    }

    private static string PropagationOption(ulong flag, bool recursive) =>
        (recursive ? "r" : "") + FlagText.Mount(flag)["MS_".Length..].ToLowerInvariant();

    /// <summary>mount(2) of a new file system, or a bind mount.</summary>
    public void Mount(string source, string target, string? type, ulong flags, string? data, string why, string lab = "06-mounts")
    {
        var bind = (flags & (ulong)MS_BIND) != 0;
        Add(OfMount(type, target), bind ? $"bind {source} on {target}" : $"mount {type} on {target}", why, "mount(2)", lab,
            [new TapeCall("mount", source, target, TapeArg.OrNull(bind ? null : type), TapeArg.Named((long)flags, FlagText.Mount(flags)), TapeArg.OrNull(data))],
            bind
                ? $"mount --{((flags & (ulong)MS_REC) != 0 ? "r" : "")}bind {ShellWord.Quote(source)} {ShellWord.Quote(target)}"
                : $"mount -t {ShellWord.Quote(type ?? "none")}{OptionsWord(flags, data)} {ShellWord.Quote(source)} {ShellWord.Quote(target)}");
    }

    /// <summary>Sets flags of a mount, of that mount alone; those that it has it keeps.</summary>
    /// <remarks>
    /// mount(2) with MS_REMOUNT would take away what it is not told: in a user namespace the host's nosuid, nodev and noexec
    /// are locked, and it would be refused.
    /// </remarks>
    public void Remount(string target, ulong flags, string why)
    {
        // The first four are MOUNT_ATTR_* too.
        var (attributes, options) = (flags & 0xf, MountOptionText(flags));
        Add(new Subject(Here, $"remount # mounts {options}", target), $"remount {target} {options}", why,
            "mount_setattr(2)", "06-mounts", [SetAttributesAt(target, 0, attributes, 0)],
            $"mount -o remount,bind,{options} none {ShellWord.Quote(target)}");
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
        Add(new Subject(Chapter.Root), ScriptRole.Pivots, "make this directory the root", why, "pivot_root(2)", "06-mounts",
            [new TapeCall("pivot_root", ".", ".")],
            "pivot_root . .");

    /// <summary>Moves the current directory's mount over the root, and makes it the root: what pivot_root cannot do on an initramfs.</summary>
    public void MoveRoot(string why) =>
        Add(new Subject(Chapter.Root), ScriptRole.Pivots, "move this directory over the root", why, "mount(2)", "06-mounts",
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
        Add(new Subject(Chapter.Hiding, "make # paths read-only", path), $"make {path} read-only", why, "mount(2)", "10-privileges",
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
        Add(new Subject(Chapter.Hiding, "hide # paths under /dev/null or tmpfs", path), $"hide {path}", why, "mount(2)", "10-privileges",
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
        Add(new Subject(Chapter.Root), more ? ScriptRole.Plain : ScriptRole.LetsGo, "let go of the old root", why, "umount2(2)", "06-mounts",
            [new TapeCall("umount2", ".", TapeArg.Named(MNT_DETACH, "MNT_DETACH")), new TapeCall("chdir", "/")],
            more ? ": # a script does so last, since it needs the host's programs: it is no guard against a hostile image" : LetGo);

    private static string OptionsWord(ulong flags, string? data)
    {
        var options = string.Join(",", new[] { MountOptionText(flags), data }.Where(o => !string.IsNullOrEmpty(o)));
        return options.Length > 0 ? " -o " + ShellWord.Quote(options) : "";
    }

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

    private Subject OfMount(string? type, string target) =>
        type is "cgroup" or "cgroup2" ? new(Here, "mount # cgroup hierarchies", Path.GetFileName(target))
        : inside ? new(Here, "mount # file systems", target)
        : new(Here);
}
