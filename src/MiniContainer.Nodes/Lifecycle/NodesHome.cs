// The directory of all topologies. A file to which a mount namespace is to be bound must lie on a mount with private
// propagation: on a shared one the kernel would have to bind it inside that very namespace too, a loop, and refuses
// with EINVAL. So the directory is bound onto itself and made private, as unshare(1) advises; the last topology takes
// that away. It is there before any name in it is claimed, so no journal holds it: its lock does (lab 06-mounts;
// flock(2)).

using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Nodes.Lifecycle;

/// <summary>The directory of all topologies.</summary>
/// <param name="State">The directory, and the kinds of steps that its journals may hold.</param>
public sealed record NodesHome(StateRoot State)
{
    private const uint Mode = 0x1ed; // 0755

    /// <summary>The names of all topologies, whatever their state.</summary>
    public IReadOnlyList<string> Names => [.. StateDirectory.Names(State.Path)];

    private bool IsMounted => MountInfo.All().Any(m => m.Point == State.Path);

    /// <summary>
    /// Makes it fit for topologies, and locks it: no name is claimed, nor the directory removed, meanwhile.
    /// </summary>
    /// <exception cref="MinicException">It cannot be made, or not be mounted.</exception>
    public IDisposable Enter()
    {
        while (true)
        {
            Directories.MakeAll(State.Path, Mode);
            if (Directories.Open(State.Path) is not { } handle)
                continue;
            if (Directories.Lock(handle, wait: true) && Directories.IsStill(handle, State.Path))
            {
                MakePrivate();
                return handle;
            }

            handle.Dispose();
        }
    }

    /// <summary>Takes it away if no topology is left.</summary>
    /// <exception cref="MinicException">It cannot be unmounted.</exception>
    public void LeaveIfEmpty()
    {
        using var handle = Directories.Open(State.Path);
        if (handle is null || !Directories.Lock(handle, wait: true) || !Directories.IsStill(handle, State.Path)
            || Names.Count > 0)
            return;
        // Lazily, since its lock is held open.
        HostMount.Unmount(State.Path);
        _ = Directories.TryRemove(State.Path);
    }

    private void MakePrivate()
    {
        if (!IsMounted)
            HostMount.Bind($"bind {State.Path} onto itself", State.Path, State.Path);
        // Also if it is mounted already: a process that died between the two calls left it shared.
        HostMount.MakePrivate($"make {State.Path} private", State.Path);
    }
}
