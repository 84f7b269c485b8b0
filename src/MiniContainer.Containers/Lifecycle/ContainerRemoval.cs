// Deleting a container: which one may be deleted, and when. What is undone then stands in its journal (lab 12-oci;
// runtime-spec, "Delete").

using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using static Tmds.Linux.LibC;

namespace MiniContainer.Containers.Lifecycle;

/// <summary>Deletes containers.</summary>
public static class ContainerRemoval
{
    /// <summary>Where containers have their state.</summary>
    public static StateSort Sort { get; } = new("container", "containers") { Collect = Execs.CollectGarbage };

    /// <summary>Deletes a container (runtime-spec, "Delete").</summary>
    /// <param name="root">The directory of all state.</param>
    /// <param name="id">The container.</param>
    /// <param name="force">Whether to kill it if it runs, and to be content if there is none.</param>
    /// <param name="watch">Sees each step's undo; null for none.</param>
    /// <exception cref="MinicException">There is none, it runs, or something could not be undone.</exception>
    public static void Delete(StateRoot root, string id, bool force, PlayObserver? watch = null)
    {
        if (ToDelete(root, id, force) is not { } container)
            return;
        // Thawed by the undo it would run on until its turn comes: the signal waits for that moment.
        if (container.Status == ContainerStatus.Paused)
            container.Kill(SIGKILL, all: true);
        Removal.Play(container.Directory, root, watch);
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
}
