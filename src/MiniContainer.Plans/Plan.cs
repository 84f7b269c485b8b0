// A plan: an ordered list of steps, in the order of play. Planners append to it; players read it.

namespace MiniContainer.Plans;

/// <summary>An ordered list of steps.</summary>
public sealed class Plan
{
    private readonly List<Step> steps = [];

    /// <summary>The steps in the order of play.</summary>
    public IReadOnlyList<Step> Steps => steps;

    /// <summary>Appends a step.</summary>
    public void Add(Step step) => steps.Add(step);

    /// <summary>The steps that stand on a child's tape.</summary>
    public IEnumerable<ChildStep> StepsOf(string child) => steps.OfType<ChildStep>().Where(s => s.Child == child);
}
