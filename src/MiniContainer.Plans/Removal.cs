// Removing what has a journal: the undo of the journal, and then the journal itself. Each delete is this, the end of
// `run`, and gc (lab 12-oci; DESIGN: nothing is left behind).

using MiniContainer.Kernel;

namespace MiniContainer.Plans;

/// <summary>Removes what has a state directory.</summary>
public static class Removal
{
    /// <summary>
    /// Undoes all that a state directory's journal holds, and removes the directory; none at all is fine.
    /// </summary>
    /// <param name="path">The state directory.</param>
    /// <param name="root">The directory of all state.</param>
    /// <param name="watch">Sees each step's undo; null for none.</param>
    /// <exception cref="MinicException">Something is left; the journal still holds it.</exception>
    public static void Play(string path, StateRoot root, PlayObserver? watch = null)
    {
        using var directory = StateDirectory.Lock(root, path);
        if (directory is not null)
            Play(directory, watch);
    }

    /// <summary>The same for a directory that is locked already.</summary>
    /// <param name="directory">The state directory.</param>
    /// <param name="watch">Sees each step's undo; null for none.</param>
    /// <exception cref="MinicException">Something is left; the journal still holds it.</exception>
    public static void Play(StateDirectory directory, PlayObserver? watch = null)
    {
        if (directory.HasJournal)
        {
            using var journal = directory.OpenJournal();
            var failures = Backward.Play(journal, watch);
            if (failures.Count > 0)
            {
                throw Backward.Failed(
                    $"remove {Path.GetFileName(directory.Path)}", directory.Path, failures, journal.Unread.Any());
            }
        }

        directory.Remove();
    }
}
