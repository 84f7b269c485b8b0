// Paths as the caller of minic writes them: relative ones begin in the working directory, which may be gone, or out of
// reach, or have a name that is not UTF-8. getcwd(2), path_resolution(7).

using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>Makes paths of the caller's absolute.</summary>
public static unsafe class HostPath
{
    // The kernel refuses a longer one.
    private const int PathMax = 4096;

    /// <summary>The absolute form of a path, without dots.</summary>
    /// <param name="path">As it was written.</param>
    /// <param name="doing">What it is for: "use the root file system ../R".</param>
    /// <exception cref="MinicException">
    /// It is empty; or it is relative, and the working directory cannot be told.
    /// </exception>
    public static string Absolute(string path, string doing)
    {
        if (path.Length == 0)
            throw new MinicException(doing, "the path is empty", "Name a file or a directory.");
        return Path.IsPathRooted(path) ? Path.GetFullPath(path) : Path.GetFullPath(path, WorkingDirectory(path, doing));
    }

    private static string WorkingDirectory(string path, string doing)
    {
        var buffer = stackalloc byte[PathMax + 1];
        if (getcwd(buffer, PathMax + 1) == null)
            throw MinicException.FromErrno($"{doing}: resolve {TapeArg.Quote(path)}", "getcwd()", errno);
        var directory =
            UnixText.Decode(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer));
        if (!directory.StartsWith('/'))
            throw new MinicException(doing, $"the working directory, {directory}, is out of reach of {path}",
                "Change to another directory, or give an absolute path.");
        return UnixText.IsUtf8(directory)
            ? directory
            : throw CallerWords.NotUtf8(doing, $"the path of the working directory, \"{UnixText.Shown(directory)}\",");
    }
}
