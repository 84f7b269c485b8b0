// The directory of all state, /run/minic, as a program uses it: the path, and the kinds of steps that the program finds
// in journals there.

namespace MiniContainer.Plans;

/// <summary>The directory of all state.</summary>
/// <param name="Path">Its path: /run/minic.</param>
/// <param name="Kinds">The kinds of steps that its journals may hold.</param>
public sealed record StateRoot(string Path, StepKinds Kinds)
{
    /// <summary>What has a state directory in it, and a journal each: containers, pods.</summary>
    public IReadOnlyList<StateSort> Sorts { get; init; } = [];

    /// <summary>
    /// What those share, with a journal each of its own (<see cref="SharedThing"/>): networks.
    /// </summary>
    public IReadOnlyList<StateSort> SharedSorts { get; init; } = [];

    /// <summary>The path of what lies in it.</summary>
    /// <param name="names">The names on the way there: "containers", "box".</param>
    public string this[params string[] names] => System.IO.Path.Combine([Path, .. names]);

    /// <inheritdoc/>
    public override string ToString() => Path;
}

/// <summary>A sort of thing that has its state in directories side by side.</summary>
/// <param name="Name">What one is called: "container".</param>
/// <param name="Directory">Where they lie, below the directory of all state: "containers".</param>
public sealed record StateSort(string Name, string Directory)
{
    /// <summary>
    /// Puts right what was left in a thing that itself stays: the directory of all state, its own, which is locked, its
    /// name, what to call with each thing that was removed, what sees each step's undo.
    /// </summary>
    public Action<StateRoot, string, string, Action<string>, PlayObserver?>? Collect { get; init; }
}
