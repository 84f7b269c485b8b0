// A difference for people: what is gone with a minus, what has come with a plus, never wider than the terminal.
//
//     box: host name
//       - host
//       + box
//
// Lab 01-run; ansi(5) for colours.

using System.Globalization;
using MiniContainer.Observation;
using MiniContainer.Telling.Explain;

namespace MiniContainer.Telling.Stepping;

/// <summary>Prints differences.</summary>
/// <param name="output">Where to.</param>
/// <param name="width">The most columns of a line.</param>
/// <param name="colour">Whether to use ANSI colours.</param>
public sealed class DifferenceText(TextWriter output, int width, bool colour)
{
    private const string Red = "31";
    private const string Green = "32";
    private const string Faint = "2";

    // What a new namespace or a new root takes away at once fills no screen.
    private const int MostGone = 5;
    private const int MostCome = 16;

    /// <summary>Prints one.</summary>
    /// <param name="difference">What has changed.</param>
    /// <param name="indent">Columns to leave free.</param>
    public void Write(Difference difference, int indent)
    {
        // On a narrow terminal what is said matters more than where it stands.
        var margin = new string(' ', Math.Min(indent, width / 8));
        if (difference.Parts.Count == 0)
            output.WriteLine(margin + Coloured("nothing has changed that can be seen from here", Faint));
        foreach (var part in difference.Parts)
        {
            output.WriteLine(margin + Coloured($"{part.Whose}: {part.What}", Faint));
            Write(margin, "- ", part.Gone, MostGone, Red);
            Write(margin, "+ ", part.Come, MostCome, Green);
        }
    }

    private void Write(string margin, string sign, IReadOnlyList<string> lines, int most, string code)
    {
        // To fold a single line would save nothing.
        var shown = lines.Count <= most + 1 ? lines.Count : most;
        foreach (var line in lines.Take(shown))
        {
            var room = width - margin.Length - 4;
            var wrapped = ExplanationText.Wrap(line, room, room - 2);
            for (var i = 0; i < wrapped.Count; i++)
                output.WriteLine(margin + "  " + Coloured((i == 0 ? sign : "    ") + wrapped[i], code));
        }

        if (shown < lines.Count)
            output.WriteLine(margin + "  "
                + Coloured(string.Create(CultureInfo.InvariantCulture, $"{sign}… and {lines.Count - shown} more"),
                    code));
    }

    private string Coloured(string text, string code) => colour ? $"\e[{code}m{text}\e[0m" : text;
}
