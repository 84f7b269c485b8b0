// Files of another root file system, opened as a process in there would find them: links and ".." cannot lead out of it
// (lab 05-chroot; openat2(2), RESOLVE_IN_ROOT).

using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>What is at a path.</summary>
/// <param name="Mode">Its kind and permissions (st_mode of inode(7)).</param>
public sealed record FileLook(uint Mode)
{
    private const uint Kind = 0xf000;

    /// <summary>Where a symbolic link leads; null of anything else.</summary>
    public string? Link { get; init; }

    /// <summary>Whether it is a directory.</summary>
    public bool IsDirectory => (Mode & Kind) == 0x4000;

    /// <summary>Its permissions, with the set-id bits and the sticky one.</summary>
    public uint Permissions => Mode & ~Kind;

    /// <summary>A directory with some permissions.</summary>
    public static FileLook Directory(uint permissions) => new(0x4000 | permissions);
}

/// <summary>The door to files below a root that is not ours.</summary>
public static unsafe class InsideRoot
{
    private const int SYS_openat2 = 437;
    private const long MaxBytes = 4 * 1024 * 1024;

    /// <summary>Whether some user could execute a program: a regular file with an x bit.</summary>
    /// <param name="root">The root: a directory, or <c>/proc/PID/root</c>.</param>
    /// <param name="path">A path in it, absolute.</param>
    /// <returns>0, ENOENT and the like if there is none, EACCES if it is no program.</returns>
    /// <exception cref="MinicException">The root itself cannot be opened.</exception>
    public static int CheckExecutable(string root, string path)
    {
        using var file = TryOpen(root, path, O_PATH, out var errno);
        if (file is null)
            return errno;
        Tmds.Linux.stat status;
        if (fstat((int)file.DangerousGetHandle(), &status) != 0)
            return Libc.Errno;
        var mode = (uint)status.st_mode;
        return (mode & (uint)S_IFMT) == (uint)S_IFREG && (mode & 0x49 /* 0111 */) != 0 ? 0 : Errno.EACCES;
    }

    /// <summary>
    /// The lines of a text file, or null if minic cannot read it: it is not there, no regular file, or too large for
    /// one.
    /// </summary>
    /// <param name="root">The root: a directory, or <c>/proc/PID/root</c>.</param>
    /// <param name="path">A path in it, absolute.</param>
    /// <exception cref="MinicException">The root itself cannot be opened.</exception>
    public static IReadOnlyList<string>? TryReadLines(string root, string path)
    {
        // The image may have a named pipe there: O_NONBLOCK, so that minic does not wait for its writer.
        using var file = TryOpen(root, path, O_RDONLY | O_NONBLOCK, out _);
        if (file is null)
            return null;
        // Nor does minic read a device to its end, or a disk full of users.
        Tmds.Linux.stat status;
        if (fstat((int)file.DangerousGetHandle(), &status) != 0
            || ((uint)status.st_mode & (uint)S_IFMT) != (uint)S_IFREG || (long)status.st_size > MaxBytes)
            return null;
        try
        {
            using var reader = new StreamReader(new FileStream(file, FileAccess.Read, bufferSize: 0), Encoding.UTF8);
            return reader.ReadToEnd().Split('\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// What is at a path; if the path itself is a link, minic does not follow it. Null for nothing, or if minic cannot
    /// see it.
    /// </summary>
    /// <param name="root">The root: a directory.</param>
    /// <param name="path">A path in it, absolute.</param>
    public static FileLook? TryLook(string root, string path)
    {
        if (!Directory.Exists(root))
            return null;
        using var file = TryOpen(root, path, O_PATH | O_NOFOLLOW, out _);
        Tmds.Linux.stat status;
        if (file is null || fstat((int)file.DangerousGetHandle(), &status) != 0)
            return null;
        var mode = (uint)status.st_mode;
        return (mode & (uint)S_IFMT) == (uint)S_IFLNK ? new FileLook(mode) { Link = LinkOf(file) } : new FileLook(mode);
    }

    // An empty path means the descriptor itself (readlink(2)).
    private static string LinkOf(SafeFileHandle link)
    {
        const int PathMax = 4096;
        var target = stackalloc byte[PathMax];
        fixed (byte* empty = Libc.Utf8(""))
        {
            var length = (int)(long)readlinkat((int)link.DangerousGetHandle(), empty, target, PathMax);
            return length < 0 ? "" : Encoding.UTF8.GetString(target, length);
        }
    }

    /// <summary>
    /// Opens what lies below a directory that is open; no link and no ".." leads out of it (openat2(2),
    /// RESOLVE_BENEATH).
    /// </summary>
    /// <param name="directory">The directory.</param>
    /// <param name="path">A path in it, relative.</param>
    /// <param name="flags">O_PATH and the like.</param>
    /// <param name="errno">0; EXDEV if the path leads out, ENOENT and the like.</param>
    internal static SafeFileHandle? TryOpenBelow(SafeHandle directory, string path, int flags, out int errno) =>
        TryOpen(directory, path, flags, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS, out errno);

    internal static SafeFileHandle? TryOpen(string root, string path, int flags, out int errno)
    {
        using var directory = Libc.OpenHandle(root, O_PATH | O_DIRECTORY);
        return TryOpen(directory, path, flags, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS, out errno);
    }

    private static SafeFileHandle? TryOpen(SafeHandle directory, string path, int flags, ulong resolve, out int errno)
    {
        var how = new open_how { flags = (ulong)(uint)(flags | O_CLOEXEC), resolve = resolve };
        int fd;
        fixed (byte* p = Libc.Utf8(path))
        {
            do
            {
                fd = (int)syscall(SYS_openat2, (int)directory.DangerousGetHandle(), p, &how, sizeof(open_how));
                errno = fd < 0 ? Libc.Errno : 0;
            }
            // EAGAIN: something was renamed or mounted while ".." was looked up (openat2(2)).
            while (errno is Errno.EINTR or Errno.EAGAIN);
        }

        return fd < 0 ? null : new SafeFileHandle(fd, ownsHandle: true);
    }

    // struct open_how of openat2(2), 24 bytes.
    private struct open_how
    {
        public ulong flags;
        public ulong mode;
        public ulong resolve;
    }
}
