// The user's terminal and the container's: raw mode, window size, and the master side that arrives over a UNIX socket
// (lab 01-run; termios(3), pty(7), ioctl_tty(2), unix(7)).

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>The doors to terminals.</summary>
public static unsafe class Terminal
{
    /// <summary>Whether a descriptor is a terminal (isatty(3)).</summary>
    public static bool Is(SafeHandle handle) => isatty((int)handle.DangerousGetHandle()) == 1;

    /// <summary>Rows and columns of a terminal, or null.</summary>
    public static (ushort Rows, ushort Columns)? Size(SafeHandle handle)
    {
        winsize size;
        return ioctl((int)handle.DangerousGetHandle(), TIOCGWINSZ, &size) == 0 ? (size.ws_row, size.ws_col) : null;
    }

    /// <summary>Tells a terminal its size; the programs on it get SIGWINCH.</summary>
    public static void Resize(SafeHandle master, (ushort Rows, ushort Columns) size)
    {
        var value = new winsize { ws_row = size.Rows, ws_col = size.Columns };
        Libc.Ignore(ioctl((int)master.DangerousGetHandle(), TIOCSWINSZ, &value));
    }

    /// <summary>Puts a terminal into raw mode: every key, Ctrl-C among them, is a byte for the container.</summary>
    /// <returns>What puts it back.</returns>
    public static IDisposable Raw(SafeHandle handle) =>
        Change(handle, "put the terminal into raw mode", (ref termios raw) =>
    {
        // cfmakeraw(3): the container's own terminal has processed its output already.
        raw.c_iflag &= ~(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
        raw.c_oflag &= ~OPOST;
        raw.c_lflag &= ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
        raw.c_cc[VMIN] = 1;
        raw.c_cc[VTIME] = 0;
    });

    /// <summary>
    /// Has a terminal hand over each key as it comes, Ctrl-C among them, and not show it; output stays as it is.
    /// </summary>
    /// <returns>What puts it back.</returns>
    public static IDisposable Keys(SafeHandle handle) => Change(handle, "read single keys", (ref termios keys) =>
    {
        keys.c_lflag &= ~(ECHO | ICANON | ISIG | IEXTEN);
        keys.c_cc[VMIN] = 1;
        keys.c_cc[VTIME] = 0;
    });

    /// <summary>Reads one key.</summary>
    /// <param name="handle">A terminal that hands over single keys.</param>
    /// <param name="until">Ends the waiting, by something to read or by the end of its other side.</param>
    /// <returns>A byte; null if the terminal is gone, or the waiting was ended.</returns>
    public static byte? ReadKey(SafeHandle handle, SafeHandle until)
    {
        var fd = (int)handle.DangerousGetHandle();
        while (Libc.WaitUntil(fd, (int)until.DangerousGetHandle()))
        {
            byte key;
            var count = (long)read(fd, &key, 1);
            if (count == 1)
                return key;
            if (count == 0 || Libc.Errno is not (Kernel.Errno.EINTR or Kernel.Errno.EAGAIN))
                return null;
        }

        return null;
    }

    /// <summary>Makes a process group the one to which keys, and the signals of keys, go (tcsetpgrp(3)).</summary>
    /// <remarks>
    /// Without a terminal that is this session's own, nothing: then there are no signals of keys either.
    /// </remarks>
    /// <param name="handle">The terminal.</param>
    /// <param name="group">The group: the pid of its leader.</param>
    public static void SetForeground(SafeHandle handle, int group) =>
        Unstopped(() => Libc.Ignore(tcsetpgrp((int)handle.DangerousGetHandle(), group)));

    /// <summary>
    /// Keeps what a terminal is like, for after a program that may be killed on it: its modes, and whose it is.
    /// </summary>
    /// <returns>What puts it back; for what is no terminal, nothing is done.</returns>
    public static IDisposable Keep(SafeHandle handle)
    {
        var fd = (int)handle.DangerousGetHandle();
        termios before;
        return new Kept(fd, tcgetattr(fd, &before) == 0 ? before : null, (int)tcgetpgrp(fd));
    }

    /// <summary>A connected pair of UNIX sockets, closed on exec (socketpair(2)).</summary>
    public static (SafeFileHandle Ours, SafeFileHandle Theirs) SocketPair()
    {
        var ends = stackalloc int[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
            throw MinicException.FromErrno("make a pair of sockets", "socketpair(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC)",
                Libc.Errno);
        return (new SafeFileHandle(ends[0], true), new SafeFileHandle(ends[1], true));
    }

    /// <summary>Receives one descriptor (SCM_RIGHTS, unix(7)).</summary>
    /// <returns>Null if the other end closed without sending one.</returns>
    public static SafeFileHandle? ReceiveDescriptor(SafeHandle socket)
    {
        var data = stackalloc byte[64];
        var control = stackalloc long[8];
        var vector = new iovec { iov_base = data, iov_len = 64 };
        var message = new msghdr { msg_iov = &vector, msg_iovlen = 1, msg_control = control, msg_controllen = 64 };
        long count;
        do
            count = (long)recvmsg((int)socket.DangerousGetHandle(), &message, MSG_CMSG_CLOEXEC);
        while (count < 0 && Libc.Errno == Kernel.Errno.EINTR);
        // struct cmsghdr: length (8), level (4), type (4), then the descriptor.
        return count <= 0 || (uint)message.msg_controllen < 20 ? null : new SafeFileHandle(*(int*)(control + 2), true);
    }

    /// <summary>
    /// Copies bytes until the source ends; EIO of a terminal whose other side has gone is an end too.
    /// </summary>
    /// <param name="from">The source.</param>
    /// <param name="to">Where to.</param>
    /// <param name="until">
    /// Ends it earlier, by something to read: what comes later is for another reader. Null for none.
    /// </param>
    /// <returns>The last byte, if the source has ended; 10, a newline, if it was empty; null if the copying ended
    /// otherwise.</returns>
    public static byte? Copy(SafeHandle from, SafeHandle to, SafeHandle? until = null)
    {
        const int size = 16384;
        var buffer = stackalloc byte[size];
        byte last = 10;
        while (until is null || Libc.WaitUntil((int)from.DangerousGetHandle(), (int)until.DangerousGetHandle()))
        {
            var count = (long)read((int)from.DangerousGetHandle(), buffer, size);
            if (count < 0 && Libc.Errno is Kernel.Errno.EINTR or Kernel.Errno.EAGAIN)
                continue;
            if (count <= 0)
                return count == 0 ? last : null;
            if (!WriteAll(to, buffer, count))
                return null;
            last = buffer[count - 1];
        }

        return null;
    }

    /// <summary>Says on a terminal that no more input will come, as often as a program there reads on: with a terminal,
    /// the end of a file is a key (VEOF, Ctrl-D), good for one read.</summary>
    /// <param name="master">The terminal's master side.</param>
    /// <param name="unfinished">Whether a line was begun: then the first key only sends that off.</param>
    /// <param name="until">Ends it, by something to read.</param>
    public static void EndInput(SafeHandle master, bool unfinished, SafeHandle until)
    {
        bool? before = null;
        do
        {
            termios now;
            if (tcgetattr((int)master.DangerousGetHandle(), &now) != 0)
                return;
            // Without ICANON the key is a byte like any other, for a program that edits lines itself: once is enough.
            var lines = ((uint)now.c_lflag & (uint)ICANON) != 0;
            var key = now.c_cc[VEOF];
            if (lines ? !IsUnread(master) : before != false)
            {
                _ = WriteAll(master, &key, 1);
                if (unfinished && lines)
                    _ = WriteAll(master, &key, 1);
                unfinished = false;
            }

            before = lines;
        }
        while (!Libc.Wait((int)until.DangerousGetHandle(), POLLIN, 50));
    }

    // Only the slave side tells of an end of file that was not read yet. It is opened by its master, since minic has no
    // path to it, and closed at once: a terminal that no other process has open any more is to hang up.
    private static bool IsUnread(SafeHandle master)
    {
        const int TIOCGPTPEER = 0x5441;
        var slave = ioctl((int)master.DangerousGetHandle(), TIOCGPTPEER, (void*)(nint)(O_RDWR | O_NOCTTY | O_CLOEXEC));
        if (slave < 0)
            return false;
        var unread = Libc.Wait(slave, POLLIN, 0);
        Libc.Ignore(close(slave));
        return unread;
    }

    private delegate void Changes(ref termios attributes);

    private static Restore Change(SafeHandle handle, string doing, Changes changes)
    {
        var fd = (int)handle.DangerousGetHandle();
        termios before;
        if (tcgetattr(fd, &before) != 0)
            throw MinicException.FromErrno(doing, $"tcgetattr({fd})", Libc.Errno);
        var now = before;
        changes(ref now);
        if (tcsetattr(fd, (int)TCSANOW, &now) != 0)
            throw MinicException.FromErrno(doing, $"tcsetattr({fd}, TCSANOW)", Libc.Errno);
        return new Restore(fd, before);
    }

    private static bool WriteAll(SafeHandle to, byte* data, long count)
    {
        while (count > 0)
        {
            var done = (long)write((int)to.DangerousGetHandle(), data, (size_t)(ulong)count);
            if (done < 0 && Libc.Errno is Kernel.Errno.EINTR or Kernel.Errno.EAGAIN)
                continue;
            if (done <= 0)
                return false;
            data += done;
            count -= done;
        }

        return true;
    }

    private sealed class Restore(int fd, termios before) : IDisposable
    {
        public void Dispose()
        {
            var value = before;
            Libc.Ignore(tcsetattr(fd, (int)TCSANOW, &value));
        }
    }

    // With SIGTTOU the kernel stops a background process that changes a terminal, unless the signal is blocked
    // (tcsetattr(3), tcsetpgrp(3)).
    private static void Unstopped(Action change)
    {
        sigset_t mask, before;
        Libc.Ignore(sigemptyset(&mask));
        Libc.Ignore(sigaddset(&mask, SIGTTOU));
        Libc.Ignore(pthread_sigmask(SIG_BLOCK, &mask, &before));
        change();
        Libc.Ignore(pthread_sigmask(SIG_SETMASK, &before, null));
    }

    // A shell that was killed leaves its own process group in the foreground.
    private sealed class Kept(int fd, termios? before, int foreground) : IDisposable
    {
        public void Dispose()
        {
            if (before is not { } value)
                return;
            Unstopped(() =>
            {
                var modes = value;
                Libc.Ignore(tcsetpgrp(fd, foreground));
                Libc.Ignore(tcsetattr(fd, (int)TCSANOW, &modes));
            });
        }
    }
}
