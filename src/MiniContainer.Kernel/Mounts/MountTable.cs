// What is mounted where, in this process's mount namespace, all of it (lab 06-mounts; proc_pid_mountinfo(5)). A bound
// namespace shows there with its kind and number.
//
//     36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
//     0  1  2    3     4                           root within the file system, mount point

using System.Text.RegularExpressions;

namespace MiniContainer.Kernel;

/// <summary>A line of the mount table.</summary>
/// <param name="Root">What of its file system is mounted: "/", or "net:[4026532008]" for a namespace.</param>
/// <param name="Point">Where.</param>
public sealed partial record MountTable(string Root, string Point)
{
    /// <summary>All mounts, in the order in which they were made.</summary>
    public static IReadOnlyList<MountTable> Read() =>
        [.. File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' '))
            .Select(words => new MountTable(words[3], Unescape(words[4])))];

    /// <summary>The namespaces bound to some files, such as "net:[4026532008]".</summary>
    public static IReadOnlyList<string> Namespaces(IReadOnlyCollection<string> files) =>
        [.. Read().Where(m => files.Contains(m.Point) && m.Root.Contains(":[", StringComparison.Ordinal))
            .Select(m => m.Root).Distinct()];

    /// <summary>The mounts directly below a directory, leaving out those below others.</summary>
    public static IReadOnlyList<string> Below(string directory) => Outermost(Read().Select(m => m.Point), directory);

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

    // Space, tab, newline and backslash stand there as \040 and so on.
    private static string Unescape(string text) =>
        Octal().Replace(text, m => ((char)Convert.ToInt32(m.Value[1..], 8)).ToString());

    [GeneratedRegex(@"\\[0-7]{3}")]
    private static partial Regex Octal();
}
