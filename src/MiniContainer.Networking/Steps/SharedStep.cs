// Steps that make what all users of a network, or of the host, share: the bridge, its addresses, settings, the nft table.
// Each makes what lacks, and none undoes it: the undo of JoinNetwork does when the last user leaves. Lab 14-bridge.

using MiniContainer.Plans;

namespace MiniContainer.Networking.Steps;

/// <summary>A step about what a network's users share.</summary>
/// <param name="Directory">The network's directory: /run/minic/networks/minic.</param>
public abstract record SharedStep(string Directory) : Step
{
    private protected NetworkDirectory Network => new(Directory);

    /// <summary>Does it under the lock: nobody joins, leaves or makes the same meanwhile.</summary>
    public sealed override StepResult? Do(PlayContext playing)
    {
        // The play may hold the lock since before it was planned; flock(2) would have it wait for itself.
        using var own = playing.Locks.ContainsKey(Network.Networks) ? null : SharedLock.Take(Network.Networks);
        Make(playing);
        return null;
    }

    private protected abstract void Make(PlayContext playing);
}
