// Small files whose content is an order to the kernel: written in one write(2), so that the kernel sees it whole, and
// with an error that names the file and what was written (proc(5), cgroups(7)).

using System.Text;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>The door to files that are read and written whole.</summary>
public static unsafe class Knob
{
    // The longest order that an error repeats; longer ones are lists.
    private const int MostShown = 100;

    /// <summary>Writes a value. Equivalent to: <c>echo VALUE > PATH</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="value">What to write.</param>
    /// <param name="create">Whether to make the file, or empty it first; false for the kernel's own files.</param>
    /// <exception cref="MinicException">The file is not there, or the kernel refuses the value.</exception>
    public static void Write(string path, string value, bool create = false)
    {
        using var file = Libc.OpenHandle(path, create ? O_WRONLY | O_CREAT | O_TRUNC : O_WRONLY, 0x1a4 /* 0644 */);
        var bytes = Encoding.UTF8.GetBytes(value);
        var done = 0;
        fixed (byte* p = bytes)
        {
            while (done < bytes.Length)
            {
                var count = (int)write((int)file.DangerousGetHandle(), p + done, bytes.Length - done);
                if (count < 0 && Libc.Errno == Kernel.Errno.EINTR)
                    continue;
                if (count < 0)
                    throw MinicException.FromErrno($"write {path}",
                        $"write({TapeArg.Quote(path)}, {Shown(value, bytes.Length, create)})", Libc.Errno);
                done += count;
            }
        }
    }

    // What the kernel refuses must be seen. The content of a file may be a secret, such as a container's environment,
    // and is never what is wrong.
    private static string Shown(string value, int bytes, bool create) =>
        create || value.Length > MostShown ? $"{bytes} bytes" : TapeArg.Quote(value);

    /// <summary>The first line of a file, or null if it has none or cannot be read.</summary>
    public static string? TryRead(string path) => TryReadLines(path) is [var first, ..] ? first : null;

    /// <summary>The lines of a file, or none if it cannot be read.</summary>
    public static IReadOnlyList<string> TryReadLines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Removes a file; a file that is gone, with its directory or without, is fine (unlink(2)).</summary>
    /// <exception cref="MinicException">It cannot be removed.</exception>
    public static void Remove(string path)
    {
        fixed (byte* p = Libc.Utf8(path))
        {
            if (unlink(p) != 0 && Libc.Errno is not (Kernel.Errno.ENOENT or Kernel.Errno.ENOTDIR))
                throw MinicException.FromErrno($"remove {path}", $"unlink({TapeArg.Quote(path)})", Libc.Errno);
        }
    }

    /// <summary>mkfifo(3).</summary>
    /// <exception cref="MinicException">It cannot be made.</exception>
    public static void MakeFifo(string path)
    {
        fixed (byte* p = Libc.Utf8(path))
        {
            if (mkfifo(p, 0x180) != 0)
                throw MinicException.FromErrno($"make {path}", $"mkfifo({TapeArg.Quote(path)}, 0600)", Libc.Errno);
        }
    }
}
