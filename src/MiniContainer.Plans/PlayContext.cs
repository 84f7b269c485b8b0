// What a plan's steps share while they are played: the children made so far and the descriptors that they are given.

using System.Runtime.InteropServices;
using MiniContainer.Kernel;

namespace MiniContainer.Plans;

/// <summary>The state of one play of a plan.</summary>
/// <param name="plan">What is played.</param>
public sealed class PlayContext(Plan plan) : IDisposable
{
    private readonly Dictionary<string, Child> children = [];
    private readonly Dictionary<string, IReadOnlyList<TapeEntry>> tapes = [];
    private readonly List<SafeHandle> owned = [];

    /// <summary>What is played.</summary>
    public Plan Plan { get; } = plan;

    /// <summary>Puts entries between those of a child's tape before it is laid out; null for none.</summary>
    public Func<string, IReadOnlyList<TapeEntry>, IReadOnlyList<TapeEntry>>? Rearranges { get; set; }

    /// <summary>Hears of each child that has been made; null for none.</summary>
    public Action<string, Child>? HearsOfChild { get; set; }

    /// <summary>Descriptors of ours that steps name: "stdin", "console", "ns:net" …; closed by their owners.</summary>
    public Dictionary<string, SafeHandle> Handles { get; } = [];

    /// <summary>
    /// Locks taken before the plan was made, by the path that they lock. A step may give one up early; before anything
    /// is undone all are, since an undo takes for itself what it needs.
    /// </summary>
    public Dictionary<string, IDisposable> Locks { get; } = [];

    /// <summary>
    /// What steps have found out: calls that depend on it are on a tape or not (<see cref="TapeCall.When"/>).
    /// </summary>
    public HashSet<string> Conditions { get; } = [];

    /// <summary>
    /// Keeps a descriptor that a step has opened, for a later step to find among <see cref="Handles"/>.
    /// </summary>
    public void Own(string name, SafeHandle handle)
    {
        Handles[name] = handle;
        owned.Add(handle);
    }

    /// <summary>The children by name.</summary>
    public IReadOnlyDictionary<string, Child> Children => children;

    /// <summary>The tape of a child that is about to be made.</summary>
    public IReadOnlyList<TapeEntry> LayOut(string name)
    {
        var own = TapeEntry.Of(Plan.StepsOf(name), call => call.When is null || Conditions.Contains(call.When));
        return tapes[name] = Rearranges?.Invoke(name, own) ?? own;
    }

    /// <summary>
    /// The tape of a child, as it was laid out: entry 0 stands at <see cref="Child.Prologue"/> of
    /// <see cref="Child.Tape"/>.
    /// </summary>
    public IReadOnlyList<TapeEntry> TapeOf(string name) => tapes[name];

    /// <summary>Adds a child that has just been made of its tape.</summary>
    public void Add(string name, Child child)
    {
        children.Add(name, child);
        HearsOfChild?.Invoke(name, child);
    }

    /// <summary>The failure that ended a child's tape, told as the step that failed; null if none did.</summary>
    public MinicException? FailureOf(string name)
    {
        var child = children[name];
        if (child.FailedCall is not { } failed || child.Failure() is not { } failure)
            return null;
        return failed < 0 || failed >= tapes[name].Count ? failure : Explain(tapes[name], failed, child, failure);
    }

    /// <summary>
    /// The failure of the first child whose tape has failed, told as the step that did; null if none has.
    /// </summary>
    public MinicException? ChildFailure() => children.Keys.Select(FailureOf).FirstOrDefault(f => f is not null);

    /// <summary>
    /// Closes what <see cref="Own"/> keeps: the children have their own by now, and a mount that is held is busy.
    /// </summary>
    public void CloseOwned()
    {
        owned.ForEach(handle => handle.Dispose());
        owned.Clear();
    }

    /// <summary>Gives up the locks that are left.</summary>
    public void Unlock()
    {
        foreach (var held in Locks.Values)
            held.Dispose();
        Locks.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Unlock();
        foreach (var child in children.Values)
            child.Dispose();
        CloseOwned();
    }

    private static MinicException Explain(IReadOnlyList<TapeEntry> tape, int failed, Child child,
        MinicException failure)
    {
        var (_, step, index) = tape[failed];
        // A call that a watch has put there is not the step's own: it fails only if we go away.
        if (index is not { } own)
            return failure;
        if (step.Calls[own].Blames is > 0 and var before)
        {
            // What a watch has put between them does not count.
            var cause = Enumerable.Range(0, failed).Last(i => tape[i].Step == step && tape[i].Index == own - before);
            if (child.Tape.Result(child.Prologue + cause) is < 0 and var errno)
                return MinicException.FromErrno(step.Title, step.Calls[own - before].ToString(), (int)-errno);
        }

        if (step.Calls[own].Name == "execve" && failure.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            // The search of PATH goes on past a file that may not be executed, but that is the error to report
            // (execvp(3)).
            for (var i = 0; i < failed; i++)
            {
                if (tape[i] is { Index: { } earlier } && tape[i].Step == step
                    && child.Tape.Result(child.Prologue + i) == -Errno.EACCES)
                    return MinicException.FromErrno(step.Title, step.Calls[earlier].ToString(), Errno.EACCES);
            }
        }

        return failure.Errno == 0
            ? new MinicException(step.Title, failure.Message)
            : MinicException.FromErrno(step.Title, step.Calls[own].ToString(), failure.Errno);
    }
}
