// The little Markdown that instructions are written in: paragraphs, lists, code, emphasis.

using System.Text.RegularExpressions;
using Spectre.Console;

namespace MiniContainer.Labs.Screen;

/// <summary>Shows Markdown on a terminal.</summary>
internal static partial class Markdown
{
    private const int Widest = 90;

    /// <summary>Writes a text.</summary>
    /// <param name="markdown">The text.</param>
    /// <param name="indent">How many columns to set it in.</param>
    public static void Write(string markdown, int indent)
    {
        var lines = markdown.TrimEnd().Split('\n');
        for (var i = 0; i < lines.Length;)
        {
            if (lines[i].StartsWith("```", StringComparison.Ordinal))
            {
                var end = Array.FindIndex(lines, i + 1, l => l.StartsWith("```", StringComparison.Ordinal));
                end = end < 0 ? lines.Length : end;
                Code(lines[(i + 1)..end], indent + 2);
                i = end + 1;
            }
            else if (lines[i].StartsWith("    ", StringComparison.Ordinal))
            {
                var code = lines.Skip(i).TakeWhile(l => l.StartsWith("    ", StringComparison.Ordinal)).ToArray();
                Code([.. code.Select(l => l[4..])], indent + 2);
                i += code.Length;
            }
            else if (lines[i].Trim().Length == 0)
            {
                AnsiConsole.WriteLine();
                i++;
            }
            else
            {
                i += Paragraph(
                    [.. lines.Skip(i)
                        .TakeWhile((l, k) => l.Trim().Length > 0 && !l.StartsWith("```", StringComparison.Ordinal)
                            && (k == 0 || !Item().IsMatch(l)))], indent);
            }
        }
    }

    /// <summary>`code` and **emphasis** as markup of Spectre.Console.</summary>
    public static string Inline(string text) =>
        Emphasis().Replace(Span().Replace(Link().Replace(Markup.Escape(text), "$1"), "[cyan]$1[/]"), "[bold]$1[/]");

    // Lines of a paragraph are one text, which is broken anew; the lines after the first of a list's item are set in.
    private static int Paragraph(IReadOnlyList<string> lines, int indent)
    {
        var item = Item().Match(lines[0]);
        var text = string.Join(' ', lines.Select((l, k) => k == 0 ? l[item.Length..].Trim() : l.Trim()));
        if (item.Success)
        {
            var grid = new Grid().AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(indent, 0, 1, 0) })
                .AddColumn(new GridColumn { Padding = new Padding(0, 0, 0, 0) });
            AnsiConsole.Write(grid.AddRow(new Markup(Markup.Escape(item.Value.Trim())), new Markup(Inline(text))));
        }
        else
            Put(new Markup(Inline(text)), indent);
        return lines.Count;
    }

    private static void Code(IReadOnlyList<string> lines, int indent)
    {
        foreach (var line in lines)
            Put(new Markup($"[cyan]{Markup.Escape(line)}[/]"), indent);
    }

    private static void Put(Markup markup, int indent)
    {
        var right = Math.Max(0, AnsiConsole.Profile.Width - Widest);
        AnsiConsole.Write(new Padder(markup, new Padding(indent, 0, right, 0)));
    }

    [GeneratedRegex(@"^\s*(?:[-*]|\d+\.) ")]
    private static partial Regex Item();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Span();

    [GeneratedRegex(@"\*\*([^*]+)\*\*")]
    private static partial Regex Emphasis();

    // Escaped for markup already: "[[text]](address)".
    [GeneratedRegex(@"\[\[([^\]]+)\]\]\([^)]+\)")]
    private static partial Regex Link();
}
