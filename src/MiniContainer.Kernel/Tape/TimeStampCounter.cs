// The clock by which a tape tells when its calls returned. It counts at a steady rate that the processor does not say,
// on all cores alike (the flags constant_tsc and nonstop_tsc of /proc/cpuinfo; arm64's virtual counter): the rate is
// found by reading it and the system's monotonic clock together, at two moments. Lab 03-threads; clock_gettime(2).

using System.Diagnostics;

namespace MiniContainer.Kernel;

/// <summary>One moment, on both clocks.</summary>
/// <param name="Ticks">The time stamp counter.</param>
/// <param name="Timestamp">The monotonic clock, as <see cref="Stopwatch.GetTimestamp"/> counts it.</param>
public readonly record struct ClockPair(ulong Ticks, long Timestamp);

/// <summary>Reads the time stamp counter.</summary>
public static unsafe class TimeStampCounter
{
    private static readonly delegate* unmanaged<ulong> Routine = Map();

    /// <summary>The bytes of ticks.x86_64.s, as `as` makes them.</summary>
    public static ReadOnlySpan<byte> Code =>
    [
        0x0f, 0x31,                 // rdtsc
        0x48, 0xc1, 0xe2, 0x20,     // shl rdx,0x20
        0x48, 0x09, 0xd0,           // or rax,rdx
        0xc3,                       // ret
    ];

    /// <summary>The bytes of ticks.aarch64.s, as `as` makes them.</summary>
    public static ReadOnlySpan<byte> Arm64Code =>
    [
        0x40, 0xe0, 0x3b, 0xd5,    // mrs x0, cntvct_el0
        0xc0, 0x03, 0x5f, 0xd6,    // ret
    ];

    /// <summary>The counter now, in its own ticks.</summary>
    public static ulong Read() => Routine();

    /// <summary>Both clocks at one moment.</summary>
    public static ClockPair ReadBoth()
    {
        var (best, width) = (default(ClockPair), long.MaxValue);
        // A switch to another process may come in between: of a few readings the narrowest is the truest.
        for (var i = 0; i < 8; i++)
        {
            var before = Stopwatch.GetTimestamp();
            var ticks = Read();
            var after = Stopwatch.GetTimestamp();
            if (after - before < width)
                (best, width) = (new ClockPair(ticks, before + ((after - before) / 2)), after - before);
        }

        return best;
    }

    /// <summary>
    /// The monotonic clock's value when the counter had another one, on the line through two moments.
    /// </summary>
    public static long ToTimestamp(ulong ticks, ClockPair first, ClockPair last)
    {
        var rate = (last.Timestamp - first.Timestamp) / (double)(last.Ticks - first.Ticks);
        return first.Timestamp + (long)(((double)ticks - first.Ticks) * rate);
    }

    private static delegate* unmanaged<ulong> Map()
    {
        var code = MachineCode.ForThis(Code, Arm64Code, "read the time stamp counter");
        return (delegate* unmanaged<ulong>)MachineCode.Map(code, "map the reading of the time stamp counter");
    }
}
