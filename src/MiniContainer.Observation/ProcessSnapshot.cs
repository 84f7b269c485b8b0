// What /proc shows of a process (proc(5)): its namespaces, mounts, cgroups, identity and limits, a line each.

using System.Globalization;
using System.Text.RegularExpressions;
using MiniContainer.Kernel;

namespace MiniContainer.Observation;

/// <summary>Looks at a process; null for our own.</summary>
public static partial class ProcessSnapshot
{
    private static readonly string[] Identity = ["Uid", "Gid", "Groups", "NoNewPrivs", "Seccomp", "Umask"];
    private static readonly string[] Sets = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"];

    /// <summary>What a child takes over from minic, until it changes it.</summary>
    public static IEnumerable<(string What, IReadOnlyList<string> Lines)> Inherited(int? pid)
    {
        var status = Lines(pid, "status");
        yield return ("namespaces",
            [.. ProcessNamespaces.Kinds.Select(k => ProcessNamespaces.Of(pid, k.File)).OfType<string>()]);
        // "12:pids:/minic/box"
        yield return ("cgroups",
            [.. Lines(pid, "cgroup").Select(l => l.Split(':', 3)).Where(p => p.Length == 3)
                .Select(p => $"{(p[1].Length > 0 ? p[1] : "version 2")}: {p[2]}")]);
        yield return ("identity",
            [.. Identity.Where(n => Value(n).Length > 0)
                .Select(n => $"{n} {Spaces().Replace(Value(n).Replace('\t', ' '), " ")}")]);
        // A line for each in each set: what a step takes away is told, and not all that stays.
        yield return (Snapshot.Capabilities,
            [.. Sets.SelectMany(n => Capabilities.List(Bits(n)).Select(c => $"{n} {Capabilities.Name(c)[4..]}"))]);
        yield return ("ignored signals",
            [.. Enumerable.Range(1, 64).Where(s => (Bits("SigIgn") >> (s - 1) & 1) == 1).Select(SignalText.Of)]);
        yield return ("limits", [.. Lines(pid, "limits").Skip(1).Select(l => Spaces().Replace(l.Trim(), "  "))]);
        yield return ("program and place", Place(pid));

        string Value(string name) =>
            status.FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.Ordinal))?[(name.Length + 1)..].Trim()
            ?? "";

        ulong Bits(string name) =>
            ulong.TryParse(Value(name), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var bits) ? bits : 0;
    }

    /// <summary>A process's number, here and in its own pid namespace.</summary>
    public static string Number(int pid)
    {
        // "NSpid: 4711 1"
        var numbers = Lines(pid, "status")
            .FirstOrDefault(l => l.StartsWith("NSpid:", StringComparison.Ordinal))?.Split('\t') ?? [];
        return string.Create(CultureInfo.InvariantCulture,
            $"pid {pid}{(numbers.Length > 2 ? $", which is {numbers[^1]} in its own pid namespace" : "")}");
    }

    /// <summary>Its open descriptors.</summary>
    public static IReadOnlyList<string> Descriptors(int pid)
    {
        try
        {
            return [.. Directory.GetFiles(Path(pid, "fd"))
                .Select(f =>
                    (Number: int.Parse(System.IO.Path.GetFileName(f), CultureInfo.InvariantCulture),
                        Target: new FileInfo(f).LinkTarget))
                .OrderBy(f => f.Number)
                .Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Number} {f.Target}"))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>What is mounted where, as the process sees it (proc_pid_mountinfo(5)).</summary>
    public static IReadOnlyList<string> Mounts(int? pid) => [.. Lines(pid, "mountinfo").Select(Mount)];

    // "36 35 98:0 /root /point options shared:1 - type source superoptions". Ids differ in each namespace: they are
    // left out.
    private static string Mount(string line)
    {
        var words = line.Split(' ');
        var dash = Array.IndexOf(words, "-");
        var propagation = words[6..dash].Select(w => w.Split(':')[0])
            .Where(w => w is "shared" or "master" or "unbindable");
        return string.Join("  ",
            new[] { MountInfo.Unescape(words[4]), words[dash + 1],
                words[3] is "/" ? words[dash + 2] : $"{words[dash + 2]}[{words[3]}]",
                string.Join(",", words[5].Split(',').Concat(propagation)) });
    }

    private static List<string> Place(int? pid)
    {
        var lines = new List<string>();
        foreach (var (link, what) in new[] { ("exe", "executes"), ("root", "root"), ("cwd", "directory") })
        {
            if (new FileInfo(Path(pid, link)).LinkTarget is { } target)
                lines.Add($"{what} {target}");
        }

        // Field 6 of proc_pid_stat(5), behind the name in parentheses.
        if (Lines(pid, "stat") is [var stat, ..])
            lines.Add($"session {stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[3]}");
        return lines;
    }

    private static string Path(int? pid, string file) =>
        pid is null ? $"/proc/self/{file}" : string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{file}");

    private static IReadOnlyList<string> Lines(int? pid, string file) => Knob.TryReadLines(Path(pid, file));

    [GeneratedRegex("  +")]
    private static partial Regex Spaces();
}
