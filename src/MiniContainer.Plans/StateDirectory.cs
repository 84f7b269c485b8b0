// A directory under /run/minic that belongs to one container or pod: its journal and its small files. Making the directory
// claims the name; flock(2) on it says that somebody is playing just now. The kernel drops the lock when its holder dies.

using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;
using MiniContainer.Kernel;

namespace MiniContainer.Plans;

/// <summary>The state directory of one container or pod, locked for as long as this object lives.</summary>
public sealed class StateDirectory : IDisposable
{
    private readonly SafeFileHandle handle;

    private StateDirectory(string path, SafeFileHandle handle)
    {
        Path = path;
        this.handle = handle;
    }

    /// <summary>Its path.</summary>
    public string Path { get; }

    /// <summary>The journal's path.</summary>
    public string JournalPath => System.IO.Path.Combine(Path, "journal");

    /// <summary>Claims a name: makes the directory and locks it. Equivalent to: <c>mkdir PATH</c>.</summary>
    /// <param name="path">The directory to make; its parents are made where they lack.</param>
    /// <param name="what">What to call it in an error: "container box".</param>
    /// <exception cref="MinicException">The name is in use, or the directory cannot be made.</exception>
    public static StateDirectory Claim(string path, string what)
    {
        while (true)
        {
            Directories.MakeAll(System.IO.Path.GetDirectoryName(path)!, 0x1c0 /* 0700 */);
            switch (Directories.TryMake(path, 0x1c0))
            {
                case 0:
                    // Somebody's gc may take the new directory away before it is locked: then claim again.
                    if (TryLock(path, wait: true, out var directory))
                        return directory;
                    break;
                case Errno.EEXIST:
                    throw new MinicException($"make {what}", "the name is in use", $"Choose another one, or remove it first: minic delete, minic pod rm or minic gc ({path}).");
                case Errno.ENOENT:
                    break;
                case var errno:
                    throw MinicException.FromErrno($"make {what}", $"mkdir({TapeArg.Quote(path)}, 0700)", errno);
            }
        }
    }

    /// <summary>Locks one that exists, waiting for its turn.</summary>
    /// <returns>Null if there is none.</returns>
    public static StateDirectory? Lock(string path) => TryLock(path, wait: true, out var directory) ? directory : null;

    /// <summary>Locks one that exists, unless somebody else has it.</summary>
    /// <returns>Null if there is none, or it is busy.</returns>
    public static StateDirectory? TryLock(string path) => TryLock(path, wait: false, out var directory) ? directory : null;

    /// <summary>Removes the directory with all in it, and its parents up to <paramref name="root"/> as far as they are empty.</summary>
    public void Remove(string root)
    {
        TreeRemoval.Remove(Path);
        for (var parent = System.IO.Path.GetDirectoryName(Path); parent?.StartsWith(root, StringComparison.Ordinal) == true; parent = System.IO.Path.GetDirectoryName(parent))
        {
            if (!Directories.TryRemove(parent))
                break;
        }
    }

    /// <summary>Unlocks.</summary>
    public void Dispose() => handle.Dispose();

    private static bool TryLock(string path, bool wait, [NotNullWhen(true)] out StateDirectory? directory)
    {
        directory = null;
        if (Directories.Open(path) is not { } handle)
            return false;
        // The lock may have been given up by removing the directory: then the path is gone, or means a newer one.
        if (Directories.Lock(handle, wait) && Directories.IsStill(handle, path))
        {
            directory = new StateDirectory(path, handle);
            return true;
        }

        handle.Dispose();
        return false;
    }
}
