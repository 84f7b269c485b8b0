// A directory under /run/minic that belongs to one container or pod: its journal and its small files. Making the
// directory claims the name; flock(2) on it says that a minic is playing just now. The kernel drops the lock when its
// holder dies.

using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;
using MiniContainer.Kernel;

namespace MiniContainer.Plans;

/// <summary>The state directory of one container or pod, locked for as long as this object lives.</summary>
public sealed class StateDirectory : IDisposable
{
    private readonly SafeFileHandle handle;

    private readonly StateRoot root;

    private StateDirectory(StateRoot root, string path, SafeFileHandle handle)
    {
        this.root = root;
        Path = path;
        this.handle = handle;
    }

    /// <summary>Its path.</summary>
    public string Path { get; }

    /// <summary>Whether there is a journal in it.</summary>
    public bool HasJournal => File.Exists(JournalPath);

    private string JournalPath => System.IO.Path.Combine(Path, Journal.FileName);

    /// <summary>Begins its journal.</summary>
    /// <inheritdoc cref="Journal.Create" path="/exception"/>
    public Journal CreateJournal(JournalHeader header) => Journal.Create(JournalPath, root.Kinds, header);

    /// <summary>Reads its journal, and opens it for what comes after.</summary>
    /// <inheritdoc cref="Journal.Open" path="/exception"/>
    public Journal OpenJournal() => Journal.Open(JournalPath, root.Kinds);

    /// <summary>Claims a name: makes the directory and locks it. Equivalent to: <c>mkdir PATH</c>.</summary>
    /// <param name="root">The directory of all state.</param>
    /// <param name="path">The directory to make; its parents are made where they lack.</param>
    /// <param name="what">What to call it in an error: "container box".</param>
    /// <exception cref="MinicException">The name is in use, or the directory cannot be made.</exception>
    public static StateDirectory Claim(StateRoot root, string path, string what)
    {
        while (true)
        {
            Directories.MakeAll(System.IO.Path.GetDirectoryName(path)!, 0x1c0 /* 0700 */);
            switch (Directories.TryMake(path, 0x1c0))
            {
                case 0:
                    // Another minic's gc may take the new directory away before we lock it: then claim again.
                    if (TryLock(root, path, wait: true, out var directory))
                        return directory;
                    break;
                case Errno.EEXIST:
                    throw new MinicException($"make {what}", "the name is in use",
                        $"Choose another one, or remove it first: minic delete, minic pod rm or minic gc ({path}).");
                case Errno.ENOENT:
                    break;
                case var errno:
                    throw MinicException.FromErrno($"make {what}", $"mkdir({TapeArg.Quote(path)}, 0700)", errno);
            }
        }
    }

    /// <summary>Locks a directory that exists, waiting for its turn.</summary>
    /// <returns>Null if there is none.</returns>
    public static StateDirectory? Lock(StateRoot root, string path) =>
        TryLock(root, path, wait: true, out var directory) ? directory : null;

    /// <summary>Locks a directory that exists, unless another process has locked it.</summary>
    /// <returns>Null if there is none, or it is busy.</returns>
    public static StateDirectory? TryLock(StateRoot root, string path) =>
        TryLock(root, path, wait: false, out var directory) ? directory : null;

    /// <summary>
    /// Removes the directory with all in it, and its parents up to the directory of all state as far as they are empty.
    /// </summary>
    public void Remove()
    {
        TreeRemoval.Remove(Path);
        for (var parent = System.IO.Path.GetDirectoryName(Path); parent?.StartsWith(root.Path, StringComparison.Ordinal)
            == true; parent = System.IO.Path.GetDirectoryName(parent))
        {
            if (!Directories.TryRemove(parent))
                break;
        }
    }

    /// <summary>Unlocks.</summary>
    public void Dispose() => handle.Dispose();

    /// <summary>The names of all state directories of one sort, in order; none if there is no such directory.</summary>
    /// <param name="path">Where they lie: /run/minic/containers.</param>
    public static IEnumerable<string> Names(string path) =>
        Directory.Exists(path)
        ? Directory.GetDirectories(path).Select(d => System.IO.Path.GetFileName(d)).Order(StringComparer.Ordinal) : [];

    /// <summary>Reads one directory of several: if it cannot be read, it must not hide the others.</summary>
    /// <param name="read">Reads it.</param>
    /// <param name="what">What it is: "container box".</param>
    /// <returns>What was read; null, and a warning, if that failed.</returns>
    public static T? Try<T>(Func<T?> read, string what)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is MinicException or IOException or UnauthorizedAccessException)
        {
            Warnings.Sink($"{what} cannot be read: {e.Message}");
            return null;
        }
    }

    private static bool TryLock(StateRoot root, string path, bool wait, [NotNullWhen(true)]
        out StateDirectory? directory)
    {
        directory = null;
        if (Directories.Open(path) is not { } handle)
            return false;
        // The lock may have been given up by removing the directory: then the path is gone, or means a newer one.
        if (Directories.Lock(handle, wait) && Directories.IsStill(handle, path))
        {
            directory = new StateDirectory(root, path, handle);
            return true;
        }

        handle.Dispose();
        return false;
    }
}
