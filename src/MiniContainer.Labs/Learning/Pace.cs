// How slow this machine is. An emulated one is ten to twenty times slower than those that the time limits of labs were
// made for, and a check that is merely slow does not hang.

using System.Globalization;
using MiniContainer.Kernel;

namespace MiniContainer.Labs.Learning;

/// <summary>The factor by which time limits grow on a slow machine.</summary>
internal static class Pace
{
    /// <summary>The environment variable that says the factor, where it should not be measured: "10".</summary>
    public const string Variable = "LAB_PACE";

    private const int Slowest = 50, Starts = 8;

    // Eight programs start within this on a machine that is not slow, even if it is busy.
    private static readonly TimeSpan Usual = TimeSpan.FromMilliseconds(80);

    private static readonly Lazy<int> Measured = new(() =>
        Asked(Environment.GetEnvironmentVariable(Variable)) ?? Of(TimeToStart()));

    /// <summary>1 on a usual machine, 50 at most.</summary>
    public static int Factor => Measured.Value;

    /// <summary>The factor of a machine that takes so long to start eight programs.</summary>
    public static int Of(TimeSpan time) => Math.Clamp((int)Math.Ceiling(time / Usual), 1, Slowest);

    /// <summary>The factor that a value of the variable asks for; null for none.</summary>
    /// <exception cref="MinicException">It is no number from 1 to 50.</exception>
    public static int? Asked(string? value) =>
        value is null or "" ? null
        : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var factor)
        && factor is >= 1 and <= Slowest
            ? factor
            : throw new MinicException($"read {Variable}", $"\"{value}\" is no factor for time limits",
                $"Give a whole number from 1 to {Slowest}; or unset it, to have the machine measured.");

    private static TimeSpan TimeToStart()
    {
        var began = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < Starts; i++)
        {
            using var child = Child.Clone([.. TapeCalls.execve(["/bin/true"])], 0);
            Processes.Reap(child.Pid);
        }

        return TimeProvider.System.GetElapsedTime(began);
    }
}
