// What a journal says, line by line: Journal.cs tells the form.

using System.Text.Json.Serialization;
using MiniContainer.Kernel;

namespace MiniContainer.Plans;

/// <summary>The first line of a journal: whose it is.</summary>
/// <remarks>Nothing is undone by it, so a newer minic may say more there.</remarks>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record JournalHeader
{
    /// <summary>"container", "pod" or "exec"; of what several share "network" or "host".</summary>
    public required string Kind { get; init; }

    /// <summary>The name.</summary>
    public required string Id { get; init; }

    /// <summary>
    /// The process that plays the plan and, in the foreground, stays until the end; of a shared thing its first user's.
    /// </summary>
    public required ProcessIdentity Owner { get; init; }

    /// <summary>Whether what was made is to go when its owner goes (<c>minic run</c> in the foreground).</summary>
    public bool Foreground { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>The bundle directory, an absolute path; empty if there is none.</summary>
    public string Bundle { get; init; } = "";

    /// <summary>Annotations of the bundle, for the OCI state.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}

/// <summary>How a child of a plan ended: its parent alone can know, and writes it down for all.</summary>
/// <param name="Child">The child's name in the plan.</param>
/// <param name="Code">Its exit code, 128 plus the signal if one ended it.</param>
/// <param name="At">When.</param>
public sealed record JournalExit(string Child, int Code, DateTimeOffset At);

/// <summary>A step in a journal, and how far it has come.</summary>
/// <param name="Number">Its number, from 1; 0 for a line that does not say it.</param>
/// <param name="Step">The step; an <see cref="UnreadStep"/> if this minic cannot read it.</param>
public sealed record JournalEntry(int Number, Step Step)
{
    /// <summary>What the step found out; null while it is not done.</summary>
    public StepResult? Facts { get; init; }

    /// <summary>Whether it has been undone.</summary>
    public bool Undone { get; init; }
}
