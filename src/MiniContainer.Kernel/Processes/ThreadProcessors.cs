// The processors on which the calling thread may run; what it clones begins there too (lab 03-threads;
// sched_setaffinity(2)). .NET's own Process.ProcessorAffinity is that of a process's first thread.

using System.Runtime.InteropServices;

namespace MiniContainer.Kernel;

/// <summary>The door to the calling thread's processors.</summary>
public static unsafe partial class ThreadProcessors
{
    // The kernel refuses a mask that is shorter than its own; this one has room for 8192 processors.
    private const int Size = 1024;

    /// <summary>Those on which it may run.</summary>
    /// <exception cref="MinicException">The kernel does not tell.</exception>
    public static IReadOnlyList<int> Get()
    {
        var mask = new byte[Size];
        fixed (byte* bits = mask)
        {
            if (sched_getaffinity(0, Size, bits) != 0)
                throw MinicException.FromErrno("ask for this thread's processors", "sched_getaffinity(0)", Libc.Errno);
        }

        return [.. Enumerable.Range(0, 8 * Size).Where(i => (mask[i / 8] >> (i % 8) & 1) == 1)];
    }

    /// <summary>Has it run on some alone. Equivalent to: <c>taskset -pc LIST TID</c>.</summary>
    /// <param name="processors">At least one that is there.</param>
    /// <exception cref="MinicException">EINVAL: none of them is there, or allowed by its cpuset.</exception>
    public static void Set(IReadOnlyList<int> processors)
    {
        var mask = new byte[Size];
        foreach (var i in processors)
            mask[i / 8] |= (byte)(1 << (i % 8));
        fixed (byte* bits = mask)
        {
            if (sched_setaffinity(0, Size, bits) != 0)
            {
                throw MinicException.FromErrno("stay on some processors",
                    $"sched_setaffinity(0, [{string.Join(',', processors)}])", Libc.Errno);
            }
        }
    }

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int sched_getaffinity(int pid, nint size, byte* mask);

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int sched_setaffinity(int pid, nint size, byte* mask);
}
