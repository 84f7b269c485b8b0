// A plan, or a journal's way back, made ready to be read: what --explain prints for people (ExplanationText.cs) and for
// programs (the JSON below), and what `minic plan NAME` shows. Nothing here touches the kernel. Lab 01-run.
//
//     {"title":"minic run","direction":"forward","steps":[{"number":1,"actor":"minic","title":"make the cgroup ...",
//       "calls":["mkdir(...)"],"why":"...","man":"cgroups(7)","lab":"08-cgroups","undo":["rmdir(...)"]}]}
//
// The members stay; later versions may add some. "state" and "facts" are there only where a journal is told.

using System.Text.Json;
using System.Text.Json.Serialization;
using MiniContainer.Plans;

namespace MiniContainer.Telling.Explain;

/// <summary>A list of steps to be read.</summary>
/// <param name="Title">What it is the plan of.</param>
/// <param name="Direction">
/// "forward": to be played. "backward": to be undone, in this order. "journal": what has been played.
/// </param>
/// <param name="Steps">The steps, in the order of play.</param>
public sealed record Explanation(string Title, string Direction, IReadOnlyList<ExplainedStep> Steps)
{
    /// <summary>Lines that a reader of a journal wants first: whose it is, how far it came. None for a plan.</summary>
    public IReadOnlyList<string>? Notes { get; init; }

    /// <summary>A plan that is to be played.</summary>
    public static Explanation Of(string title, IEnumerable<Step> steps) =>
        new(title, "forward", WithSections([.. steps], (step, i) => ExplainedStep.Of(i + 1, step)));

    /// <summary>
    /// The way back of a journal: what its undo would do, the last step first. What is undone already is left out.
    /// </summary>
    public static Explanation OfUndo(string title, IEnumerable<JournalEntry> entries) =>
        new(title, "backward", [.. OfEntries([.. entries]).Where(s => s.State != "undone").Reverse()]);

    /// <summary>A journal: what was begun, how far it came, and what its undo would do.</summary>
    public static Explanation OfJournal(string title, IEnumerable<JournalEntry> entries) =>
        new(title, "journal", OfEntries([.. entries]));

    /// <summary>The names of its chapters, in the order of a story.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Chapters =>
    [.. Steps.Select(s => s.Section?.Chapter.Name).OfType<string>().Distinct()];

    private static List<ExplainedStep> OfEntries(IReadOnlyList<JournalEntry> entries) =>
        WithSections([.. entries.Select(e => e.Step)], (_, i) => ExplainedStep.Of(entries[i]));

    private static List<ExplainedStep> WithSections(IReadOnlyList<Step> steps,
        Func<Step, int, ExplainedStep> explain) =>
        [.. steps.Zip(Section.Of(steps)).Select((s, i) => explain(s.First, i) with { Section = s.Second })];

    /// <summary>The explanations as JSON: one object, or an array of several.</summary>
    /// <param name="explanations">What to write.</param>
    /// <param name="many">
    /// Whether there may be more or fewer than one: then it is an array however many there are.
    /// </param>
    public static string Json(IReadOnlyList<Explanation> explanations, bool many) => many
        ? JsonSerializer.Serialize(explanations, ExplanationJson.Plain.IReadOnlyListExplanation)
        : JsonSerializer.Serialize(explanations[0], ExplanationJson.Plain.Explanation);
}

/// <summary>One step to be read.</summary>
/// <param name="Number">Its place in the plan or journal, from 1.</param>
/// <param name="Actor">"minic", or the name of the child on whose tape it stands.</param>
/// <param name="Title">What it does, in a few words.</param>
/// <param name="Calls">The calls, as strace(1) prints them.</param>
/// <param name="Why">Why it is there, and why there; may be empty.</param>
/// <param name="Man">"pivot_root(2)".</param>
/// <param name="Lab">"06-mounts"; empty while the lab is not written.</param>
/// <param name="Undo">The calls of its undo; empty where nothing is to be undone.</param>
public sealed record ExplainedStep(int Number, string Actor, string Title, IReadOnlyList<string> Calls, string Why,
    string Man, string Lab, IReadOnlyList<string> Undo)
{
    /// <summary>"done", "begun" or "undone", of a step in a journal; null in a plan.</summary>
    public string? State { get; init; }

    /// <summary>What the step found out while it was played.</summary>
    public StepResult? Facts { get; init; }

    /// <summary>Its chapter; null of a step that stands alone.</summary>
    [JsonIgnore]
    public Section? Section { get; init; }

    /// <summary>How several of its kind are told together.</summary>
    [JsonIgnore]
    public Subject? Subject { get; init; }

    /// <summary>A step of a plan.</summary>
    public static ExplainedStep Of(int number, Step step) =>
        new(number, step.Actor, step.Title, step.CallTexts, step.Why, step.Man, Curriculum.Shown(step.Lab),
            step.UndoCallTexts) { Subject = step.Subject };

    /// <summary>A step of a journal.</summary>
    public static ExplainedStep Of(JournalEntry entry) => Of(entry.Number, entry.Step) with
    {
        State = entry.Undone ? "undone" : entry.Facts is null ? "begun" : "done",
        Facts = entry.Facts == new StepResult() ? null : entry.Facts,
        // What it found there, rather than made, stays.
        Undo = entry.Undone || entry.Facts?.Made == false ? [] : entry.Step.UndoCallTexts,
    };
}

/// <summary>The serializer of explanations.</summary>
[JsonSerializable(typeof(Explanation))]
[JsonSerializable(typeof(IReadOnlyList<Explanation>))]
internal sealed partial class ExplanationJson : JsonSerializerContext
{
    // Quotes as \", not as \u0022: people read this too.
    public static ExplanationJson Plain { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
