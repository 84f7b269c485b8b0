// One lock for all networks below a state root: flock(2) on their directory, which the kernel drops when its holder dies.
// Whoever leases an address holds it from the reading of the leases in use until his own is on disk, so plans can name
// concrete addresses, and fifty processes at once get fifty of them. Lab 22-cni; flock(2).
//
//     take the lock                        NetworkLock.Take
//     read leases in use, plan             NetworkFacts, NetworkPlanner
//     playing.Locks[lock.Path] = lock
//     join the network, lease the address  the lease's step gives the lock up: the rest needs it for moments only
//
// It is one for all networks, since they share the nft table and the forwarding settings. So there is no order in which
// to take several, and nothing to wait for in a circle. The lock of a container's own directory (StateDirectory) is taken
// before it, never after.

using Microsoft.Win32.SafeHandles;
using MiniContainer.Kernel;

namespace MiniContainer.Plans.Steps.Network;

/// <summary>The lock of all networks of a state root, held for as long as this object lives.</summary>
public sealed class NetworkLock : IDisposable
{
    private readonly SafeFileHandle handle;

    private NetworkLock(string path, SafeFileHandle handle)
    {
        Path = path;
        this.handle = handle;
    }

    /// <summary>The directory of all networks: /run/minic/networks.</summary>
    public string Path { get; }

    /// <summary>Takes the lock, waiting for its turn; makes the directory where it lacks.</summary>
    /// <param name="path">The directory of all networks.</param>
    /// <exception cref="MinicException">The directory cannot be made or opened.</exception>
    public static NetworkLock Take(string path)
    {
        while (true)
        {
            Directories.MakeAll(path, 0x1c0 /* 0700 */);
            if (TakeIfThere(path) is { } taken)
                return taken;
        }
    }

    /// <summary>Takes the lock for an undo, for which there is nothing to do where no directory is.</summary>
    /// <returns>Null if there is none.</returns>
    public static NetworkLock? TakeIfThere(string path)
    {
        while (Directories.Open(path) is { } handle)
        {
            // The last user of the last network removes the directory: then the lock that we waited for is of none.
            if (Directories.Lock(handle, wait: true) && Directories.IsStill(handle, path))
                return new NetworkLock(path, handle);
            handle.Dispose();
        }

        return null;
    }

    /// <summary>Unlocks; a directory that nobody uses goes, and whoever waits for the lock of it makes a new one.</summary>
    public void Dispose()
    {
        if (handle.IsClosed)
            return;
        _ = Directories.TryRemove(Path);
        handle.Dispose();
    }
}
