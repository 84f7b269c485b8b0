// The player that goes slowly (--step): it shows each step, waits for the word, and shows what the step has changed. A
// child is made to wait too: its tape is laid out with a read of "go" before each of its steps. So nothing can hang: if
// minic dies, that read meets the end of the pipe, and the tape ends as it would at its first wait
// (docs/decisions/0009-step.md).
//
//     minic                                   the child's tape
//     shows the step, asks
//     write(go) --------------------------->  read(go)         the rest that was put there
//     waits until its calls are played        its own calls
//     shows what has changed                  read(go)         the next rest
//
// Lab 03-threads; pipe(7).

using MiniContainer.Kernel;
using MiniContainer.Observation;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;
using MiniContainer.Telling.Explain;

namespace MiniContainer.Telling.Stepping;

/// <summary>Plays no faster than a person wants.</summary>
/// <param name="dialog">The person.</param>
public sealed class StepWatch(StepDialog dialog) : PlayObserver
{
    private readonly Dictionary<ChildStep, Rest> rests = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> executed = [];
    private readonly Dictionary<Step, Section> sections = new(ReferenceEqualityComparer.Instance);
    private Section? section;
    private StepAnswer pace = StepAnswer.Play;
    private Snapshot? before;
    private Snapshot? beforeChapter;
    private int number;
    private bool played;

    // The journals that are being undone, and how many undos have begun and not ended: one may lead to those of a
    // shared thing.
    private readonly HashSet<Journal> undoing = [];
    private int open;

    // How a child comes to a step of its tape.
    private enum Rest
    {
        // It waits for us before it.
        Held,

        // It goes on by itself.
        Free,

        // Another process than this minic lets it go that far.
        Later,
    }

    /// <inheritdoc/>
    public override bool Stopped => pace == StepAnswer.Quit;

    /// <inheritdoc/>
    public override void Start(PlayContext playing)
    {
        (number, played, section, beforeChapter) = (0, true, null, null);
        Learn(playing.Plan.Steps);
    }

    /// <summary>Puts a rest before each step of a child.</summary>
    public override IReadOnlyList<TapeEntry> LayOut(PlayContext playing, string child, IReadOnlyList<TapeEntry> tape)
    {
        if (pace is not (StepAnswer.Play or StepAnswer.PlayChapter)
            || tape.FirstOrDefault(e => e.Step.Waits)?.Call is not { } go)
            return tape;
        var entries = new List<TapeEntry>();
        var rest = Rest.Held;
        foreach (var entry in tape)
        {
            if (entry.Index == 0)
            {
                rests[entry.Step] = rest;
                if (rest == Rest.Held)
                    entries.Add(new TapeEntry(go, entry.Step, null));
                rest = After(entry.Step, go, rest);
            }

            entries.Add(entry);
        }

        return entries;
    }

    /// <inheritdoc/>
    public override void Before(Step step, PlayContext playing)
    {
        number++;
        before = null;
        var begins = Begins(step);
        if (begins is not null && beforeChapter is not null)
            dialog.Show(Look(playing, null).Since(beforeChapter));
        if (begins is not null)
            beforeChapter = null;
        var moment = MomentOf(step, playing) with { Chapter = begins?.Name, ChapterSays = begins?.Chapter.Says };
        if (pace != StepAnswer.Play || moment.Note is not null)
            dialog.Tell(moment);
        else if ((pace = dialog.Ask(moment)) == StepAnswer.Quit)
            throw new MinicException($"play step {number}, {step.Title}", "stopped at your request",
                "What was begun has been undone.");
        if (pace == StepAnswer.Play && RestOf(step) != Rest.Later && step is not AwaitExec)
            before = Look(playing, step);
        if (pace == StepAnswer.PlayChapter && RestOf(step) != Rest.Later)
            beforeChapter ??= Look(playing, null);
        if (step is ChildStep own && RestOf(step) != Rest.Later)
            Let(own, playing);
    }

    /// <inheritdoc/>
    public override void After(Step step, PlayContext playing)
    {
        // What a new child does before its first rest, the order of its descriptors, is part of its making.
        if (step is CloneChild { Child: var name } && playing.Children.TryGetValue(name, out var child))
            Wait(child, child.Prologue);
        if (before is not null)
            dialog.Show(Look(playing, step).Since(before));
        // From here on, what changes in there is the command's doing.
        if (step is ChildStep own && Executes(own))
            executed.Add(own.Child);
    }

    /// <inheritdoc/>
    public override void Failed(Exception failure)
    {
        if (!Stopped)
            dialog.Say($"{failure.Message}\nSo what was begun is undone.");
    }

