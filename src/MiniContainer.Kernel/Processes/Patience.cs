// How long is waited in vain for processes to end that were killed: ten seconds in all, however many steps of one undo
// wait for the same process. One may hang in the kernel, and then it is in each of its cgroups (lab 12-oci; signal(7)).

using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MiniContainer.Kernel;

/// <summary>The time that is left to wait.</summary>
public sealed class Patience : IDisposable
{
    private const int Whole = 10_000;

    // What comes later gets this much all the same: a process that has ended leaves its cgroups a moment after.
    private const int Least = 20;

    // Undoing is one thread's work.
    [ThreadStatic]
    private static Patience? shared;

    private readonly Patience? outer = shared;
    private long left = Whole;

    private Patience() => shared = this;

    /// <summary>The milliseconds that are left.</summary>
    public static int Left => (int)Math.Max(Least, shared?.left ?? Whole);

    /// <summary>From here on, until it is disposed, all waiting in vain is from the same ten seconds.</summary>
    public static Patience Share() => new();

    /// <summary>Waits until a process has ended.</summary>
    /// <param name="pidfd">The process.</param>
    /// <returns>False if it is still there.</returns>
    public static bool WaitEnd(SafeHandle pidfd)
    {
        var began = Stopwatch.GetTimestamp();
        if (Processes.WaitEnd(pidfd, Left))
            return true;
        Spend(began);
        return false;
    }

    /// <summary>Notes that time has been spent in vain.</summary>
    /// <param name="began">The time stamp of its beginning (<see cref="Stopwatch.GetTimestamp"/>).</param>
    public static void Spend(long began)
    {
        if (shared is not null)
            shared.left -= (long)Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    /// <inheritdoc/>
    public void Dispose() => shared = outer;
}
