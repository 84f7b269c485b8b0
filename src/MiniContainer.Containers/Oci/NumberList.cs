// Lists of processors and of memory nodes, as the kernel reads and writes them: "0-3,7" (cpuset(7), "List format"), and
// the masks of bits that system calls take in their place (sched_setaffinity(2), set_mempolicy(2)).

using System.Globalization;

namespace MiniContainer.Containers.Oci;

/// <summary>Reads lists of numbers.</summary>
public static class NumberList
{
    // CONFIG_NR_CPUS is at most 8192; a mask for more would be memory for nothing.
    private const int Limit = 8192;

    /// <summary>The numbers of a list, ascending; null if it is none.</summary>
    /// <param name="text">"0-3,7".</param>
    public static IReadOnlyList<int>? Parse(string text)
    {
        var numbers = new SortedSet<int>();
        foreach (var part in text.Trim().Split(','))
        {
            var ends = part.Trim().Split('-');
            if (ends.Length > 2 || Number(ends[0]) is not { } first || Number(ends[^1]) is not { } last || last < first)
                return null;
            numbers.UnionWith(Enumerable.Range(first, last - first + 1));
        }

        return [.. numbers];
    }

    /// <summary>The numbers as a mask, in whole longs: bit n for number n.</summary>
    /// <param name="numbers">Not empty.</param>
    public static byte[] Mask(IReadOnlyList<int> numbers)
    {
        var mask = new byte[((numbers.Max() / 64) + 1) * 8];
        foreach (var number in numbers)
            mask[number / 8] |= (byte)(1 << (number % 8));
        return mask;
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < Limit
        ? number : null;
}
