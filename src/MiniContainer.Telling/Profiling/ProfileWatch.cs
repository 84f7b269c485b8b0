// The player that measures (--profile). It times the runtime's steps here, as they come and go; it reads a child's from
// its tape, where each call's return is stamped. Both come onto one axis, so that the user sees which waits for which.
// Lab 03-threads.
//
//     0          the program is executed: estimated from the processor time used until Main, the finest that there is
//     Main       the command line is read, then the plan is made
//     steps      the runtime's and the children's, side by side
//     [command]  left out of the axis
//     undo       of the steps, when the command has ended
//
// Not in it: the shell's fork, page faults that slept before Main, and minic's own exit after the last undo.

using System.Diagnostics;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Telling.Profiling;

/// <summary>Takes the profile of a play.</summary>
/// <param name="who">What to call the runtime: "minic".</param>
/// <param name="main">When Main began, as <see cref="Stopwatch.GetTimestamp"/> says it.</param>
/// <param name="cpuBeforeMain">The processor time that the process had used then.</param>
public sealed class ProfileWatch(string who, long main, TimeSpan cpuBeforeMain) : PlayObserver
{
    private readonly ClockPair first = TimeStampCounter.ReadBoth();
    private readonly List<Raw> spans = [];
    private readonly List<Stamped> stamps = [];
    private readonly Dictionary<string, long> executed = [];
    private readonly long began = main;
    private long mark = main;
    private long before;
    private long begun;
    private long done;
    private long end;
    private long undoBegan;
    private readonly Dictionary<Step, Section> sections = new(ReferenceEqualityComparer.Instance);

    /// <summary>Whether a plan has been played to its end.</summary>
    public bool Ended => end != 0;

    /// <summary>All from the last mark, or from Main, until now was this.</summary>
    public void Mark(string what, bool waits = false)
    {
        var now = Stopwatch.GetTimestamp();
        spans.Add(new Raw(who, what, ProfileKind.Runtime, mark, now) { Waits = waits });
        mark = now;
    }

    /// <inheritdoc/>
    public override void Before(Step step, PlayContext playing)
    {
        if (spans.All(s => s.Kind == ProfileKind.Runtime))
            Mark("read the specification, make the plan");
        before = Stopwatch.GetTimestamp();
    }

    /// <inheritdoc/>
    public override void Begun(Step step) => begun = Stopwatch.GetTimestamp();

    /// <inheritdoc/>
    public override void Done(Step step) => done = Stopwatch.GetTimestamp();

    /// <inheritdoc/>
    public override void After(Step step, PlayContext playing)
    {
        if (step is ChildStep)
            return;
        mark = Stopwatch.GetTimestamp();
        if (step is AwaitExec { Child: var child })
            executed[child] = done;
        spans.Add(new Raw(who, step.Title, ProfileKind.Of(step), begun, done)
        {
            Step = step,
            Waits = step is AwaitExec or AwaitReady or AwaitSuccess,
            Journal = begun - before + mark - done,
        });
    }

    /// <inheritdoc/>
    public override void End(PlayContext playing)
    {
        Mark("note that all is up");
        end = mark;
        // Not earlier: what is worked out while the plan is played is measured too.
        foreach (var (step, section) in playing.Plan.Steps.Zip(Section.Of(playing.Plan.Steps)))
            sections[step] = section;
        foreach (var (name, child) in playing.Children)
            Read(playing.TapeOf(name), name, child);
    }

    /// <inheritdoc/>
    public override void Undoing(JournalEntry entry, Journal journal)
    {
        before = Stopwatch.GetTimestamp();
        if (undoBegan == 0)
            undoBegan = before;
    }

    /// <inheritdoc/>
    public override void Undone(JournalEntry entry, Journal journal)
    {
        // A step with nothing to undo takes no time either.
        if (entry.Step.UndoByHand.Count > 0)
            spans.Add(
                new Raw($"{who}, undoing", entry.Step.Title, ProfileKind.Of(entry.Step), before,
                    Stopwatch.GetTimestamp())
            {
                Step = entry.Step,
            });
    }

    /// <summary>What has been measured.</summary>
    public Profile Result(string title)
    {
        var last = TimeStampCounter.ReadBoth();
        var zero = began - (long)(cpuBeforeMain.TotalSeconds * Stopwatch.Frequency);
        var all = spans.Prepend(new Raw(who, "start of the program (processor time)", ProfileKind.Runtime, zero, began))
            .Concat(stamps.Select(s => s.Place(t => TimeStampCounter.ToTimestamp(t, first, last))));
        return new Profile(title, [.. all.OrderBy(s => s.From).Select(OnAxis)])
        {
            Zero = Microseconds(zero),
            Command = undoBegan == 0 ? null : Microseconds(undoBegan - end),
        };

        ProfileSpan OnAxis(Raw s)
        {
            // The axis stands still while the command runs: that time is its own.
            var left = undoBegan != 0 && s.From >= undoBegan ? undoBegan - end : 0;
            return new ProfileSpan(s.Who, s.What, s.Kind, Microseconds(s.From - zero - left),
                Microseconds(s.To - s.From))
            {
                Chapter = s.Step is null
                    ? null : sections.GetValueOrDefault(s.Step)?.Name ?? s.Step.Subject.Chapter.Name,
                Waits = s.Waits,
                Journal = Microseconds(s.Journal),
            };
        }
    }

    // Each entry of the tape has the counter's value at its return, so a step begins where the one before it ended.
    private void Read(IReadOnlyList<TapeEntry> entries, string name, Child child)
    {
        var tape = child.Tape;
        var last = tape.Began;
        var next = 0;
        Take("arrange its descriptors", ProfileKind.Process, null, waits: false, child.Prologue);
        for (var i = 0; i < entries.Count;)
        {
            var (_, step, index) = entries[i];
            var calls = entries.Skip(i).TakeWhile(e => e.Step == step && e.Index.HasValue == index.HasValue).Count();
            Take(index.HasValue ? step.Title : $"rest before it does: {step.Title}", ProfileKind.Of(step), step,
                step.Waits || !index.HasValue, calls);
            i += calls;
        }

        void Take(string what, string kind, Step? of, bool waits, int calls)
        {
            var returned = Enumerable.Range(next, calls).Select(tape.Stamp).LastOrDefault(s => s != 0);
            next += calls;
            var complete = calls > 0 && tape.Stamp(next - 1) != 0;
            if (complete)
            {
                stamps.Add(new Stamped(name, what, kind, of, waits, last, returned, null));
                last = returned;
            }
            else if (next == tape.Calls.Count - 1 && executed.TryGetValue(name, out var seen))
            {
                // execve does not return. It had happened when the parent met the end of the pipe.
                stamps.Add(new Stamped(name, what, kind, of, waits, last, 0, seen));
            }
        }
    }

    private static double Microseconds(long timestamps) => Math.Round(timestamps * 1e6 / Stopwatch.Frequency, 1);

    private sealed record Raw(string Who, string What, string Kind, long From, long To)
    {
        public Step? Step { get; init; }

        public bool Waits { get; init; }

        public long Journal { get; init; }
    }

    private sealed record Stamped(string Who, string What, string Kind, Step? Of, bool Waits, ulong From, ulong To,
        long? Seen)
    {
        public Raw Place(Func<ulong, long> clock) => new(Who, What, Kind, clock(From), Seen ?? clock(To))
        {
            Step = Of,
            Waits = Waits,
        };
    }
}
