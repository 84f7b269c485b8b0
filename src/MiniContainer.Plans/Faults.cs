// Faults on purpose: the promise that nothing is left behind is tested on the very binary that ships, by failing or
// killing it at each step of its plans (docs/decisions/0008-faults.md). Without MINIC_FAULT nothing here does anything.
//
//     list:FILE             append the steps of every play to FILE, a line each, their parts separated by tabs
//     fail:K:EIO            step K of the plan, counted from 1, is not done: EIO in its place
//     fail-late:K:EIO       it is done, and fails then
//     fail:K.J              the J-th call of the child's step K fails: see Broken below
//     kill:before:K         SIGKILL just before step K is written into the journal,
//     kill:between:K        when it is done and the journal does not say so yet,
//     kill:after:K          or once it does. K = 0 is the claim of the name, which comes before the journal.
//     kill:before:K.J       SIGKILL while the child stands before the J-th call of its step K, from which it never moves,
//     kill:after:K.J        or just after it; the child then goes on without us.
//     undo-fail:N:EIO       the undo of entry N of the journal fails,
//     undo-kill:before:N    or we die before it,
//     undo-kill:between:N   or when it is undone and the journal does not say so yet. N = 0: all is undone, and the
//                           state directory still there.
//
// Several are separated by commas. Lab 03-threads; signal(7).

using System.Globalization;
using MiniContainer.Kernel;

namespace MiniContainer.Plans;

/// <summary>The faults that the environment variable MINIC_FAULT asks for.</summary>
public static class Faults
{
    /// <summary>The environment variable.</summary>
    public const string Variable = "MINIC_FAULT";

    private static readonly Lazy<IReadOnlyList<Fault>> All = new(() =>
        [.. (Environment.GetEnvironmentVariable(Variable) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Parse)]);

    // Where a child is to rest: its name, and the place on its tape.
    private static (string Child, int Index)? rest;

    private sealed record Fault(string Kind, string Where, int Step, int Call, int Errno);

    /// <summary>Lists a plan that is about to be played.</summary>
    internal static void List(Plan plan)
    {
        foreach (var file in All.Value.Where(f => f.Kind == "list").Select(f => f.Where))
            File.AppendAllLines(file, plan.Steps.Select((s, i) => string.Join('\t', [(i + 1).ToString(CultureInfo.InvariantCulture), s.Actor, s.GetType().Name, s.Title, .. s.CallTexts])));
    }

    /// <summary>The moment before a step; step 0 is the claim of the name.</summary>
    public static void Before(int step) => Kill("kill", "before", step);

    /// <summary>The moment in which a step would be done.</summary>
    internal static void Instead(int number, Step step) => Fail("fail", number, step);

    /// <summary>The moment when a step is done, and the journal does not say so yet.</summary>
    public static void Between(int step) => Kill("kill", "between", step);

    /// <summary>The same, for a step that is to fail late.</summary>
    internal static void Between(int number, Step step)
    {
        Between(number);
        Fail("fail-late", number, step);
    }

    /// <summary>The moment after a step.</summary>
    internal static void After(int step) => Kill("kill", "after", step);

    /// <summary>The moment before the undo of an entry of the journal.</summary>
    internal static void BeforeUndo(int number, Step step)
    {
        Kill("undo-kill", "before", number);
        Fail("undo-fail", number, step);
    }

    /// <summary>The moment after an undo, before the journal says so; 0 is the end of all undo.</summary>
    public static void AfterUndo(int number) => Kill("undo-kill", "between", number);

    /// <summary>The calls of a child's tape, with what is to go wrong in them.</summary>
    internal static IReadOnlyList<TapeCall> Calls(Plan plan, string child)
    {
        var calls = new List<TapeCall>();
        foreach (var (step, number) in plan.Steps.Select((s, i) => (s as ChildStep, i + 1)).Where(s => s.Item1?.Child == child))
        {
            for (var i = 0; i < step!.Calls.Count; i++)
            {
                var fault = All.Value.FirstOrDefault(f => f.Step == number && f.Call == i + 1);
                if (fault is { Kind: "kill", Where: "before" })
                    AddRest(new TapeCall("ppoll", 0, 0, TapeArg.Null, TapeArg.Null, 0));
                calls.Add(fault?.Kind == "fail" ? Broken(step.Calls[i]) : step.Calls[i]);
                if (fault is { Kind: "kill", Where: "after" })
                    AddRest(plan.StepsOf(child).SelectMany(s => s.Calls).First(c => c.Name == "read") with { Least = 0 });
            }
        }

        return calls;

        // To stand still is to poll no descriptor, for ever. To go on when the parent is dead is to wait for "go" once more:
        // nobody says it again, and the end of that pipe comes with the parent's death.
        void AddRest(TapeCall call)
        {
            rest = (child, calls.Count);
            calls.Add(call);
        }
    }

    /// <summary>Dies when the child comes to the rest that <see cref="Calls"/> put on its tape.</summary>
    /// <remarks>
    /// The tape is in memory that both see: the parent looks how far the child has come. So it dies while the child stands
    /// at this very call, whatever the parent itself is doing, as a kill from outside would have it.
    /// </remarks>
    internal static void Attend(Child child, string name)
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

    // Any call can be made to fail by another in its place that always does: close(-1), EBADF. For execve that would hide
    // which of the candidates failed: it keeps its path, and gets arguments that are nowhere: EFAULT, or ENOENT of the path.
    private static TapeCall Broken(TapeCall call) => call.Name == "execve"
        ? new TapeCall("execve", call.Args[0], TapeArg.Named(1, "1"), call.Args[2])
        : new TapeCall("close", -1);

    private static void Kill(string kind, string where, int step)
    {
        if (All.Value.Any(f => f.Kind == kind && f.Where == where && f.Step == step && f.Call == 0))
            Die();
    }

    private static void Fail(string kind, int number, Step step)
    {
        if (All.Value.FirstOrDefault(f => f.Kind == kind && f.Step == number) is { } fault)
            throw MinicException.FromErrno(step.Title, step.CallTexts.Count > 0 ? step.CallTexts[0] : step.Title, fault.Errno);
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
            case ["fail" or "fail-late" or "undo-fail", var number, var name] when Number(number) is { Call: 0 } at && Errno.Parse(name) is { } errno:
                return new Fault(parts[0], "", at.Step, 0, errno);
            case ["fail", var number] when Number(number) is { Call: > 0 } at:
                return new Fault("fail", "", at.Step, at.Call, 0);
            default:
                throw new MinicException($"read {Variable}", $"\"{text}\" is no fault", "src/MiniContainer.Plans/Faults.cs says what there is; unset it to have none.");
        }
    }

    private static (int Step, int Call)? Number(string text)
    {
        var parts = text.Split('.');
        var call = 0;
        return parts.Length <= 2 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out var step) && (parts.Length == 1 || int.TryParse(parts[1], CultureInfo.InvariantCulture, out call))
            ? (step, call)
            : null;
    }
}
