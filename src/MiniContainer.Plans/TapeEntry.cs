// A child's tape as it is laid out: the calls of its steps in their order, each with the step that it belongs to. A
// watch may put others between them: a rest at which the child waits for a person (--step), a call that fails on
// purpose (Faults.cs). So code that reads a tape afterwards asks its entries, and counts nothing. Lab 03-threads.

using MiniContainer.Kernel;

namespace MiniContainer.Plans;

/// <summary>An entry of a child's tape.</summary>
/// <param name="Call">What the child calls.</param>
/// <param name="Step">The step that it belongs to.</param>
/// <param name="Index">Which of the step's calls it is, or stands for; null for a call that a watch put there.</param>
public sealed record TapeEntry(TapeCall Call, ChildStep Step, int? Index)
{
    /// <summary>The entries of a child's steps, and no others.</summary>
    /// <param name="steps">The steps.</param>
    /// <param name="belongs">Whether a call that depends on something is wanted; null for all.</param>
    public static IReadOnlyList<TapeEntry> Of(IEnumerable<ChildStep> steps, Func<TapeCall, bool>? belongs = null) =>
        [.. steps.SelectMany(step => step.Calls.Select((call, i) => new TapeEntry(call, step, i)))
            .Where(entry => belongs?.Invoke(entry.Call) != false)];
}
