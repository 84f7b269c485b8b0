// Compares what a command printed with what the lesson shows. Most of it must be the same; the rest differs by its
// nature:
//
//     ...                    a line of three dots: any lines, or none
//     …                      within a line: any text
//     uts:[4026531838]       the number of a namespace: any other, but the same number in the lesson is the same
//                            namespace, and another number another one
//     what matches one of lab.yaml's patterns: whatever else matches it
//
// "bash: line 7:" is "bash:" to a user who types, and "bash: line 7: 4711 Killed CMD" is "Killed"; "[1] 4711" and
// exit codes may be left out.

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MiniContainer.Labs.Lessons;

/// <summary>Compares output with a lesson.</summary>
/// <param name="patterns">Regular expressions, as lab.yaml has them.</param>
internal sealed partial class Comparison(IReadOnlyList<string> patterns)
{
    private readonly Dictionary<string, string> _namespaces = [];

    /// <summary>What differs.</summary>
    /// <param name="command">The command, with what the lesson expects.</param>
    /// <param name="seen">What it printed.</param>
    /// <returns>The line of the lesson and what to say of it; null if nothing differs.</returns>
    public (int Line, string Difference)? Differs(TranscriptCommand command, IReadOnlyList<string> seen)
    {
        var expected = command.Expected.Where(l => !JobNumber().IsMatch(l.Text)).ToList();
        var shown = seen.Where(l => !JobNumber().IsMatch(l)).Select(Normal).ToList();
        // cram puts the exit code of a failure last. A lesson may show it, or leave it out.
        if (shown is [.., var code] && ExitCode().IsMatch(code)
            && !(expected is [.., var last] && ExitCode().IsMatch(last.Text)))
            shown.RemoveAt(shown.Count - 1);
        return Match(expected, 0, shown, 0, _namespaces) is var (matched, at) && matched
            ? null
            : (at < expected.Count ? expected[at].Number : command.Line, Describe(command, expected, shown));
    }

    private (bool Matched, int Furthest) Match(List<LessonLine> expected, int e, List<string> shown, int s,
        Dictionary<string, string> known)
    {
        for (; e < expected.Count && expected[e].Text.Trim() != "..."; e++, s++)
        {
            if (s >= shown.Count || !MatchLine(Normal(expected[e].Text), shown[s], known))
                return (false, e);
        }

        if (e == expected.Count)
            return (s == shown.Count, e);
        var furthest = e;
        for (var skip = s; skip <= shown.Count; skip++)
        {
            var trial = new Dictionary<string, string>(known);
            var (matched, reached) = Match(expected, e + 1, shown, skip, trial);
            furthest = Math.Max(furthest, reached);
            if (!matched)
                continue;
            foreach (var (number, namespace_) in trial)
                known[number] = namespace_;
            return (true, expected.Count);
        }

        return (false, furthest);
    }

    private bool MatchLine(string expected, string shown, Dictionary<string, string> known)
    {
        if (Regex.Match(shown, Pattern(expected, out var numbers)) is not { Success: true } match)
            return false;
        var pairs = numbers.Select((number, i) => (number, match.Groups[$"ns{i}"].Value)).ToList();
        // A number stands for one namespace, and a namespace for one number.
        if (pairs.Any(p => known.TryGetValue(p.number, out var was)
            ? was != p.Value : known.Any(k => k.Value == p.Value)))
            return false;
        foreach (var (number, value) in pairs)
            known[number] = value;
        return true;
    }

    private string Pattern(string expected, out List<string> numbers)
    {
        numbers = [];
        var (text, at) = (new StringBuilder("^"), 0);
        while (at < expected.Length)
        {
            if (expected[at] == '…')
            {
                text.Append(".*");
                at++;
            }
            else if (Namespace().Match(expected, at) is { Success: true } number && number.Index == at)
            {
                text.Append(CultureInfo.InvariantCulture, $@"\[(?<ns{numbers.Count}>[0-9]+)\]");
                numbers.Add(number.Groups["number"].Value);
                at += number.Length;
            }
            else if (patterns.FirstOrDefault(p => MatchAt(p, expected, at).Length > 0) is { } pattern)
            {
                text.Append(CultureInfo.InvariantCulture, $"(?:{pattern})");
                at += MatchAt(pattern, expected, at).Length;
            }
            else
            {
                text.Append(Regex.Escape(expected[at].ToString()));
                at++;
            }
        }

        return text.Append('$').ToString();
    }

    private static string Describe(TranscriptCommand command, List<LessonLine> expected, List<string> shown)
    {
        var text = new StringBuilder($"$ {string.Join("\n> ", command.Typed)}\n");
        text.Append("  expected:\n").AppendJoin("", expected.Select(l => $"  - {l.Text}\n"));
        return text.Append("  seen:\n").AppendJoin("", shown.Take(40).Select(l => $"  + {l}\n")).ToString()
            .TrimEnd('\n');
    }

    // \G: exactly there, with what stands before it in sight, for \b and the like.
    private static Match MatchAt(string pattern, string text, int at) => new Regex($@"\G(?:{pattern})").Match(text, at);

    private static string Normal(string line) =>
        ShellLine().Replace(EndedBySignal().Replace(line.TrimEnd(), "${how}"), "${shell}: ");

    [GeneratedRegex(@"^(?:/\S+/)?(?<shell>bash|sh): line \d+: ")]
    private static partial Regex ShellLine();

    // A session that reads a script names the line and the command too.
    [GeneratedRegex(@"^(?:/\S+/)?bash: line \d+: +\d+ "
        + @"(?<how>Killed|Terminated|Hangup|Aborted|Segmentation fault)\b.*$")]
    private static partial Regex EndedBySignal();

    [GeneratedRegex(@"^\[\d+\]\+? +\d+$")]
    private static partial Regex JobNumber();

    [GeneratedRegex(@"^\[\d+\]$")]
    private static partial Regex ExitCode();

    [GeneratedRegex(@"\[(?<number>[0-9]{10})\]")]
    private static partial Regex Namespace();
}
