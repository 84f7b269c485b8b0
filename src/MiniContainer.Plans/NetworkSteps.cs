// What attaches a container or a pod to its network, as its planner takes it: two parts, with the making of the process
// between them. Which network it is, and what CNI calls it, is the business of the floor above (lab 22-cni).

namespace MiniContainer.Plans;

/// <summary>The steps of an attachment.</summary>
/// <param name="Before">What comes before the process is made.</param>
/// <param name="Inside">What is played while the process waits.</param>
public sealed record NetworkSteps(IReadOnlyList<Step> Before, IReadOnlyList<Step> Inside) : IDisposable
{
    /// <summary>Held since the addresses in the steps were chosen; a step gives it up. Null where none were.</summary>
    public SharedLock? Lock { get; init; }

    /// <summary>Hands the lock to a play of these steps.</summary>
    public void GiveLock(PlayContext playing)
    {
        if (Lock is not null)
            playing.Locks[Lock.Path] = Lock;
    }

    /// <summary>Gives the lock up, if no step has yet.</summary>
    public void Dispose() => Lock?.Dispose();
}
