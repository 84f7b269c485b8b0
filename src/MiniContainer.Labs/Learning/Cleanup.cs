// Takes away what learners leave in their directory. A container lab leaves mounts: to remove what is below one would
// remove what is on the other side, so they are let go of first (lab 06-mounts; umount2(2)).

using MiniContainer.Kernel;
using MiniContainer.Labs.Course;

namespace MiniContainer.Labs.Learning;

/// <summary>Removes files and directories, never what is mounted on them.</summary>
internal static class Cleanup
{
    /// <summary>Removes a file, a link or a directory with all in it.</summary>
    /// <exception cref="MinicException">It cannot be removed.</exception>
    public static void Remove(string path)
    {
        LetGo(path);
        if (MountTable.Below(path) is [var mounted, ..])
            throw new MinicException($"remove {path}", $"something is mounted on {mounted}",
                $"Unmount it first: umount -R {mounted}");
        try
        {
            // A link, to a directory too, is removed itself.
            if (new FileInfo(path) is { LinkTarget: not null } or { Exists: true })
                File.Delete(path);
            else if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MinicException($"remove {path}", Reason.Of(e),
                $"See what holds it: ls -la, lsattr; then rm -rf {path}.", inner: e);
        }
    }

    /// <summary>Unmounts what is mounted on a path and below.</summary>
    public static void LetGo(string path)
    {
        var points = MountInfo.All().Select(m => m.Point)
            .Where(p => p == path || p.StartsWith(path + "/", StringComparison.Ordinal)).ToList();
        // The last is what lies on top. What is on the other side of a mount is not the lab's.
        foreach (var point in Enumerable.Reverse(points))
            HostMount.Unmount(point);
    }
}
