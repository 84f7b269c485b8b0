// The socket on which a service says that it is ready, NOTIFY_SOCKET of an init system: one inside the container's
// reach, and the init system's own, to which minic passes the word on (lab 12-oci; sd_notify(3), unix(7)).
//
//     the command   -- READY=1 -->   STATE/notify/notify.sock
//     minic         -- READY=1, MAINPID=N, BARRIER=1 -->   the init system

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>The doors to notification sockets.</summary>
public static unsafe class NotifySocket
{
    /// <summary>The socket's name in its directory.</summary>
    public const string FileName = "notify.sock";

    // How long an init system may take to read what was sent. An init system that knows no barrier never says so.
    private const int BarrierPatience = 30_000;

    /// <summary>Makes a datagram socket in a directory, to which every user may send.</summary>
    /// <exception cref="MinicException">It cannot be made.</exception>
    public static SafeFileHandle Listen(string directory)
    {
        var doing = $"listen on {directory}/{FileName}";
        using var place = Libc.OpenHandle(directory, O_PATH | O_DIRECTORY);
        // An address has 108 bytes, and a path may have more.
        var number = ((int)place.DangerousGetHandle()).ToString(CultureInfo.InvariantCulture);
        var path = $"/proc/self/fd/{number}/{FileName}";
        var listening = Make(doing);
        var address = Address(path);
        fixed (byte* p = address, name = Libc.Utf8(path))
        {
            if (bind((int)listening.DangerousGetHandle(), (sockaddr*)p, address.Length) != 0
                || chmod(name, (mode_t)0x1ffu) != 0)
                throw Failed(listening, doing, $"bind({TapeArg.Quote(path)})");
        }

        return listening;
    }

    /// <summary>Passes the word on once it comes: that the service is ready, and which process it is.</summary>
    /// <param name="listening">What <see cref="Listen"/> made.</param>
    /// <param name="host">The init system's socket: a path, or @ and an abstract name.</param>
    /// <param name="mainPid">The process that it is to watch from then on.</param>
    /// <param name="process">The container's first process; once it is gone, no word will come any more.</param>
    /// <exception cref="MinicException">The init system's socket takes no message.</exception>
    public static void Relay(SafeHandle listening, string host, int mainPid, SafeHandle process)
    {
        if (Ready(listening, process) is not { } ready)
            return;
        var doing = $"pass {ready} on to NOTIFY_SOCKET";
        using var socket = Make(doing);
        var address = Address(host);
        fixed (byte* p = address)
        {
            if (connect((int)socket.DangerousGetHandle(), (sockaddr*)p, address.Length) != 0)
                throw MinicException.FromErrno(doing, $"connect({TapeArg.Quote(host)})", Libc.Errno);
        }

        Say(socket, doing, ready);
        Say(socket, doing, $"MAINPID={mainPid.ToString(CultureInfo.InvariantCulture)}");
        // Its end of the pipe closes once it has read all that came before: only then may minic, and its pid, go.
        var (read, write) = Libc.PipePair();
        using (read)
        {
            using (write)
                _ = DescriptorSocket.Send(socket, "BARRIER=1"u8, write);
            _ = Libc.Wait((int)read.DangerousGetHandle(), 0, BarrierPatience);
        }
    }

    // The line of the first message that says so; null if the process ends before.
    private static string? Ready(SafeHandle listening, SafeHandle process)
    {
        const int size = 4096;
        var buffer = stackalloc byte[size];
        for (var alive = true; alive;)
        {
            alive = Libc.WaitUntil((int)listening.DangerousGetHandle(), (int)process.DangerousGetHandle());
            // Its last word may have come with its end.
            while ((long)recv((int)listening.DangerousGetHandle(), buffer, size, MSG_DONTWAIT) is > 0 and var count)
            {
                var lines = Encoding.UTF8.GetString(buffer, (int)count).Split('\n');
                if (lines.FirstOrDefault(l => l.StartsWith("READY=", StringComparison.Ordinal)) is { } ready)
                    return ready;
            }
        }

        return null;
    }

    private static void Say(SafeFileHandle socket, string doing, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text + "\n");
        fixed (byte* p = bytes)
        {
            if ((long)send((int)socket.DangerousGetHandle(), p, bytes.Length, MSG_NOSIGNAL) != bytes.Length)
                throw MinicException.FromErrno(doing, $"send({TapeArg.Quote(text)})", Libc.Errno);
        }
    }

    private static SafeFileHandle Make(string doing)
    {
        var fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true)
            : throw MinicException.FromErrno(doing, "socket(AF_UNIX, SOCK_DGRAM|SOCK_CLOEXEC)", Libc.Errno);
    }

    private static MinicException Failed(SafeFileHandle socket, string doing, string call)
    {
        var errno = Libc.Errno;
        socket.Dispose();
        return MinicException.FromErrno(doing, call, errno);
    }

    // struct sockaddr_un: the family, then the path; an abstract name begins with a zero byte, and does not end with
    // one.
    private static byte[] Address(string path)
    {
        var name = path.StartsWith('@') ? [0, .. Encoding.UTF8.GetBytes(path[1..])] : Libc.Utf8(path);
        if (name.Length > 108)
            throw new MinicException($"use the socket {path}", "its path has more than 107 bytes",
                "Make it at a shorter path.");
        return [.. BitConverter.GetBytes((ushort)AF_UNIX), .. name];
    }
}
