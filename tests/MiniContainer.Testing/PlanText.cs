// A plan as text, for golden files: who, what, the calls and why; what is undone.

using MiniContainer.Plans;

namespace MiniContainer.Testing;

/// <summary>Prints plans.</summary>
public static class PlanText
{
    /// <summary>One paragraph a step.</summary>
    public static string Of(Plan plan) => string.Concat(plan.Steps.Select(Of));

    /// <summary>One paragraph for each step that is not, word for word, in another plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="known">Plans that a reader knows.</param>
    public static string News(Plan plan, params Plan[] known) => string.Concat(Untold(plan, known).Select(Of));

    /// <summary>The same with a line a step: who, and what.</summary>
    /// <inheritdoc cref="News"/>
    public static string TitlesOfNews(Plan plan, params Plan[] known) =>
        string.Concat(Untold(plan, known).Select(s => $"{s.Actor}: {s.Title}\n"));

    private static IEnumerable<Step> Untold(Plan plan, Plan[] known)
    {
        var told = known.SelectMany(p => p.Steps).Select(Of).ToHashSet();
        return plan.Steps.Where(s => !told.Contains(Of(s)));
    }

    /// <summary>
    /// Fails unless a text, however it is wrapped, tells each step of a plan in its order: its title, its calls, and
    /// why.
    /// </summary>
    public static void ShouldTellAllOf(string text, Plan plan)
    {
        var (words, at) = (Plain(text), 0);
        foreach (var part in plan.Steps.SelectMany(s => s.CallTexts.Prepend(s.Title).Append(s.Why)).Select(Plain))
        {
            var found = words.IndexOf(part, at, StringComparison.Ordinal);
            found.Should().BeGreaterThanOrEqualTo(0, $"\"{part}\" comes after what was told before it");
            at = found + part.Length;
        }

        static string Plain(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c) && c is not '#'));
    }

    private static string Of(Step step) =>
        $"{step.Actor}: {step.Title}\n    {string.Join("\n    ", step.CallTexts)}\n  # {step.Why} {step.Man} "
        + $"{step.Lab}\n"
        + string.Concat(step.UndoByHand.Select(u => $"  undo: {u}\n"));
}
