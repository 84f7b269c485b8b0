// Deleting: the undo of the journal, and then the journal itself. `delete`, the end of `run` and `gc` are all this
// (lab 12-oci; DESIGN: nothing is left behind).

using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using static Tmds.Linux.LibC;

namespace MiniContainer.Containers.Lifecycle;

/// <summary>Removes containers, pods and what is left of them.</summary>
public static class Removal
{
    /// <summary>
    /// Undoes all that a state directory's journal holds, and removes the directory; none at all is fine.
    /// </summary>
    /// <param name="path">The state directory.</param>
    /// <param name="root">The directory of all state.</param>
    /// <param name="watch">Sees each step's undo; null for nobody.</param>
    /// <exception cref="MinicException">Something is left; the journal still holds it.</exception>
    public static void Play(string path, StateRoot root, PlayObserver? watch = null)
    {
        using var directory = StateDirectory.Lock(root, path);
        if (directory is not null)
            Play(directory, root, watch);
    }

    /// <summary>Deletes a container (runtime-spec, "Delete").</summary>
    /// <param name="root">The directory of all state.</param>
    /// <param name="id">The container.</param>
    /// <param name="force">Whether to kill it if it runs, and to be content if there is none.</param>
    /// <param name="watch">Sees each step's undo; null for nobody.</param>
    /// <exception cref="MinicException">There is none, it runs, or something could not be undone.</exception>
    public static void Delete(StateRoot root, string id, bool force, PlayObserver? watch = null)
    {
        if (ToDelete(root, id, force) is not { } container)
            return;
        // Thawed by the undo it would run on until its turn comes: the signal waits for that moment.
        if (container.Status == ContainerStatus.Paused)
            container.Kill(SIGKILL, all: true);
        Play(container.Directory, root, watch);
    }

    /// <summary>The container that delete would remove.</summary>
    /// <returns>Null if there is none and none is fine.</returns>
    /// <exception cref="MinicException">There is none, or it runs.</exception>
    public static Container? ToDelete(StateRoot root, string id, bool force)
    {
        var container = Container.TryLoad(root, id);
        if (container is null && force)
            return null;
        container ??= Container.Load(root, id);
        // A created container has not begun yet: the specification lets it be deleted only once stopped, and runc as
        // well as podman count on a plain delete of it.
        if (!force && container.Status is ContainerStatus.Running or ContainerStatus.Paused or ContainerStatus.Creating)
            throw new MinicException($"delete container {id}",
                $"it is {container.Status.ToString().ToLowerInvariant()}",
                $"Stop it first (minic kill {id} KILL), or use delete --force.");
        return container;
    }

    /// <summary>Puts right what killed runs left: journals that nobody is playing, and whose owner is gone.</summary>
    /// <param name="root">The directory of all state.</param>
    /// <param name="told">Called with each thing that was removed: "container box".</param>
    /// <param name="watch">Sees each step's undo; null for nobody.</param>
    /// <exception cref="MinicException">Something could not be undone; all that could be has been.</exception>
    public static void CollectGarbage(StateRoot root, Action<string> told, PlayObserver? watch = null)
    {
        var failures = new List<MinicException>();
        foreach (var (kind, path) in StateDirectories(root))
        {
            try
            {
                Collect(path, root, $"{kind} {Path.GetFileName(path)}", told, watch);
            }
            catch (Exception e) when (watch?.Stopped != true)
            {
                // One that cannot be undone is no reason to leave the others, whatever is wrong with it.
                failures.Add(e as MinicException
                    ?? new MinicException($"remove {kind} {Path.GetFileName(path)}", e.Message, inner: e));
            }
        }

        foreach (var kind in Kinds)
            _ = Directories.TryRemove(root[kind]);
        CollectShared(root, told, watch, failures);
        _ = Directories.TryRemove(root.Path);
        if (failures.Count > 0)
            throw failures.Count == 1
                ? failures[0]
                : new MinicException("put right what was left", string.Join("\n", failures.Select(f => f.Message)));
    }

    // After those who use it: their undo ends what they were the last users of.
    private static void CollectShared(
        StateRoot root, Action<string> told, PlayObserver? watch, List<MinicException> failures)
    {
        // A plan begins with this lock, and so with its directory: who died before there was a journal left it, empty.
        using var held = SharedLock.TakeIfThere(root[Shared]);
        foreach (var thing in UnusedOf(root))
        {
            try
            {
                var what = What(thing);
                Backward.End(thing, watch);
                told(what);
            }
            catch (Exception e) when (watch?.Stopped != true)
            {
                failures.Add(e as MinicException ?? new MinicException($"remove {What(thing)}", e.Message, inner: e));
            }
        }
    }

    // The end of a network may leave the host's without a user: in the order of their names that comes first.
    private static IEnumerable<SharedThing> UnusedOf(StateRoot root) =>
        SharedThing.All(root[Shared], root.Kinds).Reverse()
            .Where(thing => !thing.InUse && Directory.Exists(thing.Path));

    private static string What(SharedThing thing) => $"{Shared[..^1]} {Path.GetFileName(thing.Path)}";

    /// <summary>What <see cref="CollectGarbage"/> would undo, by what it is of: "container box".</summary>
    public static IReadOnlyList<(string What, IReadOnlyList<JournalEntry> Entries)> Garbage(StateRoot root)
    {
        var found = new List<(string, IReadOnlyList<JournalEntry>)>();
        foreach (var (kind, path) in StateDirectories(root))
        {
            // Locked while it is looked at, since its owner may be anybody.
            using var directory = StateDirectory.TryLock(root, path);
            if (directory is not null && IsGarbage(directory))
                found.Add(($"{kind} {Path.GetFileName(path)}", Entries(directory)));
        }

        using var held = SharedLock.TakeIfThere(root[Shared]);
        found.AddRange(UnusedOf(root).Select(thing => (What(thing), thing.Standing)));
        return found;
    }

    private static readonly string[] Kinds = ["containers", "pods"];

    // What several of them share, each with a journal of its own.
    private const string Shared = "networks";

    private static IEnumerable<(string Kind, string Path)> StateDirectories(StateRoot root) => Kinds
        .SelectMany(k => StateDirectory.Names(root[k]).Select(name => (k[..^1], root[k, name])));

    private static IReadOnlyList<JournalEntry> Entries(StateDirectory directory)
    {
        if (!directory.HasJournal)
            return [];
        using var journal = directory.OpenJournal();
        return journal.Entries;
    }

    private static void Collect(string path, StateRoot root, string name, Action<string> told, PlayObserver? watch)
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
            Execs.CollectGarbage(root, path, name, told, watch);
            return;
        }

        Play(directory, root, watch);
        told(name);
    }

    // We have the lock, so nobody is playing: what is partly undone stays so until somebody goes on with it.
    private static bool IsGarbage(StateDirectory directory)
    {
        if (!directory.HasJournal)
            return true;
        using var journal = directory.OpenJournal();
        return journal.LeftOver;
    }

    private static void Play(StateDirectory directory, StateRoot root, PlayObserver? watch = null)
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
