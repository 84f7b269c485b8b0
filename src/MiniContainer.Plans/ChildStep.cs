// A step on a child's tape: one to a few system calls that belong together (open, write, close). It has no undo: what a
// child does in its own namespaces goes away with it. Lab 03-threads.

using MiniContainer.Kernel;

namespace MiniContainer.Plans;

/// <summary>A step that a child plays from its tape.</summary>
public sealed record ChildStep : Step, IOfChild
{
    /// <summary>Whose tape it stands on.</summary>
    public required string Child { get; init; }

    /// <summary>The system calls, in order.</summary>
    public required IReadOnlyList<TapeCall> Calls { get; init; }

    /// <summary>What <see cref="Title"/> returns.</summary>
    public required string Name { get; init; }

    /// <summary>What <see cref="Man"/> returns.</summary>
    public required string ManPage { get; init; }

    /// <summary>What <see cref="Lab"/> returns.</summary>
    public required string LabName { get; init; }

    /// <summary>What <see cref="Subject"/> returns; null for the chapter of its lab.</summary>
    public Subject? About { get; init; }

    /// <summary>What <see cref="ByHand"/> returns.</summary>
    public IReadOnlyList<string> Shell { get; init; } = [];

    /// <summary>What it means to a script (Telling/ByHand/ChildScript.cs).</summary>
    public ScriptRole Point { get; init; }

    /// <summary>Whether the child waits here until somebody writes to a pipe.</summary>
    public bool Waits => Calls is [{ Name: "read", Least: 1 }, ..];

    /// <inheritdoc/>
    public override string Actor => Child;

    /// <inheritdoc/>
    public override string Title => Name;

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts => [.. Calls.Select(c => c.ToString())];

    /// <inheritdoc/>
    public override string Man => ManPage;

    /// <inheritdoc/>
    public override string Lab => LabName;

    /// <inheritdoc/>
    public override Subject Subject => About ?? base.Subject;

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => Shell;

    /// <summary>Does nothing here: the child plays it.</summary>
    public override StepResult? Do(PlayContext playing) => null;
}

/// <summary>What a child's step means to a script: most are plain lines, but a shell cannot do to itself all that a tape can.</summary>
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
