// A plan as a story: chapter by chapter, the steps of one kind folded into one line. The numbers of the steps tell the
// order of play, which may come back to a chapter: cgroups are made before the process is, and joined once it is there.
// StoryText.cs prints it; the whole is ExplanationText.cs. Lab 01-run.

using System.Globalization;

namespace MiniContainer.Telling.Explain;

/// <summary>One line of a story: a step, or several of a kind.</summary>
/// <param name="Steps">The steps, in the order of play.</param>
/// <param name="What">What they do, without the things that they do it to.</param>
/// <param name="Things">What several of them do it to; none of a single step.</param>
public sealed record StoryLine(IReadOnlyList<ExplainedStep> Steps, string What, IReadOnlyList<string> Things)
{
    /// <summary>A line of steps of one kind.</summary>
    public static StoryLine Of(IReadOnlyList<ExplainedStep> steps)
    {
        var number = steps.Count.ToString(CultureInfo.InvariantCulture);
        return steps is [var only] ? new(steps, only.Title, [])
            : steps[0].Subject?.Many is not { } many ? new(steps, $"{steps[0].Title}, {number} times", [])
            : new(steps, many.Replace("#", number, StringComparison.Ordinal), Named(steps));
    }

    // A thing that stands for all of them needs no number of its own.
    private static IReadOnlyList<string> Named(IReadOnlyList<ExplainedStep> steps) =>
        steps.CountBy(s => s.Subject?.Thing ?? "").ToList() is var things && things is [var same] ? [same.Key]
            : [.. things.Select(t => t.Value == 1
                ? t.Key : string.Create(CultureInfo.InvariantCulture, $"{t.Key} ({t.Value} times)"))];
}

/// <summary>A chapter of a story.</summary>
/// <param name="Section">Which, and whose.</param>
/// <param name="Steps">How many steps it has.</param>
/// <param name="Lines">They, folded.</param>
public sealed record StoryChapter(Section Section, int Steps, IReadOnlyList<StoryLine> Lines);

/// <summary>A plan, folded.</summary>
/// <param name="Chapters">
/// Its chapters, in the order in which play first comes to them; those of one child stand together.
/// </param>
/// <param name="Silent">How many steps of a way back have nothing to undo, and are in no chapter.</param>
public sealed record Story(IReadOnlyList<StoryChapter> Chapters, int Silent)
{
    /// <summary>Folds a plan, or the way back of a journal.</summary>
    public static Story Of(Explanation explanation)
    {
        var told = explanation.Direction == "backward"
            ? [.. explanation.Steps.Where(s => s.Undo.Count > 0)] : explanation.Steps;
        var chapters = told.GroupBy(s => s.Section?.Whose)
            .SelectMany(child => child.GroupBy(s => s.Section!))
            .Select(c => new StoryChapter(c.Key, c.Count(), [.. c.GroupBy(Kind).Select(k => StoryLine.Of([.. k]))]));
        return new Story([.. chapters], explanation.Steps.Count - told.Count);
    }

    private static (string Actor, string Kind) Kind(ExplainedStep step) =>
        (step.Actor, step.Subject?.Many ?? step.Title);
}
