// The examination as a table: verdict, thing, what was found, and below it what it is for and the command that mends
// it, whole, so that it can be copied.

namespace MiniContainer.Cli.Doctor;

/// <summary>Writes an examination for people.</summary>
internal static class ExaminationText
{
    private const int Column = 30;

    /// <summary>The text.</summary>
    /// <param name="examination">What was found.</param>
    /// <param name="width">The columns that there are.</param>
    public static string Of(Examination examination, int width)
    {
        var text = new StringWriter { NewLine = "\n" };
        foreach (var area in examination.Checks.GroupBy(f => f.Area))
        {
            text.WriteLine(area.Key);
            foreach (var finding in area)
                Write(text, finding, width);
        }

        var (missing, notes) = (Count(examination, Verdict.Missing), Count(examination, Verdict.Note));
        text.WriteLine(missing > 0
            ? $"Your containers need what is missing ({missing})."
            : "All that your containers need is there."
                + (notes > 0 ? " Notes tell what else is not possible." : ""));
        return text.ToString();
    }

    private static int Count(Examination examination, Verdict verdict) =>
        examination.Checks.Count(f => f.Verdict == verdict);

    private static void Write(StringWriter text, Finding finding, int width)
    {
        var verdict = finding.Verdict.ToString().ToLowerInvariant();
        var label = $"  {verdict,-7}  {finding.Name,-17}  ";
        foreach (var line in Paragraphs.Wrap($"{finding.Found}; for {finding.For}", width - Column))
        {
            text.WriteLine((label + line).TrimEnd());
            label = new string(' ', Column);
        }

        if (finding.Remedy is { } remedy && finding.Verdict != Verdict.Ok)
            text.WriteLine($"           {(finding.AsRoot ? '#' : '$')} {remedy}");
    }
}
