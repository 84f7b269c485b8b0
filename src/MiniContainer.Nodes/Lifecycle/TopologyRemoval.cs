// The way back from TopologyLauncher.cs, for a whole topology as for a half-built one: the undo of its journal, and
// then the journal itself. Any process that holds the directory's lock may do it, as often as it takes (lab 12-oci).

using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Nodes.Lifecycle;

/// <summary>Takes topologies down.</summary>
public static class TopologyRemoval
{
    /// <summary>Takes one down, if it is there.</summary>
    /// <param name="home">The directory of all topologies.</param>
    /// <param name="name">Which.</param>
    /// <returns>False if it was not there.</returns>
    /// <exception cref="MinicException">Something is left, and the journal still holds it.</exception>
    public static bool Down(NodesHome home, string name)
    {
        using (var directory = StateDirectory.Lock(home.State, home.State[name]))
        {
            if (directory is null)
                return false;
            TakeDown(directory);
        }

        home.LeaveIfEmpty();
        return true;
    }

    /// <summary>Takes down those whose owners have died; what cannot be undone of one is a warning.</summary>
    /// <param name="home">The directory of all topologies.</param>
    public static void TakeDownLeftOvers(NodesHome home)
    {
        foreach (var name in home.Names)
        {
            try
            {
                // A topology that is locked belongs to a process that lives.
                using var directory = StateDirectory.TryLock(home.State, home.State[name]);
                if (directory is not null && TopologyState.IsLeftOver(directory))
                    TakeDown(directory);
            }
            catch (MinicException e)
            {
                // It is no reason to leave the others, nor to build no other one.
                Warnings.Sink(e.Message);
            }
        }
    }

    /// <summary>Takes one down whose directory is locked.</summary>
    /// <param name="directory">Its directory.</param>
    /// <exception cref="MinicException">Something is left, and the journal still holds it.</exception>
    public static void TakeDown(StateDirectory directory)
    {
        if (!directory.HasJournal && !TopologyState.IsLeftOver(directory))
        {
            throw new MinicException($"take {Path.GetFileName(directory.Path)} down",
                $"there is no journal in {directory.Path}", "The version that made it can take it down.");
        }

        // Removing a file also takes away what copies of our mount namespace have mounted on it (umount2(2), since
        // Linux 3.18), so the namespaces go, wherever else their binding was copied to.
        Removal.Play(directory);
    }
}
