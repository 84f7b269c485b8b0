// The two named pipes between a created container and the minic that starts it (lab 12-oci, fifo(7)).

using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>Meets a process that waits on one named pipe and holds another one open.</summary>
public static unsafe class Fifo
{
    /// <summary>Writes a byte to the pipe on which a process waits, and waits until it closes the other one.</summary>
    /// <exception cref="MinicException">No process waits there.</exception>
    public static void Signal(string start, string status)
    {
        // The status pipe is opened first: its end of file then cannot be missed, however fast the other side is.
        using var statusPipe = Libc.OpenHandle(status, O_RDONLY | O_NONBLOCK);
        using (var startPipe = OpenForWriting(start))
        {
            byte one = (byte)'s';
            if ((int)write((int)startPipe.DangerousGetHandle(), &one, 1) != 1)
                throw MinicException.FromErrno("start the container", $"write({TapeArg.Quote(start)}, \"s\", 1)",
                    Libc.Errno);
        }

        _ = Libc.Wait((int)statusPipe.DangerousGetHandle(), 0, -1);
    }

    /// <summary>Whether a process has the pipe open for reading: it waits on the pipe, or is about to.</summary>
    public static bool IsAwaited(string path)
    {
        try
        {
            Libc.OpenHandle(path, O_WRONLY | O_NONBLOCK).Dispose();
            return true;
        }
        catch (MinicException e) when (e.Errno is Kernel.Errno.ENXIO or Kernel.Errno.ENOENT)
        {
            return false;
        }
    }

    private static Microsoft.Win32.SafeHandles.SafeFileHandle OpenForWriting(string path)
    {
        try
        {
            return Libc.OpenHandle(path, O_WRONLY | O_NONBLOCK);
        }
        catch (MinicException e) when (e.Errno is Kernel.Errno.ENXIO or Kernel.Errno.ENOENT)
        {
            throw new MinicException("start the container", "nobody waits to be started",
                "It has ended or was started already: see minic state.", inner: e);
        }
    }
}
