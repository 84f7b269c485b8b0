// Directories: making and removing them one by one, and locks on them (mkdir(2), rmdir(2), flock(2)).

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static MiniContainer.Kernel.Abi;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>The doors to directories.</summary>
public static unsafe partial class Directories
{

    /// <summary>mkdir(2).</summary>
    /// <returns>0, or the errno.</returns>
    public static int TryMake(string path, uint mode)
    {
        fixed (byte* p = Libc.Utf8(path))
            return mkdir(p, (Tmds.Linux.mode_t)mode) == 0 ? 0 : Libc.Errno;
    }

    /// <summary>
    /// Makes a directory and its parents, as far as they are not there. Equivalent to: <c>mkdir -p PATH</c>.
    /// </summary>
    /// <exception cref="MinicException">One of them cannot be made.</exception>
    public static void MakeAll(string path, uint mode)
    {
        int errno;
        var tries = 0;
        do
        {
            errno = TryMake(path, mode);
            if (errno == 0 || errno is Kernel.Errno.EEXIST or Kernel.Errno.EROFS && Directory.Exists(path))
                return;
            if (errno == Kernel.Errno.ENOENT && Path.GetDirectoryName(path) is { Length: > 0 } parent)
                MakeAll(parent, mode);
        }
        // Another process may remove the parent, empty as it is, before we make the child in it, or the directory
        // itself right after we found it there: then we try once more.
        while (errno is Kernel.Errno.ENOENT or Kernel.Errno.EEXIST && !File.Exists(path) && ++tries < 1000);

        throw MinicException.FromErrno($"make the directory {path}",
            $"mkdir({TapeArg.Quote(path)}, 0{Convert.ToString(mode, 8)})", errno);
    }

    /// <summary>chgrp(1) and chmod(1) of a directory; a link in its place is not followed.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="mode">Its permissions.</param>
    /// <param name="group">Its group; null to keep the one it has.</param>
    /// <exception cref="MinicException">It is no directory any more.</exception>
    public static void SetMode(string path, uint mode, uint? group = null)
    {
        using var directory = Libc.OpenHandle(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        // The group first: a change of group may clear the set-group-id bit.
        if (group is { } gid
            && fchown((int)directory.DangerousGetHandle(), (Tmds.Linux.uid_t)uint.MaxValue, (Tmds.Linux.gid_t)gid) != 0)
            throw MinicException.FromErrno($"make the directory {path}", $"fchown({TapeArg.Quote(path)}, -1, {gid})",
                Libc.Errno);
        if (fchmod((int)directory.DangerousGetHandle(), (Tmds.Linux.mode_t)mode) != 0)
            throw MinicException.FromErrno($"make the directory {path}",
                $"fchmod({TapeArg.Quote(path)}, 0{Convert.ToString(mode, 8)})", Libc.Errno);
    }

    /// <summary>Whether a file or directory is there and may be written (access(2), W_OK).</summary>
    public static bool MayWrite(string path)
    {
        fixed (byte* p = Libc.Utf8(path))
            return access(p, W_OK) == 0;
    }

    /// <summary>
    /// Whether a directory is there or could be made: the nearest one above that is there may be written.
    /// </summary>
    public static bool MayMakeIn(string path)
    {
        while (!Directory.Exists(path) && Path.GetDirectoryName(path) is { Length: > 0 } parent)
            path = parent;
        return MayWrite(path);
    }

    /// <summary>rmdir(2).</summary>
    /// <returns>0, or the errno.</returns>
    public static int Remove(string path)
    {
        fixed (byte* p = Libc.Utf8(path))
            return rmdir(p) == 0 ? 0 : Libc.Errno;
    }

    /// <summary>rmdir(2) of a directory that may hold something, or be gone.</summary>
    /// <returns>Whether it was removed.</returns>
    public static bool TryRemove(string path) => Remove(path) == 0;

    /// <summary>Opens a directory.</summary>
    /// <returns>Null if there is none.</returns>
    /// <exception cref="MinicException">It is no directory, or may not be opened.</exception>
    public static SafeFileHandle? Open(string path)
    {
        try
        {
            return Libc.OpenHandle(path, O_RDONLY | O_DIRECTORY);
        }
        catch (MinicException e) when (e.Errno == Kernel.Errno.ENOENT)
        {
            return null;
        }
    }

    /// <summary>
    /// Takes the exclusive lock of an open file or directory (flock(2)); the kernel drops it with the descriptor.
    /// </summary>
    /// <param name="handle">What to lock.</param>
    /// <param name="wait">Whether to wait for another holder.</param>
    /// <returns>False if another one holds it.</returns>
    public static bool Lock(SafeHandle handle, bool wait)
    {
        while (true)
        {
            if (flock((int)handle.DangerousGetHandle(), LOCK_EX | (wait ? 0 : LOCK_NB)) == 0)
                return true;
            var errno = Libc.Errno;
            if (errno == Kernel.Errno.EAGAIN)
                return false;
            if (errno != Kernel.Errno.EINTR)
                throw MinicException.FromErrno("take a lock", "flock(LOCK_EX)", errno);
        }
    }

    /// <summary>Whether a path still means the file or directory that a handle has open.</summary>
    public static bool IsStill(SafeHandle handle, string path)
    {
        Tmds.Linux.stat opened, named;
        fixed (byte* p = Libc.Utf8(path))
        {
            return fstat((int)handle.DangerousGetHandle(), &opened) == 0 && stat(p, &named) == 0
                && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
        }
    }

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int flock(int fd, int operation);
}
