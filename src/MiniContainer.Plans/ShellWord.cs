// Words for the scripts of --by-hand: quoted only where a POSIX shell would otherwise take them apart.

namespace MiniContainer.Plans;

/// <summary>Quotes words for a POSIX shell.</summary>
public static class ShellWord
{
    /// <summary>The word as it is if it is harmless, else in single quotes.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "_-./:=,+@%".Contains(c, StringComparison.Ordinal))
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
