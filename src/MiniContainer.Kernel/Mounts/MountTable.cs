// Questions to the mount table (MountInfo.cs): which namespaces are bound to files, what lies below a directory (labs
// 06-mounts, 13-netns; namespaces(7)).

namespace MiniContainer.Kernel;

/// <summary>Asks the mount table.</summary>
public static class MountTable
{
    /// <summary>The namespaces bound to some files, such as "net:[4026532008]".</summary>
    public static IReadOnlyList<string> Namespaces(IReadOnlyCollection<string> files) =>
        [.. MountInfo.All().Where(m => files.Contains(m.Point) && m.Root.Contains(":[", StringComparison.Ordinal))
            .Select(m => m.Root).Distinct()];

    /// <summary>The mounts directly below a directory, leaving out those below others.</summary>
    public static IReadOnlyList<string> Below(string directory) =>
        Outermost(MountInfo.All().Select(m => m.Point), directory);

    /// <summary>
    /// Of some paths those below a directory, each once, and none that lies below another one of them.
    /// </summary>
    public static IReadOnlyList<string> Outermost(IEnumerable<string> paths, string directory)
    {
        var found = new List<string>();
        var below = paths.Where(p => p.StartsWith(directory + "/", StringComparison.Ordinal));
        foreach (var path in below.Order(StringComparer.Ordinal))
        {
            if (!found.Exists(f => path == f || path.StartsWith(f + "/", StringComparison.Ordinal)))
                found.Add(path);
        }

        return found;
    }
}
