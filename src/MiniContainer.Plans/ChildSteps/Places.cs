// Directories, small files, device nodes and links that a child makes in its new root, mostly to mount something on
// (lab 06-mounts; mkdir(2), mknod(2), symlink(2)).

using MiniContainer.Kernel;
using static MiniContainer.Kernel.TapeCalls;

namespace MiniContainer.Plans.ChildSteps;

/// <summary>Calls that make a place, unless something is there.</summary>
/// <remarks>
/// Of what is there already the kernel says so before it says that the file system is read-only: EROFS means that the
/// place is missing, and is told.
/// </remarks>
internal static class Place
{
    internal const string Many = "make # directories and files";
    internal const uint DirectoryMode = 0x1ed /* 0755 */;
    internal const uint FileMode = 0x1a4 /* 0644 */;
    private static readonly int[] IfThere = [Errno.EEXIST];

    internal static TapeCall Of(TapeCall call) => call with { Allowed = IfThere };

    internal static TapeCall Directory(string path, uint mode) => Of(mkdir(path, mode));

    internal static TapeCall File(string path, uint mode) => Of(mknod(path, S_IFREG | mode));

    internal static void AddParents(List<TapeCall> calls, string path, uint mode)
    {
        for (var end = path.IndexOf('/', 1); end >= 0; end = path.IndexOf('/', end + 1))
            calls.Add(Directory(path[..end], mode));
    }

    // What umask(1) is told, so that what is made gets the mode.
    internal static string Umask(uint mode, uint all) => "umask 0" + Convert.ToString(~mode & all, 8);
}

/// <summary>Makes a directory and its parents, as far as they are missing.</summary>
/// <param name="Path">The directory.</param>
/// <param name="Mode">The permissions of those that are made.</param>
public sealed record MakeDirectories(string Path, uint Mode) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"make the directory {Path}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls
    {
        get
        {
            var calls = new List<TapeCall>();
            Place.AddParents(calls, Path, Mode);
            calls.Add(Place.Directory(Path, Mode));
            return calls;
        }
    }

    /// <inheritdoc/>
    public override string Man => "mkdir(2)";

    /// <inheritdoc/>
    public override string Lab => "06-mounts";

    /// <inheritdoc/>
    public override Subject Subject => new(Here, Place.Many, Path);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
    [
        $"[ -d {ShellWord.Quote(Path)} ] || ({Place.Umask(Mode, 0x1ff)}; {ShellWord.Line("mkdir", "-p", Path)})",
    ];
}

/// <summary>Makes an empty file to mount on, if there is none; its directory must be there.</summary>
/// <param name="Path">The file.</param>
/// <param name="Mode">Its permissions, if it is made.</param>
public sealed record MakeEmptyFile(string Path, uint Mode) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"make the empty file {Path}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [Place.File(Path, Mode)];

    /// <inheritdoc/>
    public override string Man => "open(2)";

    /// <inheritdoc/>
    public override string Lab => "06-mounts";

    /// <inheritdoc/>
    public override Subject Subject => new(Here, Place.Many, Path);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [$"[ -e {ShellWord.Quote(Path)} ] || ({Place.Umask(Mode, 0x1b6)}; : > {ShellWord.Quote(Path)})"];
}

/// <summary>Makes what a volume is mounted on: a directory or an empty file, as the volume turns out to be.</summary>
/// <param name="Path">Where.</param>
/// <param name="Volume">The name of the volume's descriptor.</param>
public sealed record MakeMountPoint(string Path, string Volume) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"make the mount point {Path}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls
    {
        get
        {
            var calls = new List<TapeCall>();
            Place.AddParents(calls, Path, Place.DirectoryMode);
            calls.Add(Place.Directory(Path, Place.DirectoryMode) with { When = VolumeWords.IfDirectory(Volume) });
            calls.Add(Place.File(Path, Place.FileMode) with { When = VolumeWords.IfFile(Volume) });
            return calls;
        }
    }

    /// <inheritdoc/>
    public override string Man => "mkdir(2)";

    /// <inheritdoc/>
    public override string Lab => "06-mounts";

    /// <inheritdoc/>
    public override Subject Subject => new(Here, Place.Many, Path);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand
    {
        get
        {
            var (place, volume) = (ShellWord.Quote(Path), VolumeWords.Word(Volume));
            var parents = ShellWord.Line("mkdir", "-p", System.IO.Path.GetDirectoryName(Path)!);
            return [$"[ -e {place} ] || (umask 022; {parents}; "
                + $"[ ! -d {volume} ] || mkdir {place}; [ -d {volume} ] || : > {place})"];
        }
    }
}

/// <summary>Makes a device node, if nothing is there.</summary>
/// <param name="Path">Where.</param>
/// <param name="Type">'c', 'b' or 'p', as mknod(1) has them.</param>
/// <param name="Major">Major device number.</param>
/// <param name="Minor">Minor device number.</param>
/// <param name="Mode">Permissions.</param>
/// <param name="Owner">Owner and group, or null for root's.</param>
public sealed record MakeNode(string Path, char Type, uint Major, uint Minor, uint Mode, (uint Uid, uint Gid)? Owner)
    : ChildStep
{
    private uint Format =>
        Type switch { 'b' => 0x6000u /* S_IFBLK */, 'p' => 0x1000u /* S_IFIFO */, _ => 0x2000u /* S_IFCHR */ };

    /// <inheritdoc/>
    public override string Title => $"make the device {Path}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls
    {
        get
        {
            var node = Place.Of(mknod(Path, Format | Mode, Major, Minor));
            return Owner is { } owner ? [node, chown(Path, owner.Uid, owner.Gid)] : [node];
        }
    }

    /// <inheritdoc/>
    public override string Man => "mknod(2)";

    /// <inheritdoc/>
    public override string Lab => "06-mounts";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Devices, "make # device nodes", Path);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand
    {
        get
        {
            var place = ShellWord.Quote(Path);
            var numbers = Type == 'p' ? "" : $" {Major} {Minor}";
            var node = $"[ -e {place} ] || mknod -m {Convert.ToString(Mode, 8)} {place} {Type}{numbers}";
            return Owner is { } owner ? [node, $"chown {owner.Uid}:{owner.Gid} {place}"] : [node];
        }
    }
}

/// <summary>Makes a symbolic link, if nothing is there.</summary>
/// <param name="Target">Where it leads.</param>
/// <param name="Path">The link.</param>
public sealed record MakeLink(string Target, string Path) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"link {Path} to {Target}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [Place.Of(symlink(Target, Path))];

    /// <inheritdoc/>
    public override string Man => "symlink(2)";

    /// <inheritdoc/>
    public override string Lab => "06-mounts";

    /// <inheritdoc/>
    public override Subject Subject =>
        new(Path.StartsWith("/dev/", StringComparison.Ordinal) ? Chapter.Devices : Here, "make # links", Path);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
    [
        $"[ -e {ShellWord.Quote(Path)} ] || [ -h {ShellWord.Quote(Path)} ] || "
            + $"{ShellWord.Line("ln", "-s", Target, Path)}",
    ];
}
