// Descriptors 0, 1 and 2 as this process was given them (lab 01-run; stdin(3)).

using Microsoft.Win32.SafeHandles;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>The standard streams, safe against a caller that closed one.</summary>
public static class StandardStreams
{
    /// <summary>The descriptor, or /dev/null where the caller had closed it.</summary>
    /// <remarks>
    /// What survives execve never has FD_CLOEXEC set. If 0, 1 or 2 has it, the caller had closed that number, and it is some
    /// file of our own runtime's by now, which a container must not be handed.
    /// </remarks>
    /// <param name="number">0, 1 or 2.</param>
    public static SafeFileHandle Get(int number)
    {
        var flags = fcntl(number, F_GETFD);
        return flags < 0 || (flags & FD_CLOEXEC) != 0
            ? Libc.OpenHandle("/dev/null", O_RDWR)
            : new SafeFileHandle(number, ownsHandle: false);
    }
}
