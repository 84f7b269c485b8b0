// The player that undoes what a journal says was begun: delete, rollback and gc are all this. With the last user of a
// shared thing, a network say, the thing's own journal is undone (SharedThing.cs).

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
    /// <param name="watch">Called around each step; null for none.</param>
    /// <exception cref="MinicException">The watch wants no more.</exception>
    /// <returns>What went wrong, in the order in which it did; empty if nothing is left.</returns>
    public static IReadOnlyList<MinicException> Play(Journal journal, PlayObserver? watch = null) =>
        Play(journal, watch, held: null);

    /// <summary>Undoes a shared thing that has no users, and removes its directory; none at all is fine.</summary>
    /// <param name="thing">The thing; the caller holds its lock.</param>
    /// <param name="watch">Sees each step's undo; null for none.</param>
    /// <exception cref="MinicException">Something is left; its journal still holds it.</exception>
    public static void End(SharedThing thing, PlayObserver? watch = null)
    {
        using (var journal = thing.TryOpen())
        {
            if (journal is not null && Play(journal, watch, thing.LockPath) is { Count: > 0 } failures)
            {
                var doing = $"end the {journal.Header!.Kind} {journal.Header.Id}";
                throw Failed(doing, thing.Path, failures, journal.Unread.Any());
            }

            if (journal is null)
                thing.RefuseStrange();
        }

        thing.Remove();
    }

    /// <summary>Tells what could not be undone.</summary>
    /// <param name="doing">What was tried: "remove box".</param>
    /// <param name="directory">The directory of the journal, which stays.</param>
    /// <param name="failures">At least one.</param>
    /// <param name="unread">Whether the cause is a journal that cannot be read.</param>
    public static MinicException Failed(
        string doing, string directory, IReadOnlyList<MinicException> failures, bool unread) =>
        new(doing, string.Join("\n", failures.Select(f => f.Message)), unread
            ? $"The version of minic that wrote {directory}/{Journal.FileName} can undo it. "
                + $"Or undo by hand what the line says, then: rm -r {directory}"
            : "The journal still holds it: mend the cause, and say it again or minic gc.");

    // held: the lock that this play holds already, which flock(2) would have it wait for.
    private static List<MinicException> Play(Journal journal, PlayObserver? watch, string? held)
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
                    Undo(entry, journal.Kinds, watch, held);
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

        // If nothing is left to undo in a journal, its directory is still there: a minic that finds it is to end that.
        if (!journal.Down)
            journal.MarkDown();
        Faults.AllUndone(shared: held is not null);
        return failures;
    }

    private static void Undo(JournalEntry entry, StepKinds kinds, PlayObserver? watch, string? held)
    {
        if (entry.Step.Uses is { } use)
            Leave(new SharedThing(use.Directory, kinds), use.User, joined: entry.Facts is not null, watch, held);
        entry.Step.Undo(entry.Facts);
    }

    private static void Leave(SharedThing thing, string user, bool joined, PlayObserver? watch, string? held)
    {
        using var own = held == thing.LockPath ? null : SharedLock.TakeIfThere(thing.LockPath);
        if (own is null && held != thing.LockPath)
            return;
        // A user that never joined has nothing to end; a user that had left before may have died before the end.
        if ((thing.Leave(user) || joined) && !thing.InUse)
            End(thing, watch);
    }
}
