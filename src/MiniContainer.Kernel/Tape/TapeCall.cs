// One system call that a child will make: its name, its arguments, and what counts as success.
// Printed, it is what strace(1) would show.

namespace MiniContainer.Kernel;

/// <summary>An entry of a tape, as data.</summary>
public sealed record TapeCall
{
    /// <summary>A call that must return 0.</summary>
    /// <param name="name">The system call's name (syscalls(2)).</param>
    /// <param name="args">Up to six arguments.</param>
    public TapeCall(string name, params TapeArg[] args) => (Name, Args) = (name, args);

    /// <summary>The system call's name (syscalls(2)).</summary>
    public string Name { get; }

    /// <summary>Up to six arguments.</summary>
    public IReadOnlyList<TapeArg> Args { get; }

    /// <summary>
    /// The least result that is a success: 0, or 1 for a read that must not meet the end of the file.
    /// </summary>
    public long Least { get; init; }

    /// <summary>Error numbers (below 64) that are a success all the same: EEXIST of mkdir, say.</summary>
    public IReadOnlyList<int> Allowed { get; init; } = [];

    /// <summary>
    /// Where this call only finds out that an earlier one of its step had failed, which was let pass: how many calls
    /// before. 0 for itself.
    /// </summary>
    public int Blames { get; init; }

    /// <summary>
    /// What must have been found out, before the tape is laid out, for the call to be on it; null for always.
    /// </summary>
    public string? When { get; init; }

    /// <summary>The call as strace(1) prints it.</summary>
    public override string ToString() => $"{Name}({string.Join(", ", Args)})";

    /// <summary>Whether a result of this call ends the tape.</summary>
    public bool Fails(long result) =>
        result < Least && !(result < 0 && result > -64 && Allowed.Contains((int)-result));
}
