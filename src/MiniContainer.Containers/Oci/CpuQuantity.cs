// Amounts of CPU: 0.5 and 500m are both half of one. A limit becomes a quota of each period; a request becomes shares.
// https://docs.kernel.org/scheduler/sched-bwc.html   Lab: 08-cgroups.

using System.Globalization;
using MiniContainer.Kernel;

namespace MiniContainer.Containers.Oci;

/// <summary>An amount of CPU, in thousandths of one CPU.</summary>
/// <param name="Millis">Thousandths of a CPU; greater than 0.</param>
public readonly record struct CpuQuantity(long Millis)
{
    /// <summary>The period of the quota in microseconds, the kernel's default.</summary>
    public const ulong Period = 100_000;

    // The kernel refuses a quota under a millisecond, and shares under 2.
    private const long LeastQuota = 1000;
    private const ulong LeastShares = 2;
    private const ulong MostShares = 262_144;

    /// <summary>Microseconds of CPU time in each <see cref="Period"/>; never under 1000, the kernel's least.</summary>
    public long Quota => Math.Max(Millis * (long)Period / 1000, LeastQuota);

    /// <summary>The weight against siblings: 1024 for each CPU, within the kernel's 2 to 262144.</summary>
    public ulong Shares => Math.Clamp((ulong)Millis * 1024 / 1000, LeastShares, MostShares);

    /// <summary>The amount as a limit of config.json.</summary>
    public LinuxCpu ToLimit() => new() { Quota = Quota, Period = Period };

    /// <summary>Reads an amount.</summary>
    /// <param name="text">"0.5", "2" or "500m".</param>
    /// <param name="option">Where it was given, for the error: "--cpus".</param>
    /// <exception cref="MinicException">
    /// It is no such amount, not positive, or finer than a thousandth of a CPU.
    /// </exception>
    public static CpuQuantity Parse(string text, string option)
    {
        var millis = text.EndsWith('m');
        var digits = millis ? text[..^1] : text;
        if (!decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number > 1_000_000_000)
        {
            throw new MinicException($"read {option}", $"\"{text}\" is no amount of CPU",
                "Write it like 0.5, 2 or 500m.");
        }

        var thousandths = millis ? number : number * 1000;
        return thousandths >= 1
            ? new CpuQuantity((long)Math.Ceiling(thousandths))
            : throw new MinicException($"read {option}", $"\"{text}\" is less than a thousandth of a CPU",
                "Give at least 0.001.");
    }
}
