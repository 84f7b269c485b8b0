// How slow the machine is: an emulated one needs ten to twenty times what a real one does, and a test that is merely
// slow does not hang. scripts/test measures it once, at its start.

using System.Globalization;

namespace MiniContainer.Testing;

/// <summary>Time limits of tests, as long as the machine needs them.</summary>
public static class Pace
{
    /// <summary>The factor, 1 on a usual machine: MINIC_PACE, which scripts/test sets.</summary>
    public static int Factor { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("MINIC_PACE"), NumberStyles.None, CultureInfo.InvariantCulture,
            out var factor) ? Math.Clamp(factor, 1, 50) : 1;

    /// <summary>A limit of so many seconds on a usual machine.</summary>
    public static TimeSpan Seconds(double usual) => TimeSpan.FromSeconds(usual) * Factor;
}
