// A descriptor on its way to another program, over a UNIX socket on which that program listens
// (lab 01-run; unix(7), SCM_RIGHTS; sendmsg(2)).

using System.Net.Sockets;
using System.Runtime.InteropServices;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>The doors for handing out descriptors.</summary>
public static unsafe class DescriptorSocket
{
    /// <summary>Sends a text and a descriptor over a new connection to a UNIX socket, in one message.</summary>
    /// <param name="doing">What that is, for the errors.</param>
    /// <param name="path">The socket's file.</param>
    /// <param name="text">What the receiver reads.</param>
    /// <param name="descriptor">What it gets with that (SCM_RIGHTS).</param>
    /// <param name="hint">What to do if no program listens.</param>
    /// <param name="refused">
    /// What comes before the call if no program listens there: words that others look for.
    /// </param>
    /// <exception cref="MinicException">No program listens there, or it did not take the message.</exception>
    public static void Send(string doing, string path, ReadOnlySpan<byte> text, SafeHandle descriptor, string hint,
        string refused = "")
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw new MinicException(doing, $"{refused}connect({TapeArg.Quote(path)}): {e.Message}", hint, inner: e);
        }

        var errno = Send(socket.SafeHandle, text, descriptor);
        if (errno != 0)
            throw MinicException.FromErrno(doing, $"sendmsg({TapeArg.Quote(path)}, {{..., SCM_RIGHTS=[FD]}})", errno);
    }

    /// <summary>Sends a text and a descriptor over a connected UNIX socket, in one message.</summary>
    /// <returns>0, or the error number.</returns>
    internal static int Send(SafeHandle socket, ReadOnlySpan<byte> text, SafeHandle descriptor)
    {
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
                count = (long)sendmsg((int)socket.DangerousGetHandle(), &message, MSG_NOSIGNAL);
            while (count < 0 && Libc.Errno == Errno.EINTR);
            return count == text.Length ? 0 : count < 0 ? Libc.Errno : Errno.EPIPE;
        }
    }
}
