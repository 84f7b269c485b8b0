// The player that undoes what a journal says was begun: delete, rollback and gc are all this.

using MiniContainer.Kernel;

namespace MiniContainer.Plans;

/// <summary>Plays the undo of a journal's steps, the last one first.</summary>
public static class Backward
{
    /// <summary>What could not be undone of a journal, since it cannot be read; nothing is played.</summary>
    public static IReadOnlyList<MinicException> Refuse(Journal journal) =>
        [.. journal.Unread.Select(u => u.Refusal)];

    /// <summary>Undoes every step that was begun and is not undone yet.</summary>
    /// <remarks>
    /// A step that cannot be undone does not stop the others; the journal still holds it, so a later call tries again.
    /// </remarks>
    /// <param name="journal">What was begun.</param>
    /// <param name="watch">Called around each step; null for nobody.</param>
    /// <exception cref="MinicException">The watch wants no more.</exception>
    /// <returns>What went wrong, in the order in which it did; empty if nothing is left.</returns>
    public static IReadOnlyList<MinicException> Play(Journal journal, PlayObserver? watch = null)
    {
        var failures = new List<MinicException>();
        using var patience = Patience.Share();
        watch = PlayObserver.Of(watch, Faults.Asked);
        for (var i = journal.Entries.Count - 1; i >= 0; i--)
        {
            var entry = journal.Entries[i];
            if (entry.Undone)
                continue;
            watch?.Undoing(entry, journal);
            if (!journal.Down)
                journal.MarkDown();
            try
            {
                watch?.UndoBegun(entry);
                if (!(journal.MayBeUp && entry.Step.StaysOnceUp))
                    entry.Step.Undo(entry.Facts);
                watch?.UndoDone(entry);
                journal.Undone(entry.Number);
                watch?.Undone(entry, journal);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                failures.Add(new MinicException($"undo \"{entry.Step.Title}\"", e.Message, inner: e));
            }
            catch (MinicException e)
            {
                failures.Add(e);
            }
        }

        // Of a journal in which nothing is left to undo, the directory is: whoever finds it is to end that.
        if (!journal.Down)
            journal.MarkDown();
        Faults.AllUndone();
        return failures;
    }
}
