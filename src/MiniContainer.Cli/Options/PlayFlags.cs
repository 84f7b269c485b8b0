// The options of every verb that changes something: how its plan is played, or that it is read instead
// (docs/decisions/0001-plans.md). A player that watches (--step, --debug) is chosen in Begin; one that reads has its
// place in Tell. Lab 01-run.

using System.CommandLine;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Telling.ByHand;
using MiniContainer.Telling.Explain;
using MiniContainer.Telling.Stepping;

namespace MiniContainer.Cli;

/// <summary>--explain, --by-hand and --step.</summary>
/// <param name="scripts">
/// What --by-hand can print: "do|undo"; "do" of a verb whose plan has no way back; "" for nothing.
/// </param>
internal sealed class PlayFlags(string scripts = "do|undo")
{
    private readonly AloneOption explain = ExplainOption();
    private readonly AloneOption script = ScriptOption(scripts);

    private readonly Option<bool> step = new("--step")
    {
        Description = "Wait before each step, the container's own too, with a look around; then show what it changed.",
    };

    /// <summary>All of them, in the order in which help shows them.</summary>
    public IReadOnlyList<Option> All => scripts.Length > 0 ? [explain, script, step] : [explain, step];

    /// <summary>Adds them to a verb.</summary>
    public void AddTo(Command verb)
    {
        foreach (var option in All)
            verb.Add(option);
    }

    /// <summary>Whether the plan is to be read, and not played.</summary>
    public bool Reads(ParseResult parsed) =>
        parsed.GetValue(explain) is not null || scripts.Length > 0 && parsed.GetValue(script) is not null;

    /// <summary>What watches the play; null for none.</summary>
    public PlayObserver? Watch { get; private set; }

    /// <summary>Asks the user before each step; null for none.</summary>
    public StepDialog? Dialog { get; private set; }

    /// <summary>Looks, before anything is touched, how the plan is to be played.</summary>
    /// <exception cref="MinicException">The flags do not go together, or no user is there to be asked.</exception>
    public void Begin(ParseResult parsed)
    {
        var steps = parsed.GetValue(step);
        if (steps && Reads(parsed))
            throw CommandWords.Wrong(parsed.CommandResult.Command,
                "--step plays the plan; --explain and --by-hand read it", "Give one of them.");
        if (steps
            && parsed.CommandResult.Command.Options.Any(o => o.Name == "--profile"
                && parsed.GetResult(o) is { Implicit: false }))
            throw CommandWords.Wrong(parsed.CommandResult.Command, "--step and --profile exclude each other",
                "Where a person is waited for there is nothing to measure.");
        using var stdin = StandardStreams.Get(0);
        if (steps && !Terminal.Is(stdin))
            throw CommandWords.Wrong(parsed.CommandResult.Command,
                "--step asks before each step, and standard input is no terminal",
                "Say it on a terminal, and give what was to be read as a file.");
        Dialog = steps ? new TerminalDialog() : null;
        Watch = Reads(parsed)
            ? null : PlayObserver.Of(StepLog.IfWanted(), Dialog is null ? null : new StepWatch(Dialog));
    }

    /// <summary>Tells a plan.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="title">What it is the plan of.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="directory">Where a script keeps its files; null for a plan that makes no process.</param>
    /// <param name="waits">Whether the script is to stay until the command ends.</param>
    /// <param name="start">What a later <c>minic start</c> plays; null for nothing.</param>
    /// <returns>The exit code.</returns>
    public int Tell(ParseResult parsed, string title, Plan plan, string? directory = null, bool waits = false,
        IReadOnlyList<Step>? start = null)
    {
        if (parsed.GetValue(explain) is not null)
            return Write(parsed, [Explanation.Of(title, plan.Steps)], many: false);
        return WriteScripts(parsed, [parsed.GetValue(script) == "undo" ? new UndoWriter(title, directory).Of(plan)
            : new ScriptWriter(title, plan, directory) { Waits = waits, Start = start ?? [] }.Do()]);
    }

    /// <summary>Tells the undo of a journal.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="title">What it is the undo of.</param>
    /// <param name="entries">The journal.</param>
    /// <param name="directory">The state directory, which goes too; null for none.</param>
    /// <returns>The exit code.</returns>
    public int TellUndo(ParseResult parsed, string title, IReadOnlyList<JournalEntry> entries, string? directory) =>
        parsed.GetValue(explain) is null
            ? WriteScripts(parsed, [new UndoWriter(title, directory).Of(WithShared(entries))])
            : Write(parsed, [Explanation.OfUndo(title, WithShared(entries))], many: false);

    private static IReadOnlyList<JournalEntry> WithShared(IReadOnlyList<JournalEntry> entries) =>
        SharedThing.WithShared(entries, KnownSteps.Kinds);

    /// <summary>Tells the undo of journals, however many; in a script one comes after the other.</summary>
    public int TellUndo(ParseResult parsed,
        IEnumerable<(string Title, IReadOnlyList<JournalEntry> Entries, string? Directory)> journals) =>
        parsed.GetValue(explain) is null
            ? WriteScripts(parsed, journals.Select(j => new UndoWriter(j.Title, j.Directory).Of(WithShared(j.Entries))))
            : Write(parsed, [.. journals.Select(j => Explanation.OfUndo(j.Title, WithShared(j.Entries)))], many: true);

    private static int WriteScripts(ParseResult parsed, IEnumerable<string> texts)
    {
        parsed.InvocationConfiguration.Output.Write(string.Join('\n', texts));
        return 0;
    }

    /// <summary>Writes explanations in the form that was asked for.</summary>
    private int Write(ParseResult parsed, IReadOnlyList<Explanation> explanations, bool many)
    {
        new ExplanationOutput(parsed).Write(explanations, parsed.GetValue(explain)!, many);
        return 0;
    }

    private static AloneOption ExplainOption()
    {
        var option = new AloneOption("--explain", ExplanationOutput.Folded)
        {
            HelpName = "FORM",
            Description = "Show the plan, touching nothing, chapter by chapter. FORM: full, each step with its calls "
                + "and why; the name of a chapter, that one in full; json, for programs.",
        };
        option.CompletionSources.Add(
            [ExplanationOutput.Full, ExplanationOutput.Json, .. Chapter.All.Select(c => c.Name)]);
        return option;
    }

    private static AloneOption ScriptOption(string values)
    {
        var back = values == "do" ? "" : ", or the script that undoes it";
        var option = new AloneOption("--by-hand", "do")
        {
            HelpName = values,
            Description = $"Print the plan as a shell script{back}; touch nothing.",
        };
        option.AcceptOnlyFromAmong(values.Split('|'));
        return option;
    }
}
