// Something is there as a whole, or nothing of it is: claim the name, play the plan onto the journal, and if that fails
// play it backward and free the name again. Containers and pods are launched by this, and so is what comes after them.

using MiniContainer.Kernel;

namespace MiniContainer.Plans;

/// <summary>Makes what a plan says, under a name.</summary>
/// <param name="Root">The directory of all state.</param>
/// <param name="Path">The state directory to claim.</param>
/// <param name="What">What it is, for errors: "container box".</param>
/// <param name="Header">The first line of its journal.</param>
public sealed record Transaction(StateRoot Root, string Path, string What, JournalHeader Header)
{
    /// <summary>
    /// Called once the name is claimed and before anything is written: other claims would be in the way; null for
    /// nothing.
    /// </summary>
    public Action? Claimed { get; init; }

    /// <summary>Sees each step come and go.</summary>
    public PlayObserver? Watch { get; init; }

    /// <summary>Plays the plan.</summary>
    /// <param name="playing">The play; it is ended if it fails.</param>
    /// <exception cref="MinicException">
    /// The name is in use; or a step failed: then all of it is undone, or stays in the journal for gc.
    /// </exception>
    public void Play(PlayContext playing)
    {
        StateDirectory? directory = null;
        var clean = true;
        try
        {
            Faults.Claiming();
            directory = StateDirectory.Claim(Root, Path, What);
            Faults.Claimed();
            Claimed?.Invoke();
            using var journal = directory.CreateJournal(Header);
            try
            {
                Forward.Play(playing.Plan, journal, playing, Watch);
            }
            catch when (!journal.Clean)
            {
                clean = false;
                throw;
            }
        }
        catch
        {
            // Children first: what they hold is busy.
            playing.Dispose();
            // What could not be undone stays in the journal; else the name is free again.
            if (clean)
                directory?.Remove();
            throw;
        }
        finally
        {
            directory?.Dispose();
        }
    }
}