    /// <inheritdoc/>
    public override void Undoing(JournalEntry entry, Journal journal)
    {
        var (step, first) = (ExplainedStep.Of(entry), undoing.Add(journal));
        if (first)
        {
            (section, beforeChapter) = (null, null);
            Learn([.. journal.Entries.Select(e => e.Step)]);
        }

        var begins = Begins(entry.Step);
        var moment = new Moment(step, "backward", journal.Entries.Count, journal.Entries.Max(e => e.Step.Actor.Length))
        {
            Brief = pace != StepAnswer.Play || step.Undo.Count == 0 && (played || !first),
            Chapter = begins?.Name,
            ChapterSays = begins?.Chapter.Says,
        };
        before = null;
        if (moment.Brief)
            dialog.Tell(moment);
        else
            pace = dialog.Ask(moment);
        // Once something is undone, all is to be, and so is what goes with the play that made it.
        if (pace == StepAnswer.Quit && first && open == 0 && !played)
            throw new MinicException($"undo \"{step.Title}\"", "stopped at your request", "Nothing has been undone.");
        if (pace == StepAnswer.Play)
            before = PlanSnapshot.OfUndo(journal);
    }

    /// <inheritdoc/>
    public override void UndoBegun(JournalEntry entry) => open++;

    /// <inheritdoc/>
    public override void UndoDone(JournalEntry entry) => open--;

    /// <inheritdoc/>
    public override void Undone(JournalEntry entry, Journal journal)
    {
        if (before is not null && entry.Step.UndoCallTexts.Count > 0)
            dialog.Show(PlanSnapshot.OfUndo(journal).Since(before));
    }

    private void Learn(IReadOnlyList<Step> steps)
    {
        foreach (var (step, at) in steps.Zip(Section.Of(steps)))
            sections[step] = at;
    }

    // The chapter that begins with a step; null if it goes on. A person who wanted the chapter before it is asked
    // again.
    private Section? Begins(Step step)
    {
        var at = sections.GetValueOrDefault(step);
        if (at == section)
            return null;
        section = at;
        if (pace == StepAnswer.PlayChapter)
            pace = StepAnswer.Play;
        return at;
    }

    // A filter of system calls may forbid read(2). And after the wait for `minic start`, no parent is left to write to
    // the pipe.
    private static Rest After(ChildStep step, TapeCall go, Rest rest) =>
        rest == Rest.Later || step.Waits && step.Calls[0].Args[0] != go.Args[0] ? Rest.Later
        : step.Calls[0].Name == "seccomp" ? Rest.Free
        : rest;

    private static bool Executes(ChildStep step) => step.Calls[^1].Name is "execve" or "execveat";

    private Rest RestOf(Step step) => step is ChildStep own ? rests.GetValueOrDefault(own, Rest.Free) : Rest.Held;

    private Moment MomentOf(Step step, PlayContext playing)
    {
        var inside = step is ChildStep own ? own.Child : playing.Children.Keys.LastOrDefault();
        return new Moment(ExplainedStep.Of(number, step), "forward", playing.Plan.Steps.Count,
            playing.Plan.Steps.Max(s => s.Actor.Length))
        {
            Brief = pace != StepAnswer.Play,
            Inside = inside,
            InsidePid = inside is null ? null : playing.Children[inside].Pid,
            Note = step is AwaitExec ? "It has already: nothing to wait for."
                : RestOf(step) switch
                {
                    Rest.Later => "Not now: minic start lets it go that far.",
                    Rest.Free when rests.ContainsKey((ChildStep)step) =>
                        "Played at once: the filter may forbid the read(2) by which it would wait.",
                    _ => null,
                },
        };
    }

    private Snapshot Look(PlayContext playing, Step? step) =>
        PlanSnapshot.Of(playing.Plan.Steps,
            playing.Children.Where(c => !executed.Contains(c.Key)).Select(c => (c.Key, c.Value.Pid)), step);

    private void Let(ChildStep step, PlayContext playing)
    {
        var child = playing.Children[step.Child];
        if (rests.GetValueOrDefault(step, Rest.Free) == Rest.Held)
            child.Go();
        if (step.Waits || !rests.ContainsKey(step))
            return;
        var tape = playing.TapeOf(step.Child);
        var last = tape.Count - 1 - tape.Reverse().TakeWhile(e => e.Step != step).Count();
        Wait(child, child.Prologue + last + 1);
        if (playing.FailureOf(step.Child) is { } failure)
            throw failure;
        if (child.Tape.Played <= child.Prologue + last)
            Ended.Check(playing, step.Child);
    }

    // The tape is in memory that both see: how far the child is can be read while it plays.
    private static void Wait(Child child, int entries)
    {
        while (child.Tape.Played < entries && !child.WaitLetGo(1))
        {
        }
    }
}
