// A plan as text, for golden files: who, what, the calls and why; what is undone.

using MiniContainer.Plans;

namespace MiniContainer.Testing;

/// <summary>Prints plans.</summary>
public static class PlanText
{
    /// <summary>One paragraph a step.</summary>
    public static string Of(Plan plan) => string.Concat(plan.Steps.Select(Of));

    private static string Of(Step step) =>
        $"{step.Actor}: {step.Title}\n    {string.Join("\n    ", step.CallTexts)}\n  # {step.Why} {step.Man} {step.Lab}\n"
        + string.Concat(step.UndoByHand.Select(u => $"  undo: {u}\n"));
}
