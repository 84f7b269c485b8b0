// The lock of a directory that several plans share: flock(2) on it, which the kernel drops when its holder dies. The
// file that takes it says who uses it, and in what order with other locks (AttachmentPlanner.cs). Lab 22-cni;
// flock(2).

using Microsoft.Win32.SafeHandles;
using MiniContainer.Kernel;

namespace MiniContainer.Plans;

/// <summary>The lock of a shared directory, held for as long as this object lives.</summary>
public sealed class SharedLock : IDisposable
{
    private readonly SafeFileHandle handle;

    private SharedLock(string path, SafeFileHandle handle)
    {
        Path = path;
        this.handle = handle;
    }

    /// <summary>The directory: /run/minic/networks.</summary>
    public string Path { get; }

    /// <summary>Takes the lock, waiting for its turn; makes the directory if it is missing.</summary>
    /// <param name="path">The directory.</param>
    /// <exception cref="MinicException">The directory cannot be made or opened.</exception>
    public static SharedLock Take(string path)
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
    public static SharedLock? TakeIfThere(string path)
    {
        while (Directories.Open(path) is { } handle)
        {
            // The last user removes the directory: then the lock that we waited for is of none.
            if (Directories.Lock(handle, wait: true) && Directories.IsStill(handle, path))
                return new SharedLock(path, handle);
            handle.Dispose();
        }

        return null;
    }

    /// <summary>
    /// Unlocks, and removes the directory unless it is in use; a minic that waits for its lock makes a new one.
    /// </summary>
    public void Dispose()
    {
        if (handle.IsClosed)
            return;
        _ = Directories.TryRemove(Path);
        handle.Dispose();
    }
}
