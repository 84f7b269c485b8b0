// A volume, or a part of it, as a copied mount that is attached nowhere yet. Processes in containers may change what
// lies in a volume at any moment, so a path in it is walked by the kernel from a descriptor of the volume, never by its
// name on the host; what it leads to is held by descriptor from then on (lab 21-pod; openat2(2), RESOLVE_BENEATH;
// open_tree(2)).

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static MiniContainer.Kernel.Abi;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>What a volume is found to be.</summary>
/// <param name="Tree">A copy of its mount, attached nowhere; the caller closes it.</param>
/// <param name="IsDirectory">Whether it is a directory.</param>
public sealed record PickedVolume(SafeFileHandle Tree, bool IsDirectory);

/// <summary>The door to volumes.</summary>
public static unsafe class VolumeTree
{
    private const int SYS_open_tree = 428;
    private const uint Permissions = 0xfff;

    /// <summary>The call that walks a path in a volume, as strace(1) prints it.</summary>
    public static string BelowText(string below) =>
        $"openat2(VOLUME, {TapeArg.Quote(below)}, {{flags=O_PATH|O_CLOEXEC, "
            + $"resolve=RESOLVE_BENEATH|RESOLVE_NO_MAGICLINKS}}, 24)";

    /// <summary>The call that copies what was found, as strace(1) prints it.</summary>
    public static string OpenText =>
        "open_tree(FOUND, \"\", AT_EMPTY_PATH|OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_RECURSIVE)";

    /// <summary>Copies the mount of a volume, or of a part of it.</summary>
    /// <param name="doing">What is being done, for an error.</param>
    /// <param name="volume">The volume's path on the host, whose links are followed: its author is trusted.</param>
    /// <param name="below">
    /// A relative path in it, or "" for the whole; directories that are missing are made, like the volume.
    /// </param>
    /// <param name="kind">
    /// What it must be: Directory, File, Socket, CharDevice, BlockDevice; FileOrCreate makes a file; "" for anything.
    /// </param>
    /// <exception cref="MinicException">
    /// The path leads out of the volume, is missing, or is of another kind.
    /// </exception>
    public static PickedVolume Open(string doing, string volume, string below, string kind)
    {
        if (kind == "FileOrCreate" && !File.Exists(volume) && !Directory.Exists(volume))
            Libc.OpenHandle(volume, O_WRONLY | O_CREAT, 0x1a4 /* 0644 */).Dispose();
        using var top = Top(doing, volume);
        using var found = below.Length == 0 ? null : Below(doing, top, volume, below);
        var mode = Mode(found ?? top, doing);
        Check(doing, below.Length == 0 ? volume : $"{volume}/{below}", mode, kind);
        fixed (byte* empty = Libc.Utf8(""))
        {
            var fd = (int)syscall(SYS_open_tree, Number(found ?? top), empty,
                (uint)AT_EMPTY_PATH | OPEN_TREE_CLONE | (uint)O_CLOEXEC | AT_RECURSIVE);
            return fd >= 0
                ? new PickedVolume(new SafeFileHandle(fd, ownsHandle: true), (mode & (uint)S_IFMT) == (uint)S_IFDIR)
                : throw MinicException.FromErrno(doing, OpenText, Libc.Errno);
        }
    }

    private static SafeFileHandle Top(string doing, string volume)
    {
        try
        {
            return Libc.OpenHandle(volume, O_PATH);
        }
        catch (MinicException e) when (e.Errno == Errno.ENOENT)
        {
            throw new MinicException(doing, $"{e.Call}: {Errno.Describe(e.Errno)}",
                "Create it first, or give the hostPath a type of DirectoryOrCreate or FileOrCreate.", inner: e);
        }
    }

    private static SafeFileHandle Below(string doing, SafeFileHandle top, string volume, string below)
    {
        if (InsideRoot.TryOpenBelow(top, below, O_PATH, out var errno) is { } there)
            return there;
        if (errno != Errno.ENOENT)
            throw Failure(doing, volume, below, errno);
        var names = below.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var parent = InsideRoot.TryOpenBelow(top, ".", O_PATH, out errno) ?? throw Failure(doing, volume, ".", errno);
        for (var count = 1; count <= names.Length; count++)
        {
            var path = string.Join('/', names[..count]);
            var next = InsideRoot.TryOpenBelow(top, path, O_PATH, out errno)
                ?? Make(doing, top, parent, names[count - 1], path);
            parent.Dispose();
            parent = next;
        }

        return parent;
    }

    // The name is looked up in a directory that is open, and mkdirat(2) follows no link that has taken its place. So
    // does fchmod(2): by a path, a link put there meanwhile would have the permissions of what it leads to changed.
    private static SafeFileHandle Make(string doing, SafeFileHandle top, SafeFileHandle parent, string name,
        string path)
    {
        var made = true;
        fixed (byte* p = Libc.Utf8(name))
        {
            if (mkdirat(Number(parent), p, (Tmds.Linux.mode_t)0x1c0) != 0)
                made = Libc.Errno == Errno.EEXIST
                    ? false : throw MinicException.FromErrno(doing, $"mkdirat(VOLUME, {TapeArg.Quote(path)}, 0700)",
                        Libc.Errno);
        }

        using (var own = made
            ? InsideRoot.TryOpenBelow(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, out _) : null)
        {
            if (own is not null)
                _ = fchmod(Number(own), (Tmds.Linux.mode_t)(Mode(top, doing) & Permissions));
        }

        return InsideRoot.TryOpenBelow(top, path, O_PATH, out var errno)
            ?? throw Failure(doing, "the volume", path, errno);
    }

    private static MinicException Failure(string doing, string volume, string below, int errno) =>
        errno is Errno.EXDEV or Errno.ELOOP
        ? new MinicException(doing, $"{BelowText(below)}: {Errno.Describe(errno)}: it leads out of {volume}",
            "A link in the volume must lead to a place in the volume, by a relative path.")
        : MinicException.FromErrno(doing, BelowText(below), errno);

    private static void Check(string doing, string path, uint mode, string kind)
    {
        var found = (mode & (uint)S_IFMT) switch
        {
            var type when type == (uint)S_IFDIR => "Directory",
            var type when type == (uint)S_IFREG => "File",
            var type when type == (uint)S_IFSOCK => "Socket",
            var type when type == (uint)S_IFCHR => "CharDevice",
            var type when type == (uint)S_IFBLK => "BlockDevice",
            _ => "another kind of file",
        };
        var wanted = kind.Replace("OrCreate", "", StringComparison.Ordinal);
        if (wanted.Length > 0 && wanted != found)
            throw new MinicException(doing, $"{path} is no {wanted} (it is: {found})",
                "Name another path, or change the type of the hostPath.");
    }

    private static uint Mode(SafeHandle file, string doing)
    {
        Tmds.Linux.stat status;
        return fstat(Number(file), &status) == 0
            ? (uint)status.st_mode : throw MinicException.FromErrno(doing, "fstat(VOLUME)", Libc.Errno);
    }

    private static int Number(SafeHandle handle) => (int)handle.DangerousGetHandle();
}
