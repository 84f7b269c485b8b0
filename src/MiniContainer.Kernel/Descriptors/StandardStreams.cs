// Descriptors 0, 1 and 2 as this process was given them, and whether a container's user may become their owner
// (lab 01-run; stdin(3), fstat(2), fstatfs(2)).

using Microsoft.Win32.SafeHandles;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>Which other processes could notice that a stream has another owner.</summary>
public enum StreamReach
{
    /// <summary>Only programs that hold the stream: a pipe, a socket, a file without a name.</summary>
    Holders,

    /// <summary>Also programs that know its name: a terminal, a named pipe, a file that is open for writing.</summary>
    Named,

    /// <summary>The whole machine: a device, a directory, a file of the kernel's, a file that is open for reading
    /// alone.</summary>
    Machine,
}

/// <summary>A standard stream, as far as its owner matters.</summary>
/// <param name="Uid">The owner.</param>
/// <param name="Reach">Who could notice another owner.</param>
public sealed record StandardStream(uint Uid, StreamReach Reach);

/// <summary>The standard streams, safe against a caller that closed one.</summary>
public static unsafe class StandardStreams
{
    // The major numbers of pseudoterminals' slaves (admin-guide/devices.txt).
    private const uint UNIX98_PTY_SLAVE_MAJOR = 136, UNIX98_PTY_MAJOR_COUNT = 8;

    // File systems whose files are the kernel's own (linux/magic.h): another owner could change its settings.
    private static readonly long[] KernelsOwn =
    [
        0x9fa0 /* proc */, 0x62656572 /* sysfs */, 0x27e0eb /* cgroup */, 0x63677270 /* cgroup2 */,
        0x64626720 /* debugfs */, 0x74726163 /* tracefs */, 0x73636673 /* securityfs */, 0x62656570 /* configfs */,
        0xcafe4a11 /* bpf */, 0xde5e81e4 /* efivarfs */, 0xf97cff8c /* selinuxfs */, 0x7655821 /* resctrl */,
        0x6e736673 /* nsfs */, 0x50494446 /* pidfs */,
    ];

    /// <summary>The descriptor, or /dev/null where the caller had closed it.</summary>
    /// <remarks>
    /// What survives execve never has FD_CLOEXEC set. If 0, 1 or 2 has it, the caller had closed that number, and it is
    /// some file of our own runtime's by now, which a container must not be handed.
    /// </remarks>
    /// <param name="number">0, 1 or 2.</param>
    public static SafeFileHandle Get(int number) =>
        IsCallers(number) ? new SafeFileHandle(number, ownsHandle: false) : Libc.OpenHandle("/dev/null", O_RDWR);

    /// <summary>The owner of a stream, and which processes could notice another one.</summary>
    /// <param name="number">0, 1 or 2.</param>
    public static StandardStream Look(int number)
    {
        Tmds.Linux.stat status;
        if (!IsCallers(number) || fstat(number, &status) != 0)
            return new StandardStream(0, StreamReach.Machine);
        return new StandardStream((uint)status.st_uid, Reach(number, status));
    }

    /// <summary>Notes who owns the streams, so that they belong to the same users again once the container has
    /// ended.</summary>
    /// <returns>What gives them back.</returns>
    public static IDisposable KeepOwners() => new Owners([Look(0), Look(1), Look(2)]);

    private static bool IsCallers(int number) => fcntl(number, F_GETFD) is var flags && flags >= 0
        && (flags & FD_CLOEXEC) == 0;

    private static StreamReach Reach(int number, in Tmds.Linux.stat status)
    {
        var (type, device) = ((uint)status.st_mode & (uint)S_IFMT, (ulong)status.st_rdev);
        var named = IsPipeOrSocketFs(number) || (ulong)status.st_nlink == 0 ? StreamReach.Holders : StreamReach.Named;
        if (type == (uint)S_IFIFO || type == (uint)S_IFSOCK)
            return named;
        // The kernel's encoding of a device number: bits 8 to 19 are the major one's, as far as terminals go.
        if (type == (uint)S_IFCHR)
            return (device >> 8 & 0xfff) - UNIX98_PTY_SLAVE_MAJOR < UNIX98_PTY_MAJOR_COUNT
                ? StreamReach.Named : StreamReach.Machine;
        // The owner could open it again for writing, which the caller has not allowed: minic run ... </etc/passwd.
        var reads = (fcntl(number, F_GETFL) & O_ACCMODE) == O_RDONLY && named == StreamReach.Named;
        return type == (uint)S_IFREG && !reads && !KernelsOwn.Contains(FileSystem(number))
            ? named : StreamReach.Machine;
    }

    private static bool IsPipeOrSocketFs(int number) =>
        FileSystem(number) is 0x50495045 /* pipefs */ or 0x534f434b /* sockfs */;

    private static long FileSystem(int number)
    {
        // struct statfs begins with the type, and has 120 bytes.
        var buffer = stackalloc long[16];
        return Libc.fstatfs(number, buffer) == 0 ? buffer[0] & 0xffffffff : 0;
    }

    private sealed class Owners(StandardStream[] before) : IDisposable
    {
        public void Dispose()
        {
            for (var number = 0; number < before.Length; number++)
            {
                // Without the privilege it stays as it is; then it was not given either.
                if (before[number].Reach == StreamReach.Named && Look(number) is { Reach: StreamReach.Named } now
                    && now.Uid != before[number].Uid)
                    Libc.Ignore(fchown(number, before[number].Uid, uint.MaxValue));
            }
        }
    }
}
