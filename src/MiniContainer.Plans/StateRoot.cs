// The directory of all state, /run/minic, as a program uses it: the path, and the kinds of steps that the program finds
// in journals there.

namespace MiniContainer.Plans;

/// <summary>The directory of all state.</summary>
/// <param name="Path">Its path: /run/minic.</param>
/// <param name="Kinds">The kinds of steps that its journals may hold.</param>
public sealed record StateRoot(string Path, StepKinds Kinds)
{
    /// <summary>The path of what lies in it.</summary>
    /// <param name="names">The names on the way there: "containers", "box".</param>
    public string this[params string[] names] => System.IO.Path.Combine([Path, .. names]);

    /// <inheritdoc/>
    public override string ToString() => Path;
}
