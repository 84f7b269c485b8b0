// What is to be seen of a file that a step makes or writes: of the kernel's own files what stands in them, of others
// that they are there, and how big (cgroups(7), proc(5)).

using System.Globalization;
using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Telling.Stepping;

/// <summary>Looks at files.</summary>
internal static class FileSnapshot
{
    /// <summary>What kind of file a path is of.</summary>
    public static string KindOf(string path) =>
        path.StartsWith("/sys/fs/cgroup/", StringComparison.Ordinal)
        ? "cgroup files" : path.StartsWith("/proc/sys/", StringComparison.Ordinal) ? "settings" : "files";

    /// <summary>What is there, in a process's root, of all that a step of its tape makes.</summary>
    public static IReadOnlyList<string> InRoot(int pid, ChildStep step)
    {
        var root = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/root");
        return [.. step.Calls.Select(MadeBy).OfType<string>().Distinct()
            .Select(path => (path, new FileInfo(root + path)))
            .Where(f => f.Item2.Exists || f.Item2.LinkTarget is not null || Directory.Exists(root + f.path))
            .Select(f => f.Item2.LinkTarget is { } target
                ? $"{f.path} -> {target}" : f.Item2.Exists ? f.path : f.path + "/")];
    }

    // The absolute path that a call makes something at.
    private static string? MadeBy(TapeCall call) => (call.Name switch
    {
        "mkdirat" or "mknodat" => call.Args[1],
        "symlinkat" => call.Args[2],
        _ => null,
    }) is TapeArg.Str { Value: ['/', ..] path } ? path : null;

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
