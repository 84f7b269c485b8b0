// The listener of a filter that notifies: a descriptor by which another process hears of calls and answers them. It is
// born in the process that installs the filter; from there minic fetches it, and sends it on over a UNIX socket (lab
// 10-privileges; seccomp_unotify(2), pidfd_getfd(2), unix(7)).

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>The doors to a listener.</summary>
public static unsafe class SeccompListener
{
    private const int SYS_pidfd_getfd = 438;

    /// <summary>A duplicate of another process's descriptor (pidfd_getfd(2)).</summary>
    /// <param name="pidfd">The process.</param>
    /// <param name="descriptor">Its descriptor.</param>
    /// <exception cref="MinicException">EBADF: it has none of that number; EPERM: we may not look into it.</exception>
    public static SafeFileHandle Fetch(SafeHandle pidfd, int descriptor)
    {
        using var held = new HeldDescriptor(pidfd);
        var fd = (int)syscall(SYS_pidfd_getfd, held.Number, descriptor, 0);
        return fd >= 0
            ? new SafeFileHandle(fd, ownsHandle: true)
            : throw MinicException.FromErrno("fetch the seccomp listener",
                $"pidfd_getfd({held.Number}, {descriptor}, 0)", Libc.Errno);
    }

    /// <summary>Sends a text and a descriptor over a new connection to a UNIX socket, in one message.</summary>
    /// <param name="path">The socket's file.</param>
    /// <param name="text">What the receiver reads.</param>
    /// <param name="descriptor">What it gets with that (SCM_RIGHTS).</param>
    /// <exception cref="MinicException">No process listens there, or it did not take the message.</exception>
    public static void Send(string path, ReadOnlySpan<byte> text, SafeHandle descriptor)
    {
        // The words are those that engines look for.
        DescriptorSocket.Send("hand over the seccomp listener", path, text, descriptor,
            "Start the program that listens on linux.seccomp.listenerPath first.",
            "failed to connect with seccomp agent: ");
    }
}
