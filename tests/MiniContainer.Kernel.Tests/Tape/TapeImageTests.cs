// The tape in memory, byte by byte as the player's source has it, and the calls in words.

using System.Buffers.Binary;
using System.Text;

namespace MiniContainer.Kernel.Tests.Tape;

public sealed class TapeImageTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Fact]
    public void Header_and_entries_are_where_the_player_looks()
    {
        var tape = LayOut(
            new TapeCall("mount", "src", "dst", TapeArg.Null, 5, TapeArg.Null),
            new TapeCall("read", 3, new TapeArg.Block(new byte[8], "..."), 1)
            {
                Least = 1,
                Allowed = [Errno.EINTR, Errno.EAGAIN],
            });
        Long(tape, 0).Should().Be(0, "nothing has been played");
        Long(tape, 8).Should().Be(0, "no child has begun");
        var address = Long(tape, 16);
        Long(tape, 64).Should().Be(SyscallNumber.Of("mount"));
        Text(tape, Long(tape, 64 + 8) - address).Should().Be("src");
        Text(tape, Long(tape, 64 + 16) - address).Should().Be("dst");
        Enumerable.Range(3, 4).Select(i => Long(tape, 64 + (i * 8))).Should().Equal(0, 5, 0, 0);
        Long(tape, 64 + 56).Should().Be(long.MinValue, "it has not returned");
        (Long(tape, 64 + 64), Long(tape, 64 + 72), Long(tape, 64 + 80)).Should().Be((0, 0, 0));
        const int second = 64 + 88;
        (Long(tape, second + 64), Long(tape, second + 72)).Should().Be((1, (1 << Errno.EINTR) | (1 << Errno.EAGAIN)));
        Long(tape, second + 88).Should()
            .Be(SyscallNumber.Of("exit_group"), "behind the last entry stands one that ends the child");
        Long(tape, second + 96).Should().Be(125);
    }

    [Fact]
    public void Lists_and_structures_have_their_pointers_set()
    {
        var tape = LayOut(
            new TapeCall("execve", "/bin/a", new TapeArg.Strs(["a", "", "ü"]), new TapeArg.Strs([])),
            new TapeCall("seccomp", 1, 0, new TapeArg.Block(TapeArg.Longs(1, 0), "{}")
            {
                Pointers = [(8, new TapeArg.Block([7, 8, 9], "..."))],
            }));
        var address = Long(tape, 16);
        var argv = (int)(Long(tape, 64 + 16) - address);
        Enumerable.Range(0, 3).Select(i => Text(tape, Long(tape, argv + (i * 8)) - address)).Should()
            .Equal("a", "", "ü");
        Long(tape, argv + 24).Should().Be(0, "argv ends with a null pointer");
        Long(tape, (int)(Long(tape, 64 + 24) - address)).Should().Be(0, "so does an empty environment");
        var structure = (int)(Long(tape, 64 + 88 + 24) - address);
        Long(tape, structure).Should().Be(1);
        tape.AsSpan((int)(Long(tape, structure + 8) - address), 3).ToArray().Should().Equal(7, 8, 9);
    }

    [Fact]
    public void An_errno_beyond_the_word_of_bits_is_refused()
    {
        var wide = () => LayOut(new TapeCall("getpid") { Allowed = [Errno.ETIMEDOUT] });
        wide.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData(0, 0, 0, false)]
    [InlineData(0, 7, 0, false)]
    [InlineData(0, -1, 0, true)]
    [InlineData(0, -17, 17, false)]
    [InlineData(0, -17, 16, true)]
    [InlineData(1, 1, 0, false)]
    [InlineData(1, 0, 0, true)] // end of file
    [InlineData(1, 0, 17, true)]
    [InlineData(1, -17, 17, false)]
    [InlineData(5, 4, 0, true)] // a short write
    [InlineData(0, -63, 63, false)]
    [InlineData(0, -64, 63, true)]
    [InlineData(0, -4095, 17, true)]
    public void What_ends_a_tape(long least, long result, int allowed, bool fails) =>
        new TapeCall("read") { Least = least, Allowed = [allowed] }.Fails(result).Should().Be(fails);

    [Fact]
    public void A_call_is_printed_as_strace_prints_it()
    {
        new TapeCall("mount", "proc", "/proc", "proc", TapeArg.Named(2, "MS_NOSUID"), TapeArg.Null).ToString()
            .Should().Be("mount(\"proc\", \"/proc\", \"proc\", MS_NOSUID, NULL)");
        new TapeCall("openat", TapeArg.AtFdCwd, "a\"b\\c\n\x01", 0, TapeArg.Mode(0x1a4)).ToString()
            .Should().Be("openat(AT_FDCWD, \"a\\\"b\\\\c\\n\\1\", 0, 0644)");
        new TapeCall("execve", "/bin/a", new TapeArg.Strs(["a", "b c"]),
            new TapeArg.Strs(["X=1"], Counted: true)).ToString()
            .Should().Be("execve(\"/bin/a\", [\"a\", \"b c\"], [/* 1 vars */])");
        new TapeCall("chroot", TapeArg.OrNull(null)).ToString().Should().Be("chroot(NULL)");
    }

    private byte[] LayOut(params TapeCall[] calls)
    {
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite);
        using var image = new TapeImage(calls, file);
        return File.ReadAllBytes(path);
    }

    private static long Long(byte[] tape, int offset) => BinaryPrimitives.ReadInt64LittleEndian(tape.AsSpan(offset));

    private static string Text(byte[] tape, long offset) =>
        Encoding.UTF8.GetString(tape, (int)offset, Array.IndexOf(tape, (byte)0, (int)offset) - (int)offset);

    [Fact]
    public void One_that_is_disposed_twice_takes_nothing_away_from_the_next()
    {
        var first = new TapeImage([new TapeCall("getpid")]);
        first.Dispose();
        // It lies where the first one was.
        using var next = new TapeImage([new TapeCall("setsid")]);
        first.Dispose();
        next.Played.Should().Be(0);
    }
}
