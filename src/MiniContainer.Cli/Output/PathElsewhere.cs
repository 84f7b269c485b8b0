// Adds to an error that a path of it exists outside: the user who typed it sees the file there, and would look for a
// typing mistake.

using System.Text.RegularExpressions;
using MiniContainer.Kernel;

namespace MiniContainer.Cli;

/// <summary>The sentence about a path that exists in another mount namespace.</summary>
internal static partial class PathElsewhere
{
    /// <summary>A message, and that sentence behind it if there is cause.</summary>
    /// <param name="message">The error.</param>
    /// <param name="arguments">Minic's arguments: a relative path among them counts if the message has it.</param>
    public static string Note(string message, IReadOnlyList<string> arguments)
    {
        foreach (var path in Candidates(message, arguments).Where(p => !Path.Exists(p)))
        {
            if (OtherMounts.WhoSees(path) is var (pid, name))
            {
                return $"{message.TrimEnd('.')}. For {name} (process {pid}), which minic was started from, {path} "
                    + $"exists: here {OtherMounts.PointOf(path)} is a mount of its own, as /tmp is in each lab world. "
                    + "Put the file where both see it.";
            }
        }

        return message;
    }

    // Where the directory of the shell is hidden too, a command starts in another one, and PWD alone says which was
    // meant.
    private static IEnumerable<string> Candidates(string message, IReadOnlyList<string> arguments)
    {
        var named = arguments.Where(a => a.Length > 0 && message.Contains(a, StringComparison.Ordinal));
        var relative = named.Where(a => !a.StartsWith('/') && !a.StartsWith('-')).ToList();
        var shells = Environment.GetEnvironmentVariable("PWD") is ['/', ..] pwd && !Path.Exists(pwd) ? pwd : null;
        return named.Where(a => a.StartsWith('/'))
            .Concat(Absolute().Matches(message).Select(m => m.Groups["path"].Value.TrimEnd('.')))
            .Concat(shells is null ? [] : relative.Select(a => Path.GetFullPath(a, shells)))
            .Where(p => p.Length > 1).Distinct();
    }

    [GeneratedRegex("\"(?<path>/[^\"]*)\"|(?<![^\\s=:(])(?<path>/[^\\s\",:;()]+)")]
    private static partial Regex Absolute();
}
