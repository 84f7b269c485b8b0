// Copies what is in a directory into another, with owners, permissions and times: what `cp -a` does. Every name is
// looked up in a directory that is open, and no link is followed, so a process that changes the source meanwhile cannot
// lead the copy out of it (lab 06-mounts; openat(2), fstatat(2)).

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>The door to copies of trees.</summary>
public static unsafe partial class TreeCopy
{
    // Each level has two descriptors open; a tree that is nested deeper was made to do harm.
    private const int MaxDepth = 256;
    private const int Nofollow = 0x100; // AT_SYMLINK_NOFOLLOW

    // Of d_name in struct dirent: after d_ino and d_off of 8 bytes each, d_reclen of 2, d_type of 1.
    private const int NameOffset = 19;

    /// <summary>Copies the content of a directory. Equivalent to: <c>cp -a FROM/. TO</c>.</summary>
    /// <param name="from">A directory, or a link of /proc to an open one.</param>
    /// <param name="to">Another, which is there.</param>
    /// <exception cref="MinicException">Something could not be copied, as on a full file system.</exception>
    public static void Copy(string from, string to)
    {
        using var source = Libc.OpenHandle(from, O_RDONLY | O_DIRECTORY);
        using var target = Libc.OpenHandle(to, O_RDONLY | O_DIRECTORY);
        Stat(source, "", AT_EMPTY_PATH, from, out var status);
        Content(source, target, from, 0);
        Dress(target, "", AT_EMPTY_PATH, status, from);
    }

    private static void Content(SafeFileHandle source, SafeFileHandle target, string shown, int depth)
    {
        if (depth > MaxDepth)
            throw new MinicException($"copy {shown}", $"directories are nested more than {MaxDepth} deep");
        foreach (var name in Names(source, shown))
            Entry(source, target, name, $"{shown}/{UnixText.Shown(name)}", depth);
    }

    // In bytes: a name need not be UTF-8, which .NET's own listing takes for granted.
    private static List<string> Names(SafeFileHandle directory, string shown)
    {
        using var own = OpenAt(directory, ".", O_RDONLY | O_DIRECTORY, shown);
        var stream = fdopendir(Number(own));
        if (stream == 0)
            throw MinicException.FromErrno($"copy {shown}", $"fdopendir({TapeArg.Quote(shown)})", Libc.Errno);
        // The stream closes it.
        own.SetHandleAsInvalid();
        var names = new List<string>();
        for (byte* entry; (entry = readdir(stream)) != null;)
        {
            var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + NameOffset);
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                names.Add(UnixText.Decode(name));
        }

        var error = Libc.Errno;
        Libc.Ignore(closedir(stream));
        return error == 0
            ? names : throw MinicException.FromErrno($"copy {shown}", $"readdir({TapeArg.Quote(shown)})", error);
    }

    private static void Entry(SafeFileHandle source, SafeFileHandle target, string name, string shown, int depth)
    {
        Stat(source, name, Nofollow, shown, out var status);
        var mode = (uint)status.st_mode;
        switch (mode & (uint)S_IFMT)
        {
            case var kind when kind == (uint)S_IFDIR:
                fixed (byte* p = Libc.Utf8(name))
                    Check(mkdirat(Number(target), p, (mode_t)0x1c0), "mkdirat", shown);
                using (SafeFileHandle below = OpenAt(source, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, shown),
                    made = OpenAt(target, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, shown))
                    Content(below, made, shown, depth + 1);
                break;
            case var kind when kind == (uint)S_IFLNK:
                Link(source, target, name, shown);
                break;
            case var kind when kind == (uint)S_IFREG:
                File_(source, target, name, shown);
                break;
            default:
                fixed (byte* p = Libc.Utf8(name))
                    Check(mknodat(Number(target), p, (mode_t)mode, status.st_rdev), "mknodat", shown);
                break;
        }

        Dress(target, name, Nofollow, status, shown);
    }

    private static void File_(SafeFileHandle source, SafeFileHandle target, string name, string shown)
    {
        using var from = OpenAt(source, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, shown);
        using var to = OpenAt(target, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, shown);
        nint count;
        do
            count = sendfile_(Number(to), Number(from), null, 1 << 20);
        while (count > 0 || count < 0 && Libc.Errno == Kernel.Errno.EINTR);
        Check((int)count, "sendfile", shown);
    }

    private static void Link(SafeFileHandle source, SafeFileHandle target, string name, string shown)
    {
        const int size = 4096;
        var text = stackalloc byte[size + 1];
        fixed (byte* p = Libc.Utf8(name))
        {
            var length = (long)readlinkat(Number(source), p, text, size);
            Check((int)length, "readlinkat", shown);
            text[length] = 0;
            Check(symlinkat(text, Number(target), p), "symlinkat", shown);
        }
    }

    // The owner first, since a change of owner clears the set-user-id bit; a link has no permissions.
    private static void Dress(SafeFileHandle directory, string name, int flags, in stat status, string shown)
    {
        var times = stackalloc timespec[] { status.st_atim, status.st_mtim };
        fixed (byte* p = Libc.Utf8(name))
        {
            Check(fchownat(Number(directory), p, status.st_uid, status.st_gid, flags), "fchownat", shown);
            var mode = (uint)status.st_mode;
            if ((mode & (uint)S_IFMT) != (uint)S_IFLNK)
                Check(name.Length == 0
                    ? fchmod(Number(directory), (mode_t)(mode & 0xfff))
                    : fchmodat(Number(directory), p, (mode_t)(mode & 0xfff), 0), "fchmodat", shown);
            Check(name.Length == 0 ? futimens(Number(directory), times) : utimensat(Number(directory), p, times, flags),
                "utimensat", shown);
        }
    }

    private static void Stat(SafeFileHandle directory, string name, int flags, string shown, out stat status)
    {
        stat found;
        fixed (byte* p = Libc.Utf8(name))
            Check(fstatat(Number(directory), p, &found, flags), "fstatat", shown);
        status = found;
    }

    private static SafeFileHandle OpenAt(SafeFileHandle directory, string name, int flags, string shown)
    {
        int fd;
        fixed (byte* p = Libc.Utf8(name))
            fd = openat(Number(directory), p, flags | O_CLOEXEC, (mode_t)0x180);
        Check(fd, "openat", shown);
        return new SafeFileHandle(fd, ownsHandle: true);
    }

    private static int Number(SafeHandle handle) => (int)handle.DangerousGetHandle();

    private static void Check(int result, string call, string shown)
    {
        if (result < 0)
            throw MinicException.FromErrno($"copy {shown}", $"{call}({TapeArg.Quote(shown)})", Libc.Errno);
    }

    // None of them in Tmds.LibC.
    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial nint fdopendir(int fd);

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial byte* readdir(nint stream);

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int closedir(nint stream);

    [LibraryImport("libc.so.6", EntryPoint = "sendfile", SetLastError = true)]
    private static partial nint sendfile_(int to, int from, long* offset, nuint count);
}
