// Words for the scripts of --by-hand: quoted only where a POSIX shell would otherwise take them apart.

namespace MiniContainer.Plans;

/// <summary>Quotes words for a POSIX shell.</summary>
public static class ShellWord
{
    /// <summary>The word as it is if it is harmless, else in single quotes.</summary>
    public static string Quote(string word) =>
        word.Length > 0
        && word.All(c => char.IsAsciiLetterOrDigit(c) || "_-./:=,+@%".Contains(c, StringComparison.Ordinal))
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    /// <summary>A command of such words.</summary>
    public static string Line(params IEnumerable<string> words) => string.Join(" ", words.Select(Quote));

    /// <summary>A path of which the shell is to put a pid in: "/proc/$CHILD/ns/net"; any other is quoted.</summary>
    /// <remarks>
    /// Only where it begins so, and harmlessly goes on: a path of config.json may have a dollar sign in it too.
    /// </remarks>
    public static string QuoteProc(string path)
    {
        const string Begin = "/proc/$";
        return path.StartsWith(Begin, StringComparison.Ordinal)
            && path[Begin.Length..].All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-')
            ? $"\"{path}\"" : Quote(path);
    }
}
