// A step on a child's tape: one to a few system calls that belong together (open, write, close). The steps are records
// of what they need, in ChildSteps/: minic makes the calls of it when it lays out a tape, and the words when it tells
// them. A step has no undo: what a child does in its own namespaces goes away with it. Lab 03-threads.

using System.Runtime.CompilerServices;
using MiniContainer.Kernel;

namespace MiniContainer.Plans;

/// <summary>A step that a child plays from its tape.</summary>
public abstract record ChildStep : Step, IOfChild
{
    /// <summary>Whose tape it stands on: the child's name in the plan.</summary>
    public string Child { get; internal set; } = "";

    /// <summary>Whether the child stands in the container's root by then.</summary>
    public bool Inside { get; internal set; }

    /// <summary>The system calls, in order.</summary>
    public abstract IReadOnlyList<TapeCall> Calls { get; }

    /// <summary>What it means to a script (Telling/ByHand/ChildScript.cs).</summary>
    public virtual ScriptRole Role => ScriptRole.Plain;

    /// <summary>Whether the child waits here until another process writes to a pipe.</summary>
    public virtual bool Waits => false;

    /// <inheritdoc/>
    public override string Actor => Child;

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts => [.. Calls.Select(c => c.ToString())];

    /// <summary>
    /// Where the child is: what is done before pivot_root is about the root, what comes after it about what is in
    /// there.
    /// </summary>
    protected Chapter Here => Inside ? Chapter.Mounts : Chapter.Root;

    /// <summary>Whether it is this very step: two of one tape may say the same, and each has its place.</summary>
    public virtual bool Equals(ChildStep? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);

    /// <summary>Does nothing here: the child plays it.</summary>
    public override StepResult? Do(PlayContext playing) => null;
}

/// <summary>
/// What a child's step means to a script: most are plain lines, but a shell cannot do to itself all that a tape can.
/// </summary>
public enum ScriptRole
{
    /// <summary>Lines like any other.</summary>
    Plain,

    /// <summary>Nothing that a shell has: the script says why, and goes on as if the step were not there.</summary>
    Unneeded,

    /// <summary>The line is a command that executes another one: the rest of the script is that.</summary>
    Continues,

    /// <summary>The same, where it may leave the host's file systems behind.</summary>
    Joins,

    /// <summary>From here on the host's programs are out of sight.</summary>
    Pivots,

    /// <summary>From here on they are gone.</summary>
    LetsGo,

    /// <summary>The line goes to a directory.</summary>
    Moves,

    /// <summary>The lines are options of setpriv(1), which executes the command with them.</summary>
    Privileges,

    /// <summary>The lines are the environment and the command.</summary>
    Executes,

    /// <summary>The command is pause.</summary>
    Pauses,
}
