// A tape's file, read by a later process than the one that laid it out: how far the child came, and why it ended.
// Lab 12-oci; player.x86_64.s has the layout.

using System.Buffers.Binary;
using System.Text;

namespace MiniContainer.Kernel;

/// <summary>Reads the results on a tape from its file.</summary>
public static class TapeFile
{
    /// <summary>
    /// The failure that ended the tape, or null: it is still being played, or its command was executed.
    /// </summary>
    /// <exception cref="MinicException">The file cannot be read.</exception>
    public static MinicException? Failure(string path)
    {
        byte[] tape;
        try
        {
            tape = File.ReadAllBytes(path);
        }
        catch (IOException e)
        {
            throw new MinicException($"read the tape {path}", e.Message, inner: e);
        }

        var played = (int)Long(tape, 0);
        if (played == 0)
            return null;
        var entry = TapeImage.HeaderSize + ((played - 1) * TapeImage.EntrySize);
        var (number, result, least, allowed) =
            (Long(tape, entry), Long(tape, entry + 56), Long(tape, entry + 64), Long(tape, entry + 72));
        if (result >= least || (result is < 0 and > -64 && (allowed >> (int)-result & 1) == 1))
            return null;
        return number == SyscallNumber.Of("execve")
            ? MinicException.FromErrno("execute the command",
                $"execve({TapeArg.Quote(Text(tape, Long(tape, entry + 8)))}, ...)", (int)-result)
            : MinicException.FromErrno("play the tape", $"entry {played}, system call {number}", (int)-result);
    }

    /// <summary>How many of a tape's calls the child has played; null if there is no tape that can be read.</summary>
    public static int? Played(string path)
    {
        try
        {
            return (int)Long(File.ReadAllBytes(path), 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static long Long(byte[] tape, int offset) => BinaryPrimitives.ReadInt64LittleEndian(tape.AsSpan(offset));

    // Pointers on the tape mean the memory of the process that laid it out; the header says where the tape lay in it.
    private static string Text(byte[] tape, long pointer)
    {
        var start = (int)(pointer - Long(tape, 16));
        var end = Array.IndexOf(tape, (byte)0, start);
        return Encoding.UTF8.GetString(tape, start, end - start);
    }
}
