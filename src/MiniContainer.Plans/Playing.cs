// What a plan's steps share while they are played: the children made so far and the descriptors that they are given.

using System.Runtime.InteropServices;
using MiniContainer.Kernel;

namespace MiniContainer.Plans;

/// <summary>The state of one play of a plan.</summary>
/// <param name="plan">What is played.</param>
public sealed class Playing(Plan plan) : IDisposable
{
    private readonly Dictionary<string, Child> children = [];

    /// <summary>What is played.</summary>
    public Plan Plan { get; } = plan;

    /// <summary>Descriptors of ours that steps name: "stdin", "console", "ns:net" …; closed by their owners.</summary>
    public Dictionary<string, SafeHandle> Handles { get; } = [];

    /// <summary>
    /// Locks taken before the plan was made, by the path that they lock. A step may give one up early; before anything is
    /// undone all are, since an undo takes for itself what it needs.
    /// </summary>
    public Dictionary<string, IDisposable> Locks { get; } = [];

    /// <summary>The children by name.</summary>
    public IReadOnlyDictionary<string, Child> Children => children;

    /// <summary>Adds a child that has just been made.</summary>
    public void Add(string name, Child child) => children.Add(name, child);

    /// <summary>The failure that ended a child's tape, told as the step that failed; null if none did.</summary>
    public MinicException? FailureOf(string name)
    {
        var child = children[name];
        if (child.FailedCall is not { } failed || child.Failure() is not { } failure)
            return null;
        if (failed < 0)
            return failure;
        // Steps hold one to a few calls each: count through them to the one that failed.
        foreach (var step in Plan.StepsOf(name))
        {
            if (failed < step.Calls.Count)
                return Explain(step, failed, child, failure);
            failed -= step.Calls.Count;
        }

        return failure;
    }

    /// <summary>The failure of the first child whose tape has failed, told as the step that did; null if none has.</summary>
    public MinicException? ChildFailure() => children.Keys.Select(FailureOf).FirstOrDefault(f => f is not null);

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
    }

    private static MinicException Explain(ChildStep step, int index, Child child, MinicException failure)
    {
        var call = step.Calls[index];
        if (call.Name == "execve" && failure.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            // The search of PATH goes on past a file that may not be executed, but that is the error to report (execvp(3)).
            for (var i = 0; i < index; i++)
            {
                if (child.Tape.Result(child.FailedCall!.Value - index + i + child.Prologue) == -Errno.EACCES)
                    return MinicException.FromErrno(step.Title, step.Calls[i].ToString(), Errno.EACCES);
            }
        }

        return failure.Errno == 0
            ? new MinicException(step.Title, failure.Message)
            : MinicException.FromErrno(step.Title, call.ToString(), failure.Errno);
    }
}
