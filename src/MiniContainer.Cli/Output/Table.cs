// Plain tables, as runc and docker print them: columns as wide as they must be, for eyes and for awk alike.

namespace MiniContainer.Cli;

/// <summary>Writes tables.</summary>
internal static class Table
{
    /// <summary>Writes rows, the heading first.</summary>
    public static void Write(TextWriter output, IReadOnlyList<string[]> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(i => rows.Max(r => r[i].Length)).ToArray();
        foreach (var row in rows)
            output.WriteLine(string.Join("   ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
    }
}
