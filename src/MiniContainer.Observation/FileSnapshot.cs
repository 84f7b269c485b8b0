// What is to be seen of files: of the kernel's own what stands in them, of others that they are there, and how big
// (cgroups(7), proc(5)).

using System.Globalization;
using MiniContainer.Kernel;

namespace MiniContainer.Observation;

/// <summary>Looks at files.</summary>
public static class FileSnapshot
{
    /// <summary>What kind of file a path is of.</summary>
    public static string KindOf(string path) =>
        path.StartsWith("/sys/fs/cgroup/", StringComparison.Ordinal) ? "cgroup files"
        : path.StartsWith("/proc/sys/", StringComparison.Ordinal) ? "settings"
        : "files";

    /// <summary>
    /// Which of some absolute paths are there in a process's root: "/dev/", "/dev/fd -> /proc/self/fd".
    /// </summary>
    public static IReadOnlyList<string> InRoot(int pid, IEnumerable<string> paths)
    {
        var root = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/root");
        return [.. paths.Distinct().Select(path => (Path: path, Info: new FileInfo(root + path)))
            .Where(f => f.Info.Exists || f.Info.LinkTarget is not null || Directory.Exists(root + f.Path))
            .Select(f => f.Info.LinkTarget is { } target ? $"{f.Path} -> {target}"
                : f.Info.Exists ? f.Path
                : f.Path + "/")];
    }

    /// <summary>Lines about a path; none if there is nothing.</summary>
    public static IEnumerable<string> Of(string path)
    {
        var info = new FileInfo(path);
        if (!info.Exists)
            return Directory.Exists(path) ? [path + "/"] : [];
        if (path.StartsWith("/sys/", StringComparison.Ordinal) || path.StartsWith("/proc/", StringComparison.Ordinal))
            return Knob.TryReadLines(path).Select(l => $"{path} = {l.Replace('\t', ' ')}");
        return [string.Create(CultureInfo.InvariantCulture, $"{path}, {info.Length} bytes")];
    }
}
