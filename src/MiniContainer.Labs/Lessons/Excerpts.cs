// Code in a lesson is a piece of a real file, never pasted: else the lesson would soon show code that is no more. The
// block's first line says which piece; a test compares, and `lab render` rewrites.
//
//     ```csharp file=container.cs region=child             between #region child and #endregion
//     ```csharp file=../../src/X.cs from="a" to="b"        from the first line that begins with a to the next that
//                                                          begins with b; a b of } or ] is the one that closes the
//                                                          first line: as far in as it; without to, the first line
//                                                          alone
//     ```diff file=container.cs                            what changed since the stage before

using System.Diagnostics;
using MiniContainer.Kernel;
using MiniContainer.Labs.Course;

namespace MiniContainer.Labs.Lessons;

/// <summary>Finds what blocks of a lesson are to show.</summary>
internal static class Excerpts
{
    /// <summary>What a block is to hold.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="block">One of its lesson's blocks.</param>
    /// <returns>Null for a block that names no file.</returns>
    /// <exception cref="MinicException">There is no such piece.</exception>
    public static IReadOnlyList<string>? Of(Lab lab, Block block)
    {
        if (block.Attribute("file") is not { } file)
            return null;
        if (block.Language == "diff")
            return Stage(lab, file) is var (before, after)
                ? Difference(before, after)
                : throw No(lab, block, $"lab.yaml gives the learner no {file}, so there is no stage before");
        var path = Path.Combine(lab.Path, file);
        if (!File.Exists(path))
            throw No(lab, block, $"there is no file {file}");
        var lines = File.ReadAllLines(path);
        var piece = block.Attribute("region") is { } region ? Region(lines, region)
            : block.Attribute("from") is { } from ? Between(lines, from, block.Attribute("to") ?? "")
            : throw No(lab, block, "it says neither region= nor from=");
        return piece.Count > 0 ? Outdent(piece) : throw No(lab, block, $"{file} has no such piece");
    }

    /// <summary>
    /// The stage that a learner begins with, and the one that they end with; null if the lab gives none.
    /// </summary>
    public static (string Before, string After)? Stage(Lab lab, string file) =>
        lab.Files.FirstOrDefault(f => f.Path == file) is { } given
        ? (Path.GetFullPath(Path.Combine(lab.Path, given.From)), Path.Combine(lab.Path, file)) : null;

    /// <summary>The unified difference of two files, as diff(1) prints it, named by their labs.</summary>
    public static IReadOnlyList<string> Difference(string before, string after)
    {
        using var diff =
            Process.Start(
                new ProcessStartInfo("diff",
                    ["-U", "2", "--label", Label(before), "--label", Label(after), before, after])
                    {
                        RedirectStandardOutput = true,
                        RedirectStandardError = true,
                    })!;
        var errors = diff.StandardError.ReadToEndAsync();
        var text = diff.StandardOutput.ReadToEnd();
        diff.WaitForExit();
        return diff.ExitCode < 2
            ? text.TrimEnd('\n').Split('\n') : throw new MinicException("compare two stages", errors.Result.Trim());
    }

    /// <summary>How many lines a difference adds and removes.</summary>
    public static int Changed(IReadOnlyList<string> difference) =>
        difference.Skip(2).Count(l => l.StartsWith('+') || l.StartsWith('-'));

    private static string Label(string path) => string.Join('/', path.Split('/')[^2..]);

    private static List<string> Region(string[] lines, string name)
    {
        var begin = Array.FindIndex(lines, l => l.Trim() == $"#region {name}");
        var end = begin < 0
            ? -1 : Array.FindIndex(lines, begin, l => l.Trim().StartsWith("#endregion", StringComparison.Ordinal));
        return end < 0 ? [] : [.. lines[(begin + 1)..end]];
    }

    private static List<string> Between(string[] lines, string from, string to)
    {
        var begin = Array.FindIndex(lines, l => l.Trim().StartsWith(from, StringComparison.Ordinal));
        if (to.Length == 0)
            return begin < 0 ? [] : [lines[begin]];
        var end = begin < 0
            ? -1 : Array.FindIndex(lines, begin + 1,
                l => l.Trim().StartsWith(to, StringComparison.Ordinal)
                    && (to[0] is not ('}' or ']') || Indent(l) == Indent(lines[begin])));
        return end < 0 ? [] : [.. lines[begin..(end + 1)]];
    }

    private static int Indent(string line) => line.Length - line.TrimStart().Length;

    private static List<string> Outdent(List<string> lines)
    {
        var indent = lines.Where(l => l.Trim().Length > 0).Select(Indent).DefaultIfEmpty(0).Min();
        return [.. lines.Select(l => l.Length < indent ? "" : l[indent..])];
    }

    private static MinicException No(Lab lab, Block block, string why) =>
        new("find the code of a lesson", $"labs/{lab.Name}/README.md:{block.Line - 1}: {why}",
            $"The block begins with: {block.Info}.");
}
