// What a play that goes step by step says to a person, and what the person may answer. The words are data, since the
// person may sit at another process's terminal: a pod's plan is played by its monitor (docs/decisions/0009-step.md).

using System.Text.Json.Serialization;
using MiniContainer.Observation;
using MiniContainer.Telling.Explain;

namespace MiniContainer.Telling.Stepping;

/// <summary>A person who watches a play and sets its pace.</summary>
public abstract class StepDialog
{
    /// <summary>Shows the step that comes next, and waits for the word.</summary>
    public abstract StepAnswer Ask(Moment moment);

    /// <summary>Shows a step that is played without waiting.</summary>
    public abstract void Tell(Moment moment);

    /// <summary>Shows what a step has changed.</summary>
    public abstract void Show(Difference difference);

    /// <summary>Shows a sentence or two.</summary>
    public abstract void Say(string text);
}

/// <summary>What a person wants of the play.</summary>
public enum StepAnswer
{
    /// <summary>This step.</summary>
    Play,

    /// <summary>This step and the others of its chapter, without waiting.</summary>
    PlayChapter,

    /// <summary>This step and all others, without waiting.</summary>
    GoOn,

    /// <summary>No more: minic undoes what was begun. Also the answer if the person is gone.</summary>
    Quit,
}

/// <summary>A step, just before it is played or undone.</summary>
/// <param name="Step">In the words of --explain.</param>
/// <param name="Direction">As in <see cref="Explanation"/>: forward or backward.</param>
/// <param name="Of">How many steps there are.</param>
/// <param name="ActorWidth">The length of the longest actor's name.</param>
public sealed record Moment(ExplainedStep Step, string Direction, int Of, int ActorWidth)
{
    /// <summary>Why it is not waited for; null where it is.</summary>
    public string? Note { get; init; }

    /// <summary>The chapter that begins with it: "limits of web". Null in the middle of one.</summary>
    public string? Chapter { get; init; }

    /// <summary>What that chapter is for.</summary>
    public string? ChapterSays { get; init; }

    /// <summary>Whether the person said to go on: a line is enough.</summary>
    public bool Brief { get; init; }

    /// <summary>The child into whose namespaces one can look; null if there is none.</summary>
    public string? Inside { get; init; }

    /// <summary>Its pid.</summary>
    public int? InsidePid { get; init; }
}

/// <summary>One line of a dialog between two processes.</summary>
public sealed record StepMessage
{
    /// <summary>To be asked.</summary>
    public Moment? Ask { get; init; }

    /// <summary>To be told.</summary>
    public Moment? Tell { get; init; }

    /// <summary>To be shown.</summary>
    public Difference? Show { get; init; }

    /// <summary>To be said.</summary>
    public string? Say { get; init; }

    /// <summary>What was answered.</summary>
    public StepAnswer? Answer { get; init; }
}

/// <summary>The serializer of dialogs.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StepMessage))]
internal sealed partial class StepJson : JsonSerializerContext;
