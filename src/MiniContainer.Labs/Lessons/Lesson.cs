// A lesson as a machine reads it: its sections, and its fenced blocks with what their first line says about them.
//
//     ```console needs=cgroup-v2                    a transcript; cram runs it (Transcript.cs)
//     ```csharp file=container.cs region=child      a piece of a real file (Excerpts.cs)
//     ```diff file=container.cs                     what changed since the lab before

using System.Text.RegularExpressions;

namespace MiniContainer.Labs.Lessons;

/// <summary>A fenced block.</summary>
/// <param name="Info">What follows the backticks.</param>
/// <param name="Line">The line of the file, from 1, on which its content begins.</param>
/// <param name="Section">The title of the section that it stands in; "" before the first.</param>
/// <param name="Lines">Its content.</param>
internal sealed partial record Block(string Info, int Line, string Section, IReadOnlyList<string> Lines)
{
    /// <summary>console, text, csharp, diff …</summary>
    public string Language => Info.Split(' ')[0];

    /// <summary>The value of name=value or name="value" in the first line; null where it is not given.</summary>
    public string? Attribute(string name) =>
        Attributes().Matches(Info).FirstOrDefault(m => m.Groups["name"].Value == name) is { } match
        ? match.Groups["value"].Value : null;

    [GeneratedRegex("(?<name>[a-z]+)=(?:\"(?<value>[^\"]*)\"|(?<value>\\S+))")]
    private static partial Regex Attributes();
}

/// <summary>A lesson.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Lines">Its text.</param>
internal sealed record Lesson(string Path, IReadOnlyList<string> Lines)
{
    /// <summary>The sections that every lesson has, in their order.</summary>
    public static readonly IReadOnlyList<string> Order =
        ["Goal", "Where it comes from", "By hand", "In C#", "What changed since the last stage", "Why in this order",
            "Break it", "Exercises", "Clean up", "Next"];

    /// <summary>Titles and lines, from 1, of its sections.</summary>
    public IReadOnlyList<(string Title, int Line)> Sections { get; private init; } = [];

    /// <summary>Its fenced blocks.</summary>
    public IReadOnlyList<Block> Blocks { get; private init; } = [];

    /// <summary>Reads a lesson.</summary>
    public static Lesson Load(string path) => Parse(path, File.ReadAllLines(path));

    /// <summary>Finds the sections and blocks of a text.</summary>
    public static Lesson Parse(string path, IReadOnlyList<string> lines)
    {
        var (sections, blocks) = (new List<(string, int)>(), new List<Block>());
        var section = "";
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i].StartsWith("## ", StringComparison.Ordinal))
            {
                section = lines[i][3..].Trim();
                sections.Add((section, i + 1));
            }
            else if (Fence(lines[i]) is { } fence)
            {
                var end = Enumerable.Range(i + 1, lines.Count - i - 1)
                    .FirstOrDefault(k => lines[k].Trim() == fence, lines.Count);
                var indent = lines[i].Length - lines[i].TrimStart().Length;
                blocks.Add(
                    new Block(lines[i].Trim()[fence.Length..].Trim(), i + 2, section,
                        [.. lines.Skip(i + 1).Take(end - i - 1)
                            .Select(l => l[Math.Min(indent, l.Length - l.TrimStart().Length)..])]));
                i = end;
            }
        }

        return new Lesson(path, lines) { Sections = sections, Blocks = blocks };
    }

    /// <summary>The text of a section, without its title.</summary>
    public string Text(string title)
    {
        var at = Sections.ToList().FindIndex(s => s.Title == title);
        if (at < 0)
            return "";
        var end = at + 1 < Sections.Count ? Sections[at + 1].Line - 1 : Lines.Count;
        return string.Join('\n', Lines.Take(end).Skip(Sections[at].Line)).Trim();
    }

    private static string? Fence(string line)
    {
        var text = line.TrimStart();
        var count = text.TakeWhile(c => c == '`').Count();
        return count >= 3 ? text[..count] : null;
    }
}
