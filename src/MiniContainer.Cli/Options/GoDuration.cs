// Durations as Go writes them, and with it all of the OCI's tools: 5s, 100ms, 1m30s, 1.5h (Go's time.ParseDuration).

using System.Globalization;
using System.Text.RegularExpressions;
using MiniContainer.Kernel;

namespace MiniContainer.Cli;

/// <summary>Reads durations.</summary>
internal static partial class GoDuration
{
    /// <summary>The duration.</summary>
    /// <param name="text">One or more numbers, each with ns, us, ms, s, m or h.</param>
    /// <param name="option">Where it was given, for the error: "--interval".</param>
    /// <exception cref="MinicException">It is no such text, or less than a millisecond.</exception>
    public static TimeSpan Parse(string text, string option)
    {
        var match = Whole().Match(text);
        var seconds = 0.0;
        for (var i = 0; i < match.Groups["n"].Captures.Count; i++)
            seconds += double.Parse(match.Groups["n"].Captures[i].ValueSpan, CultureInfo.InvariantCulture)
                * Seconds(match.Groups["unit"].Captures[i].Value);
        return match.Success && seconds is >= 0.001 and <= 86400
            ? TimeSpan.FromSeconds(seconds)
            : throw new MinicException($"read {option} {text}", "it is no such time",
                "Write a time from 1ms to 24h: 100ms, 5s, 1m30s.");
    }

    private static double Seconds(string unit) =>
        unit switch { "ns" => 1e-9, "us" or "µs" => 1e-6, "ms" => 1e-3, "m" => 60, "h" => 3600, _ => 1 };

    [GeneratedRegex(@"^((?<n>\d+(\.\d*)?|\.\d+)(?<unit>ns|us|µs|ms|s|m|h))+$", RegexOptions.ExplicitCapture)]
    private static partial Regex Whole();
}
