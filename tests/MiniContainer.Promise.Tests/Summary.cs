// out/promise.txt: a line for each plan, of its last run.

using System.Runtime.CompilerServices;

namespace MiniContainer.Promise.Tests;

internal static class Summary
{
    private static readonly Lock Gate = new();
    private static readonly SortedDictionary<string, string> Lines = new(StringComparer.Ordinal);

    public static void Add(string name, string line, [CallerFilePath] string here = "")
    {
        var file = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../out/promise.txt"));
        lock (Gate)
        {
            Lines[name] = line;
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllLines(file, Lines.Values);
        }
    }
}
