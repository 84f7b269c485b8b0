// What the scripts of --by-hand are made of: the head, comments, files in here-documents. Lab 01-run; sh(1p).

using System.Text;
using MiniContainer.Plans;
using MiniContainer.Telling.Explain;

namespace MiniContainer.Telling.ByHand;

/// <summary>Pieces of scripts.</summary>
internal static class ScriptText
{
    /// <summary>The first lines of a script.</summary>
    /// <param name="text">Takes them.</param>
    /// <param name="options">Of set(1p): "-eu".</param>
    /// <param name="directory">The state directory; null for a script without one.</param>
    /// <param name="notes">What it is.</param>
    public static void Head(StringBuilder text, string options, string? directory, params string[] notes)
    {
        text.Append("#!/bin/sh\n");
        foreach (var line in notes.SelectMany(n => ExplanationText.Wrap(n, 97)))
            text.Append($"# {line}\n");
        text.Append($"set {options}\n");
        if (directory is not null)
            text.Append($"STATE={ShellWord.Quote(directory)}\n");
    }

    /// <summary>The name of a chapter, as a comment.</summary>
    public static void Chapter(StringBuilder text, Section section) =>
        text.Append($"\n# ---- {OneLine(section.Name)}: {section.Chapter.Says}\n");

    /// <summary>A step as a comment: its number, who does what, and why.</summary>
    public static void Comment(StringBuilder text, int number, Step step)
    {
        text.Append($"\n# {number}. {(step.Actor == "minic" ? "" : step.Actor + ": ")}{OneLine(step.Title)}\n");
        var taught = Curriculum.Shown(step.Lab) is { Length: > 0 } lab ? $", lab {lab}" : "";
        foreach (var line in ExplanationText.Wrap($"{step.Why} {step.Man}{taught}.".TrimStart(), 94))
            text.Append($"#    {line}\n");
    }

    /// <summary>
    /// A text of which no part can be a line of the script: a value of config.json may have a line end in it.
    /// </summary>
    public static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));

    /// <summary>Writes a file; a word that does not occur in it ends it.</summary>
    /// <param name="text">Takes the lines.</param>
    /// <param name="path">The file, as a word of the shell.</param>
    /// <param name="end">The word.</param>
    /// <param name="content">Its content, which ends with a new line.</param>
    public static void File(StringBuilder text, string path, string end, string content)
    {
        while (content.Contains(end, StringComparison.Ordinal))
            end += "_";
        text.Append($"cat > {path} <<'{end}'\n{content}{end}\n");
    }
}
