// Files that are only memory: what a library wants to write to a descriptor, or a hook to read from one, without a name
// in any file system and without the limit of a pipe (memfd_create(2); lab 12-oci).

using Microsoft.Win32.SafeHandles;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>Makes and reads files of memory.</summary>
public static unsafe class MemoryFile
{
    /// <summary>memfd_create(2): a file with some content, to be read from its beginning.</summary>
    /// <param name="name">What /proc/PID/fd shows of it.</param>
    /// <param name="content">What is in it.</param>
    /// <exception cref="MinicException">It cannot be made (EMFILE, ENOMEM).</exception>
    public static SafeFileHandle Create(string name, ReadOnlySpan<byte> content)
    {
        int fd;
        fixed (byte* p = Libc.Utf8(name)) fd = memfd_create(p, (uint)MFD_CLOEXEC);
        if (fd < 0)
            throw MinicException.FromErrno("make a file of memory", $"memfd_create({TapeArg.Quote(name)}, MFD_CLOEXEC)",
                Libc.Errno);
        var file = new SafeFileHandle(fd, ownsHandle: true);
        // Written at a position, which leaves the file's own offset at 0 for the reader.
        RandomAccess.Write(file, content, fileOffset: 0);
        return file;
    }

    /// <summary>All that is in a file, wherever its offset stands.</summary>
    public static byte[] ReadAll(SafeFileHandle file)
    {
        var bytes = new byte[RandomAccess.GetLength(file)];
        var done = 0;
        while (done < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(done), done) is > 0 and var count)
            done += count;
        return bytes[..done];
    }

    /// <summary>
    /// The last words of a program whose output went to a file, behind a colon: what it prints is seldom more than its
    /// error.
    /// </summary>
    /// <returns>At most 500 characters; an empty string where it said nothing.</returns>
    public static string Said(SafeFileHandle output)
    {
        var text = System.Text.Encoding.UTF8.GetString(ReadAll(output)).Trim();
        return text.Length == 0 ? "" : $": {(text.Length > 500 ? "…" + text[^500..] : text)}";
    }
}
