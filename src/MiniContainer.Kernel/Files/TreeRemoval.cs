// Removes a directory with all in it. Processes of a container may still change the tree meanwhile, and chose its
// names: so every name is looked up in a directory that is open, no link is followed, names are bytes, and what is
// nested too deep for a descriptor a level is first moved up (openat(2), unlinkat(2), getdents(2)).

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>The door to removing trees.</summary>
public static unsafe partial class TreeRemoval
{
    // A descriptor a level.
    private const int MaxDepth = 64;
    private const int Tries = 1000;

    /// <summary>Removes a directory and all below it; none at all is fine. Equivalent to: <c>rm -rf PATH</c>.</summary>
    /// <exception cref="MinicException">
    /// Something cannot be removed: a mount point, or a file of a read-only file system.
    /// </exception>
    public static void Remove(string path)
    {
        for (var tries = 0; tries < Tries; tries++)
        {
            // First of all: what is mounted on it is not in it, and rmdir(2) says so (EBUSY) before anything in there
            // is touched.
            if (Directories.Remove(path) is var errno and not (Errno.ENOTEMPTY or Errno.EEXIST))
            {
                if (errno is not (0 or Errno.ENOENT))
                    throw MinicException.FromErrno($"remove {path}", $"rmdir({TapeArg.Quote(path)})", errno);
                return;
            }

            try
            {
                using var top = Libc.OpenHandle(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
                Empty(top, top, path, 0);
            }
            catch (MinicException e) when (e.Errno == Errno.ENOENT)
            {
                return;
            }
        }

        throw new MinicException($"remove {path}", "it fills again as it is emptied",
            "A process still writes there: fuser -m shows which.");
    }

    private static void Empty(SafeFileHandle directory, SafeFileHandle top, string shown, int depth)
    {
        var buffer = new byte[32 * 1024];
        fixed (byte* entries = buffer)
        {
            // What is removed may move the others, so a directory is read from its beginning until it is empty.
            for (var tries = 0; tries < Tries; tries++)
            {
                _ = lseek_(Number(directory), 0, 0);
                var found = false;
                nint length;
                while ((length = getdents64(Number(directory), entries, (nuint)buffer.Length)) > 0)
                {
                    for (nint at = 0; at < length; at += *(ushort*)(entries + at + 16))
                        found |= Entry(directory, top, entries + at + 19, shown, depth);
                }

                if (!found)
                    return;
            }
        }
    }

    // struct linux_dirent64: d_ino and d_off of 8 bytes, d_reclen of 2, d_type of 1, and then the name.
    private static bool Entry(SafeFileHandle directory, SafeFileHandle top, byte* name, string shown, int depth)
    {
        if (name[0] == '.' && (name[1] == 0 || name[1] == '.' && name[2] == 0))
            return false;
        var errno = Unlink(directory, name, 0);
        if (errno == Errno.EISDIR)
            errno = Unlink(directory, name, AT_REMOVEDIR);
        if (errno is Errno.ENOTEMPTY or Errno.EEXIST)
        {
            if (depth >= MaxDepth)
                errno = MoveUp(directory, top, name);
            else
                errno = Below(directory, top, name, shown, depth);
        }

        // Gone, or another kind of thing by now: the next look tells.
        if (errno is not (0 or Errno.ENOENT or Errno.ENOTDIR or Errno.ENOTEMPTY or Errno.ELOOP))
            throw MinicException.FromErrno($"remove {shown}",
                $"unlinkat({TapeArg.Quote($"{shown}/{Marshal.PtrToStringUTF8((nint)name)}")})", errno);
        return true;
    }

    private static int Below(SafeFileHandle directory, SafeFileHandle top, byte* name, string shown, int depth)
    {
        var fd = openat(Number(directory), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
            default(Tmds.Linux.mode_t));
        if (fd < 0)
            return Libc.Errno;
        using (var below = new SafeFileHandle(fd, ownsHandle: true))
            Empty(below, top, $"{shown}/{Marshal.PtrToStringUTF8((nint)name)}", depth + 1);
        return Unlink(directory, name, AT_REMOVEDIR);
    }

    private static int MoveUp(SafeFileHandle directory, SafeFileHandle top, byte* name)
    {
        fixed (byte* free = Libc.Utf8($".minic-{Guid.NewGuid():N}"))
            return renameat_(Number(directory), name, Number(top), free) == 0 ? 0 : Libc.Errno;
    }

    private static int Unlink(SafeFileHandle directory, byte* name, int flags) =>
        unlinkat(Number(directory), name, flags) == 0 ? 0 : Libc.Errno;

    private static int Number(SafeHandle handle) => (int)handle.DangerousGetHandle();

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial nint getdents64(int fd, byte* entries, nuint length);

    [LibraryImport("libc.so.6", EntryPoint = "lseek", SetLastError = true)]
    private static partial long lseek_(int fd, long offset, int whence);

    [LibraryImport("libc.so.6", EntryPoint = "renameat", SetLastError = true)]
    private static partial int renameat_(int from, byte* name, int to, byte* other);
}
