// Deleting: the undo of the journal, and then the journal itself. `delete`, the end of `run` and `gc` are all this
// (lab 12-oci; DESIGN: nothing is left behind).

using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Lifecycle;

/// <summary>Removes containers, pods and what is left of them.</summary>
public static class Removal
{
    /// <summary>Undoes all that a state directory's journal holds, and removes the directory; none at all is fine.</summary>
    /// <param name="path">The state directory.</param>
    /// <param name="root">The directory of all state.</param>
    /// <param name="watch">Sees each step's undo; null for nobody.</param>
    /// <exception cref="MinicException">Something is left; the journal still holds it.</exception>
    public static void Play(string path, string root, PlayWatch? watch = null)
    {
        using var directory = StateDirectory.Lock(path);
        if (directory is not null)
            Play(directory, root, watch);
    }

    /// <summary>Deletes a container (runtime-spec, "Delete").</summary>
    /// <param name="root">The directory of all state.</param>
    /// <param name="id">The container.</param>
    /// <param name="force">Whether to kill it if it runs, and to be content if there is none.</param>
    /// <exception cref="MinicException">There is none, it runs, or something could not be undone.</exception>
    public static void Delete(string root, string id, bool force)
    {
        if (ToDelete(root, id, force) is { } container)
            Play(container.Directory, root);
    }

    /// <summary>The container that delete would remove.</summary>
    /// <returns>Null if there is none and none is fine.</returns>
    /// <exception cref="MinicException">There is none, or it runs.</exception>
    public static Container? ToDelete(string root, string id, bool force)
    {
        var container = Container.TryLoad(root, id);
        if (container is null && force)
            return null;
        container ??= Container.Load(root, id);
        // A created container has not begun yet: the specification lets it be deleted only once stopped, and runc as well as
        // podman count on a plain delete of it.
        if (!force && container.Status is ContainerStatus.Running or ContainerStatus.Creating)
            throw new MinicException($"delete container {id}", $"it is {container.Status.ToString().ToLowerInvariant()}", $"Stop it first (minic kill {id} KILL), or use delete --force.");
        return container;
    }

    /// <summary>Puts right what killed runs left: journals that nobody is playing, and whose owner is gone.</summary>
    /// <param name="root">The directory of all state.</param>
    /// <returns>What was removed: "container box".</returns>
    /// <exception cref="MinicException">Something could not be undone.</exception>
    public static IReadOnlyList<string> CollectGarbage(string root)
    {
        var removed = new List<string>();
        EachGarbage(root, (what, directory) =>
        {
            Play(directory, root);
            removed.Add(what);
        });
        return removed;
    }

    /// <summary>What <see cref="CollectGarbage"/> would undo, by what it is of: "container box".</summary>
    public static IReadOnlyList<(string What, IReadOnlyList<JournalEntry> Entries)> Garbage(string root)
    {
        var found = new List<(string, IReadOnlyList<JournalEntry>)>();
        EachGarbage(root, (what, directory) => found.Add((what, Entries(directory))));
        return found;
    }

    private static IReadOnlyList<JournalEntry> Entries(StateDirectory directory)
    {
        if (!File.Exists(directory.JournalPath))
            return [];
        using var journal = Journal.Open(directory.JournalPath);
        return journal.Entries;
    }

    // What nobody plays and nobody stays with; locked while it is looked at, since its owner may be anybody.
    private static void EachGarbage(string root, Action<string, StateDirectory> action)
    {
        foreach (var kind in new[] { "containers", "pods" })
        {
            var all = Path.Combine(root, kind);
            foreach (var path in Directory.Exists(all) ? Directory.GetDirectories(all) : [])
            {
                using var directory = StateDirectory.TryLock(path);
                if (directory is null || !IsGarbage(directory))
                    continue;
                action($"{kind[..^1]} {Path.GetFileName(path)}", directory);
            }
        }
    }

    private static bool IsGarbage(StateDirectory directory)
    {
        if (!File.Exists(directory.JournalPath))
            return true;
        using var journal = Journal.Open(directory.JournalPath);
        return journal.Header is null || !journal.Header.Owner.Alive && (journal.Header.Foreground || !journal.Up);
    }

    private static void Play(StateDirectory directory, string root, PlayWatch? watch = null)
    {
        if (File.Exists(directory.JournalPath))
        {
            using var journal = Journal.Open(directory.JournalPath);
            var failures = Backward.Play(journal, watch);
            if (failures.Count > 0)
                throw new MinicException($"remove {Path.GetFileName(directory.Path)}", string.Join("\n", failures.Select(f => f.Message)), "The journal still holds it: mend the cause, and say it again or minic gc.");
        }

        directory.Remove(root);
    }
}
