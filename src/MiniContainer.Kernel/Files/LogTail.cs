// The end of what a container printed, to be shown in an error: few lines, and nothing in them that would steer a
// terminal.

using System.Text;

namespace MiniContainer.Kernel;

/// <summary>Reads the ends of logs.</summary>
public static class LogTail
{
    private const int MaxBytes = 2048;
    private const int MaxLines = 10;

    /// <summary>The last lines, each after a newline and two blanks; "" if there are none.</summary>
    /// <param name="path">The log. A link in its place is not followed.</param>
    public static string Of(string path)
    {
        try
        {
            using var log = new FileStream(Libc.OpenNoLink(path), FileAccess.Read);
            var cut = log.Length > MaxBytes;
            log.Position = cut ? log.Length - MaxBytes : 0;
            var bytes = new byte[MaxBytes];
            var text = Encoding.UTF8.GetString(bytes, 0,
                log.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
            var lines = text.TrimEnd('\n').Split('\n');
            // Of a log that was cut, the first line is only the end of one.
            return string.Concat(lines.Skip(cut && lines.Length > 1 ? 1 : 0).TakeLast(MaxLines)
                .Where(line => text.Trim().Length > 0).Select(line => $"\n  {Plain(line)}"));
        }
        catch (Exception e)
        when (e is IOException or MinicException or NotSupportedException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string Plain(string line) =>
        string.Concat(line.TrimEnd('\r').Select(c => c == '\t' || !char.IsControl(c) ? c : '\ufffd'));
}
