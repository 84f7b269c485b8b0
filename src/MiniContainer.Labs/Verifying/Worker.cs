// The process that verifies one lab: lines for people, then one for the process that started it.
//
//     = CHECKS TRANSCRIPTS BREAKS WRONG
//     F failure, its lines joined by \n          S what was skipped

using System.Globalization;
using MiniContainer.Kernel;
using MiniContainer.Labs.Course;

namespace MiniContainer.Labs.Verifying;

/// <summary>Verifies one lab, and reports.</summary>
internal static class Worker
{
    /// <summary>Does it.</summary>
    public static int Run(Catalogue course, Lab lab)
    {
        Write(Console.Out, Find(course, lab));
        return 0;
    }

    /// <summary>Writes findings.</summary>
    public static void Write(TextWriter output, Findings found)
    {
        foreach (var failure in found.Failures)
            output.WriteLine("F "
                + failure.Replace("\\", "\\\\", StringComparison.Ordinal)
                    .Replace("\n", "\\n", StringComparison.Ordinal));
        foreach (var skipped in found.Skipped)
            output.WriteLine("S " + skipped);
        output.WriteLine(
            string.Create(CultureInfo.InvariantCulture,
                $"= {found.Checks} {found.Transcripts} {found.Breaks} {found.Wrong}"));
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="output">All lines.</param>
    /// <returns>Null where the last line is missing: the process did not come to its end.</returns>
    public static Findings? Read(string output)
    {
        var found = new Findings();
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        found.Failures.AddRange(lines.Where(l => l.StartsWith("F ", StringComparison.Ordinal))
            .Select(l => Unescape(l[2..])));
        found.Skipped.AddRange(lines.Where(l => l.StartsWith("S ", StringComparison.Ordinal)).Select(l => l[2..]));
        if (lines is not [.., ['=', ' ', ..] last]
            || last.Split(' ') is not [_, var checks, var transcripts, var breaks, var wrong])
            return null;
        (found.Checks, found.Transcripts, found.Breaks, found.Wrong) =
            (Number(checks), Number(transcripts), Number(breaks), Number(wrong));
        return found;
    }

    private static Findings Find(Catalogue course, Lab lab)
    {
        try
        {
            return new LabVerification(course, lab).Run();
        }
        catch (MinicException e)
        {
            var found = new Findings();
            found.Failures.Add(e.Message);
            return found;
        }
    }

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);

    private static string Unescape(string text)
    {
        var plain = new System.Text.StringBuilder();
        for (var i = 0; i < text.Length; i++)
            plain.Append(text[i] != '\\' ? text[i] : text[++i] == 'n' ? '\n' : '\\');
        return plain.ToString();
    }
}
