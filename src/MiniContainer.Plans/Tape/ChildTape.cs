// The tape that a planner writes: each method appends one step to the plan, in the child's own order, so that planning
// code reads as the story that it tells. Descriptors are numbers known while writing: the child is single-threaded and
// its table is full from 0 on, so the next open returns the lowest free number. Lab 03-threads.
//
// The steps themselves are the records of ChildSteps/; here is only what they cannot know: the descriptors, and what
// became of the trees that were picked up earlier. The methods stand in files by subject.

using MiniContainer.Plans.ChildSteps;

namespace MiniContainer.Plans;

/// <summary>Begins tapes.</summary>
public static class PlanTapes
{
    /// <summary>Begins the tape of a child; what is written to it is appended to the plan, step by step.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="child">The child's name in the plan.</param>
    /// <param name="descriptors">What its descriptors 0, 1, 2 … are.</param>
    public static ChildTape Tape(this Plan plan, string child, IReadOnlyList<string> descriptors) =>
        new(plan, child, descriptors);
}

/// <summary>Appends a child's steps to a plan.</summary>
public sealed partial class ChildTape
{
    private readonly Plan plan;
    private readonly string child;
    private readonly List<string?> table;

    // What the tape has picked up and not attached yet.
    private readonly Dictionary<int, PickedTree> trees = [];

    // File systems that the tape has made and not attached yet.
    private readonly Dictionary<int, MadeFileSystem> made = [];

    // Whether it has pivoted into the container's root, or joined its mount namespace.
    private bool inside;

    internal ChildTape(Plan plan, string child, IReadOnlyList<string> descriptors)
    {
        this.plan = plan;
        this.child = child;
        table = [.. descriptors];
    }

    /// <summary>The number of a descriptor that the child was given by name.</summary>
    /// <exception cref="ArgumentException">It was given none of that name.</exception>
    public int Descriptor(string name)
    {
        var number = table.IndexOf(name);
        return number >= 0
            ? number : throw new ArgumentException($"child {child} has no descriptor {name}", nameof(name));
    }

    private int Allocate(string name)
    {
        var free = table.IndexOf(null);
        if (free < 0)
        {
            table.Add(name);
            return table.Count - 1;
        }

        table[free] = name;
        return free;
    }

    private void Free(int descriptor) => table[descriptor] = null;

    // The number that the next open gives, which is closed again by the same step.
    private int Passing(string name)
    {
        var descriptor = Allocate(name);
        Free(descriptor);
        return descriptor;
    }

    /// <summary>Appends a step to the child's.</summary>
    public void Add(ChildStep step)
    {
        step.Child = child;
        step.Inside = inside;
        inside |= step.Role is ScriptRole.Pivots or ScriptRole.Joins;
        plan.Add(step);
    }
}
