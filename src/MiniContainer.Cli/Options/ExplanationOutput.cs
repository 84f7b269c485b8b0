// What --explain and minic plan print: folded, in full, one chapter in full, or JSON. Lab 01-run.

using System.CommandLine;
using MiniContainer.Documents;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Telling.Explain;

namespace MiniContainer.Cli;

/// <summary>Writes explanations.</summary>
/// <param name="parsed">The command line.</param>
internal sealed class ExplanationOutput(ParseResult parsed)
{
    /// <summary>By chapters, a line a step.</summary>
    public const string Folded = "text";

    /// <summary>Each step with its calls, and why.</summary>
    public const string Full = "full";

    /// <summary>For programs.</summary>
    public const string Json = "json";

    private const int OneScreen = 24;

    private readonly TextWriter output = parsed.InvocationConfiguration.Output;

    /// <summary>Writes explanations as wide as the terminal, and coloured only on one.</summary>
    /// <param name="explanations">What.</param>
    /// <param name="form">One of the above, or the name of a chapter.</param>
    /// <param name="many">Whether there may be more or fewer than one, for a JSON of one shape.</param>
    /// <exception cref="MinicException">There is no such form or chapter.</exception>
    public void Write(IReadOnlyList<Explanation> explanations, string form, bool many)
    {
        if (form == Json)
        {
            output.WriteLine(Explanation.Json(explanations, many));
            return;
        }

        if (form is not (Folded or Full))
            Check(explanations, form);
        var text = new StringWriter { NewLine = "\n" };
        Tell(text, explanations, form);
        Pager.Show(text.ToString(), output, wanted: !parsed.GetValue(GlobalOptions.NoPager));
    }

    private static void Tell(StringWriter text, IReadOnlyList<Explanation> explanations, string form)
    {
        if (explanations.Count == 0)
            text.WriteLine("There is nothing to do.");
        var (width, colour) = (Screen.Width(), Screen.Colours(1));
        foreach (var explanation in form is Folded or Full
            ? explanations : explanations.Where(e => e.Chapters.Contains(form)))
        {
            if (text.GetStringBuilder().Length > 0)
                text.WriteLine();
            if (form == Full || form == Folded && FitsInFull(explanation, width))
                new ExplanationText(text, width, colour).Write(explanation);
            else if (form == Folded)
                new StoryText(text, width, colour).Write(explanation);
            else
                new ExplanationText(text, width, colour).Write(explanation, form);
        }
    }

    // What is no longer than a screen, the plan of pause or start, needs no folding.
    private static bool FitsInFull(Explanation explanation, int width)
    {
        if (explanation.Steps.Count > OneScreen)
            return false;
        var text = new StringWriter { NewLine = "\n" };
        new ExplanationText(text, width, colour: false).Write(explanation);
        return text.ToString().Count(c => c == '\n') < OneScreen;
    }

    // Where there is nothing to do no chapter is missing, but a word that never names one is wrong.
    private void Check(IReadOnlyList<Explanation> explanations, string form)
    {
        var chapters = explanations.SelectMany(e => e.Chapters).Distinct().ToList();
        var known = Chapter.All.Select(c => c.Name).ToList();
        if (chapters.Contains(form) || chapters.Count == 0 && known.Contains(form))
            return;
        var there = chapters.Count == 0 ? "" : $"Its chapters are {string.Join(", ", chapters)}; ";
        var problem = known.Contains(form)
            ? $"this plan has no chapter {form}" : $"there is no chapter and no form \"{form}\"";
        var nearest = NearestName.Find(form, [Full, Json, .. chapters]) is { } near ? $"Did you mean {near}? " : "";
        throw CommandWords.Wrong(parsed.CommandResult.Command, problem,
            $"{nearest}{there}full tells all of them, and json is for programs.");
    }
}
