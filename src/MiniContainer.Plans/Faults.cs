// Faults on purpose: the promise that nothing is left behind is tested on the very binary that ships, by failing or
// killing it at each step of its plans (docs/decisions/0008-faults.md). Without MINIC_FAULT nothing here does anything.
//
//     list:FILE             append the steps of every play to FILE, a line each, their parts separated by tabs; and
//                           each undo, with the number by which it is known below
//     fail:K:EIO            step K of the plan, counted from 1, is not done: EIO in its place
//     fail-late:K:EIO       it is done, and fails then
//     fail:K.J              the J-th call of the child's step K fails: see Broken below
//     kill:before:K         SIGKILL just before step K is written into the journal,
//     kill:between:K        when it is done and the journal does not say so yet,
//     kill:after:K          or once it does. K = 0 is the claim of the name, which comes before the journal.
//     kill:before:K.J       SIGKILL while the child stands before the J-th call of its step K, from which it never
//                           moves,
//     kill:after:K.J        or just after it; the child then goes on without us.
//     undo-fail:N:EIO       the N-th undo that this process plays fails, those of shared things counted too,
//     undo-kill:before:N    or we die before it,
//     undo-kill:between:N   or when it is undone and the journal does not say so yet. N = 0: all is undone, and the
//                           state directory still there;
//     undo-kill:after:0     the same of a shared thing: a network.
//
// Several are separated by commas. Lab 03-threads; signal(7).

using System.Globalization;
using MiniContainer.Kernel;

namespace MiniContainer.Plans;

/// <summary>The faults that the environment variable MINIC_FAULT asks for, as a watch of every play.</summary>
public sealed class Faults : PlayObserver
{
    /// <summary>The environment variable.</summary>
    public const string Variable = "MINIC_FAULT";

