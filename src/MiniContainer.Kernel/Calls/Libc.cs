// Plain libc calls in the shapes that the rest of this floor wants: strings in, MinicException out. The calls and their
// constants are Tmds.LibC's; what it lacks (it follows an older header) is declared here by number and name.

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>Thin wrappers over libc.</summary>
public static unsafe partial class Libc
{
    /// <summary>The errno of the last call on this thread.</summary>
    internal static int Errno => Marshal.GetLastPInvokeError();

    /// <summary>Drops a result on purpose: the name says that this is no oversight.</summary>
    internal static void Ignore(int result) => _ = result;

    /// <summary>Waits on one descriptor, over signals that are caught meanwhile (poll(2)).</summary>
    /// <param name="fd">The descriptor.</param>
    /// <param name="events">POLLIN and the like; 0 for the end of the other side alone.</param>
    /// <param name="timeout">Milliseconds; -1 for ever. Each signal begins it anew.</param>
    /// <returns>False if the time is over first.</returns>
    internal static bool Wait(int fd, short events, int timeout)
    {
        var wait = new Tmds.Linux.pollfd { fd = fd, events = events };
        int count;
        do
            count = poll_(&wait, 1, timeout);
        while (count < 0 && Errno == Kernel.Errno.EINTR);
        return count > 0;
    }

    /// <summary>
    /// Waits until there is something to read, or another descriptor says to read no more.
    /// </summary>
    /// <param name="fd">What is to be read.</param>
    /// <param name="until">What ends the waiting: by something to read, or by the end of its other side.</param>
    /// <returns>False if the other one came first, or both at once.</returns>
    internal static bool WaitUntil(int fd, int until)
    {
        var waits = stackalloc Tmds.Linux.pollfd[2];
        waits[0] = new Tmds.Linux.pollfd { fd = fd, events = POLLIN };
        waits[1] = new Tmds.Linux.pollfd { fd = until, events = POLLIN };
        while (poll_(waits, 2, -1) < 0 && Errno == Kernel.Errno.EINTR)
        {
        }

        return waits[1].revents == 0;
    }

    // Tmds.LibC's poll does not keep errno, so EINTR could not be told from success there.
    [LibraryImport("libc.so.6", EntryPoint = "poll", SetLastError = true)]
    private static partial int poll_(Tmds.Linux.pollfd* fds, nuint count, int timeout);

    // Neither is in Tmds.LibC, and Mono.Posix has them with a library of its own beside the program
    // (docs/decisions/0023).
    [LibraryImport("libc.so.6", SetLastError = true)]
    internal static partial int waitpid(int pid, int* status, int options);

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial byte** getpwuid(uint uid);

    // struct statfs of statfs(2), as longs.
    [LibraryImport("libc.so.6", SetLastError = true)]
    internal static partial int fstatfs(int fd, long* status);

    /// <summary>The name of a user; null if there is none (getpwuid(3), whose answer begins with the name).</summary>
    internal static string? UserName(uint uid)
    {
        var entry = getpwuid(uid);
        return entry == null ? null : Marshal.PtrToStringUTF8((nint)(*entry));
    }

    /// <summary>open(2). Equivalent to a shell's redirection.</summary>
    /// <returns>A descriptor; the caller closes it.</returns>
    /// <exception cref="MinicException">The file cannot be opened.</exception>
    internal static int Open(string path, int flags, uint mode = 0)
    {
        int fd;
        fixed (byte* p = Utf8(path))
        {
            do
                fd = open(p, flags, (Tmds.Linux.mode_t)mode);
            while (fd < 0 && Errno == Kernel.Errno.EINTR);
        }

        return fd >= 0
            ? fd : throw MinicException.FromErrno($"open {path}",
                $"open({TapeArg.Quote(path)}, {FlagText.Open(flags)})", Errno);
    }

    /// <summary>open(2) with O_CLOEXEC, as a handle that closes itself.</summary>
    /// <param name="path">The file.</param>
    /// <param name="flags">O_RDONLY and the like (open(2)).</param>
    /// <param name="mode">Permissions of a file that is created.</param>
    /// <exception cref="MinicException">The file cannot be opened.</exception>
    public static SafeFileHandle OpenHandle(string path, int flags, uint mode = 0) =>
        new(Open(path, flags | O_CLOEXEC, mode), ownsHandle: true);

    /// <summary>
    /// Opens a file for reading that may be anything by now: a link in its place is not followed, a named pipe not
    /// waited for.
    /// </summary>
    /// <exception cref="MinicException">ELOOP: it is a link; or it cannot be opened.</exception>
    public static SafeFileHandle OpenNoLink(string path) => OpenHandle(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);

    /// <summary>
    /// A duplicate with a number of at least <paramref name="least"/>, closed on exec (fcntl(2), F_DUPFD_CLOEXEC).
    /// </summary>
    internal static int DuplicateAbove(int fd, int least)
    {
        var copy = fcntl(fd, F_DUPFD_CLOEXEC, least);
        return copy >= 0
            ? copy : throw MinicException.FromErrno("duplicate a descriptor", $"fcntl({fd}, F_DUPFD_CLOEXEC, {least})",
                Errno);
    }

    /// <summary>A pipe whose ends are closed on exec (pipe2(2)).</summary>
    internal static (int Read, int Write) Pipe()
    {
        var ends = stackalloc int[2];
        return pipe2(ends, O_CLOEXEC) == 0
            ? (ends[0], ends[1])
            : throw MinicException.FromErrno("make a pipe", "pipe2(O_CLOEXEC)", Errno);
    }

    /// <summary>A pipe whose ends are closed on exec (pipe2(2)), as handles that close themselves.</summary>
    public static (SafeFileHandle Read, SafeFileHandle Write) PipePair()
    {
        var (read, write) = Pipe();
        return (new SafeFileHandle(read, ownsHandle: true), new SafeFileHandle(write, ownsHandle: true));
    }

    /// <summary>A string as C wants it.</summary>
    internal static byte[] Utf8(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new MinicException($"use {TapeArg.Quote(text)}",
                "it holds a zero byte, which ends every string in the kernel");
        return UnixText.Encode(text + "\0");
    }
}
