// minic gc: what killed runs left is undone, of whatever sort it is. Each sort of thing says where its state lies
// (StateSort), so nothing has to be taught here when a new one comes (DESIGN: nothing is left behind).

using MiniContainer.Kernel;

namespace MiniContainer.Plans;

/// <summary>What is left of owners that are gone.</summary>
public static class Garbage
{
    /// <summary>Puts right what killed runs left: journals that no minic is playing, and whose owner is gone.</summary>
    /// <param name="root">The directory of all state.</param>
    /// <param name="told">Called with each thing that was removed: "container box".</param>
    /// <param name="watch">Sees each step's undo; null for none.</param>
    /// <exception cref="MinicException">Something could not be undone; all that could be has been.</exception>
    public static void Collect(StateRoot root, Action<string> told, PlayObserver? watch = null)
    {
        var failures = new List<MinicException>();
        foreach (var (sort, path) in StateDirectories(root))
        {
            var name = $"{sort.Name} {Path.GetFileName(path)}";
            try
            {
                Collect(sort, path, root, name, told, watch);
            }
            catch (Exception e) when (watch?.Stopped != true)
            {
                // A journal that cannot be undone is no reason to leave the others, whatever is wrong with it.
                failures.Add(e as MinicException ?? new MinicException($"remove {name}", e.Message, inner: e));
            }
        }

        foreach (var sort in root.Sorts)
            _ = Directories.TryRemove(root[sort.Directory]);
        foreach (var sort in root.SharedSorts)
            CollectShared(sort, root, told, watch, failures);
        _ = Directories.TryRemove(root.Path);
        if (failures.Count > 0)
            throw MinicException.FromSeveral("put right what was left", failures);
    }

    // After those who use it: their undo ends what they were the last users of.
    private static void CollectShared(
        StateSort sort, StateRoot root, Action<string> told, PlayObserver? watch, List<MinicException> failures)
    {
        // A plan begins with this lock, and so with its directory: a minic that died before it had a journal left that
        // empty.
        using var held = SharedLock.TakeIfThere(root[sort.Directory]);
        foreach (var thing in UnusedOf(sort, root))
        {
            var what = $"{sort.Name} {Path.GetFileName(thing.Path)}";
            try
            {
                Backward.End(thing, watch);
                told(what);
            }
            catch (Exception e) when (watch?.Stopped != true)
            {
                failures.Add(e as MinicException ?? new MinicException($"remove {what}", e.Message, inner: e));
            }
        }
    }

    // The end of a network may leave the host's without a user: in the order of their names that comes first.
    private static IEnumerable<SharedThing> UnusedOf(StateSort sort, StateRoot root) =>
        SharedThing.All(root[sort.Directory], root.Kinds).Reverse()
            .Where(thing => !thing.InUse && Directory.Exists(thing.Path));

    /// <summary>
    /// What <see cref="Collect(StateRoot, Action{string}, PlayObserver?)"/> would undo, by what it is of: "container
    /// box".
    /// </summary>
    public static IReadOnlyList<(string What, IReadOnlyList<JournalEntry> Entries)> Left(StateRoot root)
    {
        var found = new List<(string, IReadOnlyList<JournalEntry>)>();
        foreach (var (sort, path) in StateDirectories(root))
        {
            // Locked while we look at it, since its owner may be any process.
            using var directory = StateDirectory.TryLock(root, path);
            if (directory is not null && IsGarbage(directory))
                found.Add(($"{sort.Name} {Path.GetFileName(path)}", Entries(directory)));
        }

        foreach (var sort in root.SharedSorts)
        {
            using var held = SharedLock.TakeIfThere(root[sort.Directory]);
            found.AddRange(UnusedOf(sort, root)
                .Select(thing => ($"{sort.Name} {Path.GetFileName(thing.Path)}", thing.Standing)));
        }

        return found;
    }

    private static IEnumerable<(StateSort Sort, string Path)> StateDirectories(StateRoot root) => root.Sorts
        .SelectMany(sort =>
            StateDirectory.Names(root[sort.Directory]).Select(name => (sort, root[sort.Directory, name])));

    private static IReadOnlyList<JournalEntry> Entries(StateDirectory directory)
    {
        if (!directory.HasJournal)
            return [];
        using var journal = directory.OpenJournal();
        return journal.Entries;
    }

    private static void Collect(
        StateSort sort, string path, StateRoot root, string name, Action<string> told, PlayObserver? watch)
    {
        // A monitor takes the lock for a moment to write down an exit: that alone is no reason to pass over what was
        // left.
        var locked = StateDirectory.TryLock(root, path);
        for (var tries = 0; locked is null && tries < 20 && Directory.Exists(path); tries++)
        {
            Thread.Sleep(10);
            locked = StateDirectory.TryLock(root, path);
        }

        using var directory = locked;
        if (directory is null)
            return;
        if (!IsGarbage(directory))
        {
            sort.Collect?.Invoke(root, path, name, told, watch);
            return;
        }

        Removal.Play(directory, watch);
        told(name);
    }

    // We have the lock, so no other minic is playing: what is partly undone stays so until a minic goes on with it.
    private static bool IsGarbage(StateDirectory directory)
    {
        if (!directory.HasJournal)
            return true;
        using var journal = directory.OpenJournal();
        return journal.LeftOver;
    }
}
