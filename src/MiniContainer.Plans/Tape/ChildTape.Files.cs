// Small files, directories, device nodes and links that a child makes in its new root
// (lab 06-mounts; mkdir(2), mknod(2), symlink(2), open(2)).

using System.Text;
using MiniContainer.Kernel;
using static Tmds.Linux.LibC;

namespace MiniContainer.Plans;

public sealed partial class ChildTape
{
    private const string MakePlaces = "make # directories and files";

    private const string TriedDirectory = "cwd";

    /// <summary>Changes the current directory.</summary>
    public void Chdir(string path, string why) =>
        Add(new Subject(inside ? Chapter.Command : Chapter.Root), ScriptRole.Moves, $"chdir to {path}", why, "chdir(2)", "05-chroot", [new TapeCall("chdir", path)], $"cd {ShellWord.Quote(path)}");

    /// <summary>Goes to a directory if the process may as it is now; <see cref="ChdirAsUser"/> follows, and is content if this succeeded.</summary>
    public void TryChdir(string path, string why)
    {
        _ = Allocate(TriedDirectory);
        Add(new Subject(Chapter.Command), $"chdir to {path}, if root may", why, "chdir(2)", "10-privileges", Attempt(path), ": # env(1) below goes there, as the user");
    }

    /// <summary>Goes to the directory of <see cref="TryChdir"/> if the process may as it is now; fails if neither could.</summary>
    /// <remarks>
    /// A tape has no branches, but the first descriptor that is free tells: only if both attempts failed is it still free, and
    /// then close(2) fails. PlayContext.cs reports the chdir before it.
    /// </remarks>
    public void ChdirAsUser(string path, string why)
    {
        var tried = Descriptor(TriedDirectory);
        var second = Allocate("second");
        Free(second);
        Free(tried);
        Add(new Subject(Chapter.Command), ScriptRole.Moves, $"chdir to {path}", why, "chdir(2)", "05-chroot",
            [
                .. Attempt(path),
                new TapeCall("close", tried) { Blames = 1 },
                new TapeCall("close", second) { Allowed = [Errno.EBADF] },
            ],
            $"cd {ShellWord.Quote(path)}");
    }

    // The path with "/." asks for the very permissions that chdir asks for.
    private static TapeCall[] Attempt(string path) =>
    [
        new("openat", TapeArg.AtFdCwd, path + "/.", TapeArg.Named((long)(uint)(O_PATH | O_CLOEXEC), "O_PATH|O_CLOEXEC"), 0) { Allowed = [Errno.EACCES, Errno.EPERM] },
        new("chdir", path) { Allowed = [Errno.EACCES, Errno.EPERM] },
    ];

    /// <summary>Sets the mask of permissions that new files do not get.</summary>
    /// <param name="mask">The mask.</param>
    /// <param name="why">Why, and why here.</param>
    /// <param name="letsGo">Whether a script lets go of the old root here, which the tape did earlier.</param>
    public void Umask(uint mask, string why, bool letsGo = false) =>
        Add(new Subject(inside ? Chapter.Privileges : Chapter.Root), letsGo ? ScriptRole.LetsGo : ScriptRole.Plain, $"set the file mode mask to 0{Convert.ToString(mask, 8)}", why, "umask(2)", "06-mounts",
            [new TapeCall("umask", TapeArg.Mode(mask))], [$"umask 0{Convert.ToString(mask, 8)}", .. letsGo ? [LetGo] : Array.Empty<string>()]);

    /// <summary>Makes a directory and its parents, as far as they are not there.</summary>
    public void MakeDirectories(string path, uint mode, string why)
    {
        Add(new Subject(Here, MakePlaces, path), $"make the directory {path}", why, "mkdir(2)", "06-mounts",
            [.. ParentCalls(path, mode), DirectoryCall(path, mode)],
            $"[ -d {ShellWord.Quote(path)} ] || (umask 0{Convert.ToString(~mode & 0x1ff, 8)}; mkdir -p {ShellWord.Quote(path)})");
    }

    /// <summary>Makes an empty file to mount on, unless there is one; its directory must be there.</summary>
    public void MakeEmptyFile(string path, uint mode, string why)
    {
        var fd = Allocate(path);
        Free(fd);
        Add(new Subject(Here, MakePlaces, path), $"make the empty file {path}", why, "open(2)", "06-mounts",
            [FileCall(path, mode)],
            $"[ -e {ShellWord.Quote(path)} ] || (umask 0{Convert.ToString(~mode & 0x1b6, 8)}; : > {ShellWord.Quote(path)})");
    }

    /// <summary>Makes what a volume is mounted on: a directory or an empty file, as the volume turns out to be.</summary>
    /// <param name="path">Where.</param>
    /// <param name="descriptor">The volume's descriptor (<see cref="Steps.PickUpVolume"/>).</param>
    /// <param name="why">Why, and why here.</param>
    public void MakeMountPoint(string path, string descriptor, string why)
    {
        const uint DirectoryMode = 0x1ed /* 0755 */, FileMode = 0x1a4 /* 0644 */;
        TapeCall[] calls =
        [
            .. ParentCalls(path, DirectoryMode),
            DirectoryCall(path, DirectoryMode) with { When = Steps.PickUpVolume.IfDirectory(descriptor) },
            FileCall(path, FileMode) with { When = Steps.PickUpVolume.IfFile(descriptor) },
        ];
        var (word, volume) = (ShellWord.Quote(path), VolumeWord(descriptor));
        Add(new Subject(Here, MakePlaces, path), $"make the mount point {path}", why, "mkdir(2)", "06-mounts", calls,
            $"[ -e {word} ] || (umask 022; mkdir -p {ShellWord.Quote(Path.GetDirectoryName(path)!)}; [ ! -d {volume} ] || mkdir {word}; [ -d {volume} ] || : > {word})");
    }

