// --pid-file: where the caller finds the process's pid, once it may rely on it (lab 12-oci).

using System.Globalization;
using MiniContainer.Kernel;

namespace MiniContainer.Cli;

/// <summary>Writes pid files.</summary>
internal static class PidFile
{
    /// <summary>Writes one; nothing where none was asked for.</summary>
    /// <exception cref="MinicException">It cannot be written.</exception>
    public static void Write(string? path, int pid)
    {
        if (string.IsNullOrEmpty(path))
            return;
        var directory = Path.GetDirectoryName(HostPath.Absolute(path, $"write the pid file {path}"))!;
        if (!Directory.Exists(directory))
            throw new MinicException($"write the pid file {path}", $"there is no directory {directory}",
                "Make it first.");
        var text = pid.ToString(CultureInfo.InvariantCulture);
        // Renamed into place: a process that waits for the file never reads half a number.
        var temporary = Path.Combine(directory, $".{Path.GetFileName(path)}.{Environment.ProcessId}");
        try
        {
            File.WriteAllText(temporary, text);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(temporary))
                File.Delete(temporary);
            throw new MinicException($"write the pid file {path}", e.Message,
                "Give --pid-file a file that can be written.", inner: e);
        }
    }
}
