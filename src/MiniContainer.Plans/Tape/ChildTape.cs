// The tape that a planner writes: each method appends one step to the plan, in the child's own order, so that planning
// code reads as the story that it tells. Descriptors are numbers known while writing: the child is single-threaded and its
// table is full from 0 on, so the next open returns the lowest free number. Lab 03-threads.
//
// The methods stand in files by subject: mounts, identity, files, waiting.

using MiniContainer.Kernel;

namespace MiniContainer.Plans;

/// <summary>Begins tapes.</summary>
public static class PlanTapes
{
    /// <summary>Begins the tape of a child; what is written to it is appended to the plan, step by step.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="child">The child's name in the plan.</param>
    /// <param name="descriptors">What its descriptors 0, 1, 2 … are.</param>
    public static ChildTape Tape(this Plan plan, string child, IReadOnlyList<string> descriptors) => new(plan, child, descriptors);
}

/// <summary>Appends a child's steps to a plan.</summary>
public sealed partial class ChildTape
{
    private readonly Plan plan;
    private readonly string child;
    private readonly List<string?> table;

    // What a script does where it attaches a tree that the tape picked up earlier.
    private readonly Dictionary<int, PickedTree> trees = [];

    // File systems that the tape made earlier: the type, and the command of a script but for where.
    private readonly Dictionary<int, (string Type, string Command)> made = [];

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
        return number >= 0 ? number : throw new ArgumentException($"child {child} has no descriptor {name}", nameof(name));
    }

    private sealed record PickedTree(bool Recursive)
    {
        public string? Options { get; init; }

        public string? Propagation { get; init; }

        // Where a script finds it, in the old root: a word of the shell.
        public string? Source { get; init; }

        // A path of the new root.
        public string? Inside { get; init; }
    }

    private int NextFree => table.IndexOf(null) is >= 0 and var free ? free : table.Count;

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

    // Where the tape is: what is done before pivot_root is about the root, what comes after it about what is in there.
    private Chapter Here => inside ? Chapter.Mounts : Chapter.Root;

    private void Add(string name, string why, string man, string lab, IReadOnlyList<TapeCall> calls, params IReadOnlyList<string> shell) =>
        Add(ScriptRole.Plain, name, why, man, lab, calls, shell);

    private void Add(Subject? about, string name, string why, string man, string lab, IReadOnlyList<TapeCall> calls, params IReadOnlyList<string> shell) =>
        Add(about, ScriptRole.Plain, name, why, man, lab, calls, shell);

    private void Add(ScriptRole point, string name, string why, string man, string lab, IReadOnlyList<TapeCall> calls, params IReadOnlyList<string> shell) =>
        Add(null, point, name, why, man, lab, calls, shell);

    private void Add(Subject? about, ScriptRole point, string name, string why, string man, string lab, IReadOnlyList<TapeCall> calls, params IReadOnlyList<string> shell)
    {
        inside |= point is ScriptRole.Pivots or ScriptRole.Joins;
        plan.Add(new ChildStep { Child = child, Name = name, Why = why, ManPage = man, LabName = lab, About = about, Calls = calls, Shell = shell, Point = point });
    }
}
