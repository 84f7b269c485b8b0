// "Did you mean …?": the known name nearest to one that was mistyped, by the number of letters to insert, remove,
// change or swap (the Damerau-Levenshtein distance, in its restricted form).

namespace MiniContainer.Documents;

/// <summary>Finds the name that a mistyped one was meant to be.</summary>
public static class NearestName
{
    private const int Longest = 64;
    private const int MostKnown = 200;

    /// <summary>
    /// The nearest of the known names, or null where none is near: a quarter of its letters may differ, or it is the
    /// beginning.
    /// </summary>
    /// <param name="name">What was written.</param>
    /// <param name="known">What could have been meant.</param>
    public static string? Find(string name, IEnumerable<string> known)
    {
        // No slip of the pen is that long; and the work is the product of both lengths.
        if (name.Length > Longest)
        {
            return null;
        }

        known = known.Where(candidate => candidate.Length <= Longest).Take(MostKnown).ToList();
        var nearest = known.Select(candidate => (candidate, distance: Distance(Fold(name), Fold(candidate))))
            .Where(pair => pair.distance <= pair.candidate.Length / 4
                || (pair.distance == 1 && pair.candidate.Length > 3))
            .OrderBy(pair => pair.distance).ThenBy(pair => pair.candidate, StringComparer.Ordinal)
            .FirstOrDefault();
        return nearest.candidate ?? known.FirstOrDefault(
            candidate => name.Length > 2 && Fold(candidate).StartsWith(Fold(name), StringComparison.Ordinal));
    }

    /// <summary>The sentence "Did you mean X?", or the sentence given where no name is near.</summary>
    /// <param name="name">What was written.</param>
    /// <param name="known">What could have been meant.</param>
    /// <param name="otherwise">What to say instead, a sentence.</param>
    public static string Ask(string name, IEnumerable<string> known, string otherwise) =>
        Find(name, known) is { } nearest ? $"Did you mean {nearest}?" : otherwise;

    // "mountpath", "mount_path" and "mountPath" are one name to the person who types it.
    private static string Fold(string name) =>
        name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    private static int Distance(string a, string b)
    {
        var cost = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                cost[i, j] = i == 0 || j == 0 ? i + j : Step(cost, a, b, i, j);
            }
        }

        return cost[a.Length, b.Length];
    }

    private static int Step(int[,] cost, string a, string b, int i, int j)
    {
        var change = cost[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
        var best = Math.Min(change, 1 + Math.Min(cost[i - 1, j], cost[i, j - 1]));
        var swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
        return swapped ? Math.Min(best, cost[i - 2, j - 2] + 1) : best;
    }
}
