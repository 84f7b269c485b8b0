// Sizes of memory as Docker's options write them: 100m is 100 MiB, 1g is 1 GiB, and -1 is no limit. (Kubernetes'
// quantities, where 100M is decimal and 100Mi binary, are read in MiniContainer.Pods.)

using System.Globalization;
using MiniContainer.Kernel;

namespace MiniContainer.Containers.Oci;

/// <summary>Reads sizes of memory.</summary>
public static class MemorySize
{
    /// <summary>No limit, as config.json and the kernel write it.</summary>
    public const long Unlimited = -1;

    /// <summary>The size in bytes.</summary>
    /// <param name="text">A number and perhaps b, k, m, g or t (binary units; case does not matter), or -1.</param>
    /// <param name="option">Where it was given, for the error: "--memory".</param>
    /// <exception cref="MinicException">It is no such size, or it is no positive one.</exception>
    public static long Parse(string text, string option)
    {
        if (text == "-1")
        {
            return Unlimited;
        }

        var lower = text.ToLowerInvariant();
        var unit = lower.EndsWith("ib", StringComparison.Ordinal) ? lower[..^2]
            : lower.Length > 1 && lower[^1] == 'b' && char.IsAsciiLetter(lower[^2]) ? lower[..^1] : lower;
        var shift = unit.Length == 0
            ? -1 : unit[^1] switch { 'b' => 0, 'k' => 10, 'm' => 20, 'g' => 30, 't' => 40, _ => -1 };
        var digits = shift < 0 ? unit : unit[..^1];
        var format = NumberStyles.AllowDecimalPoint;
        if ((shift < 0 && unit != lower)
            || !decimal.TryParse(digits, format, CultureInfo.InvariantCulture, out var number))
        {
            throw new MinicException($"read {option}", $"\"{text}\" is no size",
                "Write a size like 64m, 1.5g or 1048576; -1 is no limit.");
        }

        if (number > long.MaxValue >> Math.Max(shift, 0))
        {
            throw new MinicException($"read {option}", $"\"{text}\" is too large",
                "At most 8 EiB can be counted; -1 is no limit.");
        }

        var bytes = (long)(number * (1L << Math.Max(shift, 0)));
        return bytes > 0
            ? bytes : throw new MinicException($"read {option}", $"\"{text}\" is less than a byte",
                "Write -1 for no limit.");
    }
}
