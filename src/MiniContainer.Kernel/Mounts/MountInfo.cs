// What is mounted where, as our mount namespace has it (lab 06-mounts; proc_pid_mountinfo(5)).
//
//     36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
//     0  1  2    3     4                         type    super options
//                root  point

using System.Text.RegularExpressions;

namespace MiniContainer.Kernel;

/// <summary>A mount.</summary>
/// <param name="Root">What of its file system it shows: "/", or "net:[4026532008]" for a bound namespace.</param>
/// <param name="Point">Where it is.</param>
/// <param name="Type">Its file system's type.</param>
/// <param name="SuperOptions">The options of the file system itself.</param>
public sealed partial record MountInfo(string Root, string Point, string Type, IReadOnlyList<string> SuperOptions)
{
    private const string Table = "/proc/self/mountinfo";

    /// <summary>All mounts, in the order in which they were made.</summary>
    public static IEnumerable<MountInfo> All() => File.ReadLines(Table).Select(Parse);

    /// <summary>The mounts of some types, in the order in which they were made.</summary>
    /// <param name="types">The types.</param>
    public static IReadOnlyList<MountInfo> Of(params string[] types) =>
        // Most lines are none of ours, and stay whole.
        [.. File.ReadLines(Table)
            .Where(line => types.Any(t => line.Contains($" - {t} ", StringComparison.Ordinal))).Select(Parse)];

    /// <summary>A path as it is: space, tab, newline and backslash stand in the table as \040 and so on.</summary>
    public static string Unescape(string text) => !text.Contains('\\', StringComparison.Ordinal)
        ? text
        : Octal().Replace(text, m => ((char)Convert.ToInt32(m.Value[1..], 8)).ToString());

    private static MountInfo Parse(string line)
    {
        var fields = line.Split(' ');
        var dash = Array.IndexOf(fields, "-");
        return new MountInfo(fields[3], Unescape(fields[4]), fields[dash + 1], fields[dash + 3].Split(','));
    }

    [GeneratedRegex(@"\\[0-7]{3}")]
    private static partial Regex Octal();
}