    private static readonly Lazy<Faults?> FromEnvironment = new(() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text
        ? new Faults([.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Parse)]) : null);

    private readonly IReadOnlyList<Fault> all;

    // Where a child is to rest: its name, and the place on its tape.
    private (string Child, int Index)? rest;
    private int number;

    // How many undos have begun, and which of them have not ended: one may lead to those of a shared thing.
    private readonly Dictionary<JournalEntry, int> undoing = new(ReferenceEqualityComparer.Instance);
    private int undos;

    private Faults(IReadOnlyList<Fault> all) => this.all = all;

    private sealed record Fault(string Kind, string Where, int Step, int Call, int Errno);

    /// <summary>Those that are asked for; null for none.</summary>
    internal static Faults? Asked => FromEnvironment.Value;

    /// <summary>The moment before a name is claimed, step 0.</summary>
    public static void Claiming() => Asked?.Kill("kill", "before", 0);

    /// <summary>The moment when a name is claimed, and there is no journal yet.</summary>
    public static void Claimed() => Asked?.Kill("kill", "between", 0);

    /// <summary>The moment when all of a journal is undone, and it is still there.</summary>
    /// <param name="shared">Whether it is that of a shared thing.</param>
    internal static void AllUndone(bool shared)
    {
        if (shared)
            Asked?.List(["shared"]);
        Asked?.Kill("undo-kill", shared ? "after" : "between", 0);
    }

    /// <summary>Lists the plan.</summary>
    public override void Start(PlayContext playing)
    {
        number = 0;
        List(playing.Plan.Steps.Select((s, i) => string.Join('\t',
            [(i + 1).ToString(CultureInfo.InvariantCulture), s.Actor, s.GetType().Name, s.Title, .. s.CallTexts])));
    }

    private void List(IEnumerable<string> lines)
    {
        foreach (var file in all.Where(f => f.Kind == "list").Select(f => f.Where))
            File.AppendAllLines(file, lines);
    }

    /// <inheritdoc/>
    public override void Before(Step step, PlayContext playing)
    {
        number++;
        if (step is not ChildStep)
            Kill("kill", "before", number);
    }

    /// <inheritdoc/>
    public override void Begun(Step step) => Fail("fail", number, step);

    /// <inheritdoc/>
    public override void Done(Step step)
    {
        Kill("kill", "between", number);
        Fail("fail-late", number, step);
    }

    /// <inheritdoc/>
    public override void After(Step step, PlayContext playing)
    {
        if (step is not ChildStep)
            Kill("kill", "after", number);
    }

    /// <inheritdoc/>
    public override void UndoBegun(JournalEntry entry)
    {
        undoing[entry] = ++undos;
        List([string.Create(CultureInfo.InvariantCulture, $"undo\t{undos}\t{entry.Step.Title}")]);
        Kill("undo-kill", "before", undos);
        Fail("undo-fail", undos, entry.Step);
    }

    /// <inheritdoc/>
    public override void UndoDone(JournalEntry entry)
    {
        if (undoing.Remove(entry, out var at))
            Kill("undo-kill", "between", at);
    }

    /// <summary>Puts onto the tape what is to go wrong on it.</summary>
    public override IReadOnlyList<TapeEntry> LayOut(PlayContext playing, string child, IReadOnlyList<TapeEntry> tape)
    {
        var entries = new List<TapeEntry>();
        var go = tape.FirstOrDefault(e => e.Step.Waits);
        // Whether it is a process that was made by the one in the journal, and has not been told to go yet.
        var unknown = false;
        foreach (var entry in tape)
        {
            var step = playing.Plan.Steps.TakeWhile(s => !ReferenceEquals(s, entry.Step)).Count() + 1;
            var fault = entry.Index is { } index
                ? all.FirstOrDefault(f => f.Step == step && f.Call == index + 1) : null;
            // At the wait for "go" it stands by itself. Until then its pid is in no journal: it must end alone, so
            // nothing else may hold it.
            if (fault is { Kind: "kill", Where: "before" }
                && (ReferenceEquals(entry, go) || unknown && entry.Step.Waits))
                rest = (child, entries.Count);
            else if (fault is { Kind: "kill", Where: "before" })
                AddRest(entry, unknown ? go!.Call with
                {
                    Least = 0,
                } : new TapeCall("ppoll", 0, 0, TapeArg.Null, TapeArg.Null, 0));
            entries.Add(fault?.Kind == "fail" ? entry with { Call = Broken(entry.Call) } : entry);
            if (fault is { Kind: "kill", Where: "after" })
                AddRest(entry, go!.Call with { Least = 0 });
            unknown = entry.Call.Name == "clone" || unknown && !entry.Step.Waits;
        }

        return entries;

        // To stand still is to poll no descriptor, for ever. To go on when the parent is dead is to wait for "go" once
        // more: the parent does not say it again, and the end of that pipe comes with the parent's death.
        void AddRest(TapeEntry entry, TapeCall call)
        {
            rest = (child, entries.Count);
            entries.Add(new TapeEntry(call, entry.Step, null));
        }
    }

    /// <summary>Dies when the child comes to the rest that <see cref="LayOut"/> put on its tape.</summary>
    /// <remarks>
    /// The tape is in memory that both see: the parent looks how far the child has come. So it dies while the child
    /// stands at this very call, whatever the parent itself is doing, as a kill from outside would have it.
    /// </remarks>
    public override void Made(string name, Child child)
    {
        if (rest is not { } place || place.Child != name)
            return;
        new Thread(() =>
        {
            while (child.Tape.Played < child.Prologue + place.Index)
                Thread.Yield();
            Die();
        }) { IsBackground = true }.Start();
    }

    // Any call can be made to fail by another in its place that always does: close(-1), EBADF. For execve that would
    // hide which of the candidates failed: it keeps its path, and gets arguments that are nowhere: EFAULT, or ENOENT of
    // the path.
    private static TapeCall Broken(TapeCall call) => call.Name == "execve"
        ? new TapeCall("execve", call.Args[0], TapeArg.Named(1, "1"), call.Args[2])
        : new TapeCall("close", -1);

    private void Kill(string kind, string where, int step)
    {
        if (all.Any(f => f.Kind == kind && f.Where == where && f.Step == step && f.Call == 0))
            Die();
    }

    private void Fail(string kind, int at, Step step)
    {
        if (all.FirstOrDefault(f => f.Kind == kind && f.Step == at && f.Call == 0) is { } fault)
            throw MinicException.FromErrno(step.Title, step.CallTexts.Count > 0 ? step.CallTexts[0] : step.Title,
                fault.Errno);
    }

    private static void Die()
    {
        using var self = Processes.OpenPidFd(Environment.ProcessId)!;
        _ = Processes.Signal(self, 9 /* SIGKILL */);
        Thread.Sleep(Timeout.Infinite);
    }

    private static Fault Parse(string text)
    {
        var parts = text.Split(':');
        switch (parts)
        {
            case ["list", ..]:
                return new Fault("list", text[5..], -1, 0, 0);
            case ["kill" or "undo-kill", "before" or "between" or "after", var number] when Number(number) is { } at:
                return new Fault(parts[0], parts[1], at.Step, at.Call, 0);
            case ["fail" or "fail-late" or "undo-fail", var number, var name] when Number(number) is { Call: 0 } at
                && Errno.Parse(name) is { } errno:
                return new Fault(parts[0], "", at.Step, 0, errno);
            case ["fail", var number] when Number(number) is { Call: > 0 } at:
                return new Fault("fail", "", at.Step, at.Call, 0);
            default:
                throw new MinicException($"read {Variable}", $"\"{text}\" is no fault",
                    "src/MiniContainer.Plans/Faults.cs says what there is; unset it to have none.");
        }
    }

    private static (int Step, int Call)? Number(string text)
    {
        var parts = text.Split('.');
        var call = 0;
        return parts.Length <= 2 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out var step)
            && (parts.Length == 1 || int.TryParse(parts[1], CultureInfo.InvariantCulture, out call))
            ? (step, call)
            : null;
    }
}
