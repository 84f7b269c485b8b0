// The listener of a filter that notifies: a descriptor by which another process hears of calls and answers them. It is born
// in the process that installs the filter; from there minic fetches it, and sends it on over a UNIX socket
// (lab 10-privileges; seccomp_unotify(2), pidfd_getfd(2), unix(7)).

using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
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
            : throw MinicException.FromErrno("fetch the seccomp listener", $"pidfd_getfd({held.Number}, {descriptor}, 0)", Libc.Errno);
    }

    /// <summary>Sends a text and a descriptor over a new connection to a UNIX socket, in one message.</summary>
    /// <param name="path">The socket's file.</param>
    /// <param name="text">What the receiver reads.</param>
    /// <param name="descriptor">What it gets with that (SCM_RIGHTS).</param>
    /// <exception cref="MinicException">Nobody listens there, or it did not take the message.</exception>
    public static void Send(string path, ReadOnlySpan<byte> text, SafeHandle descriptor)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw new MinicException("hand over the seccomp listener", $"failed to connect with seccomp agent: connect({TapeArg.Quote(path)}): {e.Message}", "Start the program that listens on linux.seccomp.listenerPath first.", inner: e);
        }

        using var held = new HeldDescriptor(descriptor);
        fixed (byte* data = text)
        {
            var vector = new iovec { iov_base = data, iov_len = (size_t)(uint)text.Length };
            // struct cmsghdr {len = 16 + 4, level SOL_SOCKET, type SCM_RIGHTS}, the descriptor, padding.
            var control = stackalloc long[3];
            control[0] = 20;
            control[1] = (long)((uint)SOL_SOCKET | ((ulong)(uint)SCM_RIGHTS << 32));
            control[2] = held.Number;
            var message = new msghdr { msg_iov = &vector, msg_iovlen = 1, msg_control = control, msg_controllen = 24 };
            long count;
            do
                count = (long)sendmsg((int)socket.SafeHandle.DangerousGetHandle(), &message, MSG_NOSIGNAL);
            while (count < 0 && Libc.Errno == Kernel.Errno.EINTR);
            if (count != text.Length)
                throw MinicException.FromErrno("hand over the seccomp listener", $"sendmsg({TapeArg.Quote(path)}, {{..., SCM_RIGHTS=[{held.Number}]}})", count < 0 ? Libc.Errno : Kernel.Errno.EPIPE);
        }
    }
}