    private static IEnumerable<TapeCall> ParentCalls(string path, uint mode)
    {
        for (var end = path.IndexOf('/', 1); end >= 0; end = path.IndexOf('/', end + 1))
            yield return DirectoryCall(path[..end], mode);
    }

    // Of what is there already the kernel says so before it says that the file system is read-only: EROFS means that
    // the place is missing, and is told.
    private static TapeCall DirectoryCall(string path, uint mode) =>
        new("mkdirat", TapeArg.AtFdCwd, path, TapeArg.Mode(mode)) { Allowed = [Errno.EEXIST] };

    private static TapeCall FileCall(string path, uint mode)
    {
        var type = TapeArg.Named((long)(uint)S_IFREG | mode, $"S_IFREG|0{Convert.ToString(mode, 8)}");
        return new("mknodat", TapeArg.AtFdCwd, path, type, 0) { Allowed = [Errno.EEXIST] };
    }

    /// <summary>Makes a device node.</summary>
    /// <param name="path">Where.</param>
    /// <param name="type">'c', 'b' or 'p', as mknod(1) has them.</param>
    /// <param name="major">Major device number.</param>
    /// <param name="minor">Minor device number.</param>
    /// <param name="mode">Permissions.</param>
    /// <param name="owner">Owner and group, or null for root's.</param>
    /// <param name="why">Why, and why here.</param>
    public void MakeNode(string path, char type, uint major, uint minor, uint mode, (uint Uid, uint Gid)? owner, string why)
    {
        var (bits, name) = type switch { 'b' => ((uint)S_IFBLK, "S_IFBLK"), 'p' => ((uint)S_IFIFO, "S_IFIFO"), _ => ((uint)S_IFCHR, "S_IFCHR") };
        // The kernel's own encoding of a device number in 32 bits: new_encode_dev() in linux/kdev_t.h.
        var device = (minor & 0xff) | (major << 8) | ((minor & ~0xffu) << 12);
        var calls = new List<TapeCall>
        {
            new("mknodat", TapeArg.AtFdCwd, path, TapeArg.Named(bits | mode, $"{name}|0{Convert.ToString(mode, 8)}"), TapeArg.Named(device, $"makedev({major}, {minor})")) { Allowed = [Errno.EEXIST] },
        };
        if (owner is { } o)
            calls.Add(new TapeCall("fchownat", TapeArg.AtFdCwd, path, o.Uid, o.Gid, 0));
        Add(new Subject(Chapter.Devices, "make # device nodes", path), $"make the device {path}", why, "mknod(2)", "06-mounts", calls,
            [
                $"[ -e {ShellWord.Quote(path)} ] || mknod -m {Convert.ToString(mode, 8)} {ShellWord.Quote(path)} {type}{(type == 'p' ? "" : $" {major} {minor}")}",
                .. owner is { } who ? [$"chown {who.Uid}:{who.Gid} {ShellWord.Quote(path)}"] : Array.Empty<string>(),
            ]);
    }

    /// <summary>Makes a symbolic link, unless something is there.</summary>
    public void Symlink(string target, string path, string why) =>
        Add(new Subject(path.StartsWith("/dev/", StringComparison.Ordinal) ? Chapter.Devices : Here, "make # links", path), $"link {path} to {target}", why, "symlink(2)", "06-mounts",
            [new TapeCall("symlinkat", target, TapeArg.AtFdCwd, path) { Allowed = [Errno.EEXIST] }],
            $"[ -e {ShellWord.Quote(path)} ] || [ -h {ShellWord.Quote(path)} ] || ln -s {ShellWord.Quote(target)} {ShellWord.Quote(path)}");

    /// <summary>Writes into a file that is there: a knob of /proc or of a cgroup.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">What to write, in one write(2).</param>
    /// <param name="name">The step's title.</param>
    /// <param name="why">Why, and why here.</param>
    /// <param name="man">The man page of the knob.</param>
    /// <param name="lab">The lab that teaches it.</param>
    /// <param name="shell">What a script does instead of writing it; null for nothing else.</param>
    public void WriteKnob(string path, string content, string name, string why, string man, string lab, string? shell = null)
    {
        var fd = Allocate(path);
        Free(fd);
        Add(OfKnob(path, lab), name, why, man, lab,
            [
                new TapeCall("openat", TapeArg.AtFdCwd, path, TapeArg.Named((long)(uint)(O_WRONLY | O_CLOEXEC), "O_WRONLY|O_CLOEXEC"), 0),
                new TapeCall("write", fd, content, Encoding.UTF8.GetByteCount(content)) { Least = Encoding.UTF8.GetByteCount(content) },
                new TapeCall("close", fd),
            ],
            shell ?? $"echo {ShellWord.Quote(content)} > {ShellWord.Quote(path)}");
    }

    private static Subject? OfKnob(string path, string lab)
    {
        const string Settings = "/proc/sys/";
        if (path.StartsWith(Settings, StringComparison.Ordinal))
            return new(Chapter.Namespaces, "set # of its kernel settings", path[Settings.Length..]);
        return Path.GetFileName(path) is "cgroup.procs" or "tasks" ? new(Chapter.Limits, "join # cgroups", Subject.Hierarchy(path))
            : path == "/proc/self/timens_offsets" ? new(Chapter.Namespaces)
            : new(Chapter.OfLab(lab));
    }
}
