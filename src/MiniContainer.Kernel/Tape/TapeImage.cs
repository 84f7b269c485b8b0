// A tape in memory: the entries that the player walks, and behind them everything that their pointers mean. The memory
// is shared between parent and child (and, when it has a file, with a process that opens that later), so the results of
// the calls can be read while the child plays and after it has gone. Lab 03-threads; player.x86_64.s has the layout.
//
// Lists are walked by number here: a foreach over one would make an object each time, hundreds in all.

using Microsoft.Win32.SafeHandles;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>The memory image of a list of calls.</summary>
public sealed unsafe class TapeImage : IDisposable
{
    internal const int HeaderSize = 64;
    internal const int EntrySize = 88;
    private const int SixthArgument = 6;
    private const long Pending = long.MinValue;
    private const long Hint = 0x10_0000_0000;

    private readonly byte* memory;
    private readonly nuint size;
    private readonly Dictionary<TapeArg, long> placed = new(ReferenceEqualityComparer.Instance);
    private nuint used;
    private bool disposed;

    /// <summary>Lays out the calls in anonymous shared memory, or in a file that outlives the process.</summary>
    /// <param name="calls">What the child will do; the last should not return (execve, exit_group).</param>
    /// <param name="file">An empty file opened for reading and writing, or null.</param>
    /// <exception cref="MinicException">There is no room for the tape (ENOSPC, ENOMEM).</exception>
    public TapeImage(IReadOnlyList<TapeCall> calls, SafeFileHandle? file = null)
    {
        Calls = [.. calls, new TapeCall("exit_group", 125)];
        size = (nuint)((HeaderSize + ((long)Calls.Count * EntrySize) + SizeOfArguments() + 4095) & ~4095);
        var fd = -1;
        if (file is not null)
        {
            fd = (int)file.DangerousGetHandle();
            // Blocks are allocated now, so that a full disk is an error here and not a SIGBUS in the child.
            var error = posix_fallocate(fd, 0, (long)size);
            if (error != 0)
                throw MinicException.FromErrno("write the tape", $"posix_fallocate({fd}, 0, {size})", error);
        }

        // Low, where no program, stack or library of the child's own program will be: it maps the tape at the same
        // address.
        var address = mmap((void*)Hint, (Tmds.Linux.size_t)size, PROT_READ | PROT_WRITE,
            MAP_SHARED | (file is null ? MAP_ANONYMOUS : 0), fd, 0);
        if (address == MAP_FAILED)
            throw MinicException.FromErrno("lay out the tape", $"mmap(NULL, {size}, PROT_READ|PROT_WRITE, MAP_SHARED)",
                Libc.Errno);
        memory = (byte*)address;
        *(byte**)(memory + 16) = memory; // for readers of the file: what its pointers are relative to
        used = (nuint)(HeaderSize + (Calls.Count * EntrySize));
        for (var i = 0; i < Calls.Count; i++)
            Write(i, Calls[i]);
    }

    /// <summary>The calls, and the exit_group that stands behind them all.</summary>
    public IReadOnlyList<TapeCall> Calls { get; }

    /// <summary>How many entries have been played; the next one may be under way.</summary>
    public int Played => (int)Volatile.Read(ref *(long*)memory);

    /// <summary>The time stamp counter (in its own ticks) when the child began.</summary>
    public ulong Began => *(ulong*)(memory + 8);

    internal byte* Address => memory;

    /// <summary>Where it lies.</summary>
    internal ulong Where => (ulong)memory;

    /// <summary>Its size in bytes.</summary>
    internal ulong Size => size;

    /// <summary>The result of an entry, a negative errno if it failed; null while it has not returned.</summary>
    public long? Result(int index)
    {
        var result = Volatile.Read(ref *(long*)(Entry(index) + 56));
        return result == Pending ? null : result;
    }

    /// <summary>What an entry's call has answered (<see cref="TapeArg.Answer"/>).</summary>
    public int Answer(int index) => Volatile.Read(ref *(int*)((long*)Entry(index) + SixthArgument));

    /// <summary>The time stamp counter when the entry's call returned; 0 while it has not.</summary>
    public ulong Stamp(int index) => *(ulong*)(Entry(index) + 80);

    /// <summary>The entry whose result ended the tape, or null while none has.</summary>
    public int? Failed
    {
        get
        {
            var last = Played - 1;
            return last >= 0 && Result(last) is { } result && Calls[last].Fails(result) ? last : null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Once: by the second time the address may belong to another mapping.
        if (disposed)
            return;
        disposed = true;
        Libc.Ignore(munmap(memory, (Tmds.Linux.size_t)size));
    }

    // The candidates of one command share their argv and environment: each is laid out once.
    private long SizeOfArguments()
    {
        var sum = 0L;
        for (var i = 0; i < Calls.Count; i++)
        {
            var arguments = Calls[i].Args;
            for (var j = 0; j < arguments.Count; j++)
            {
                if (arguments[j] is not TapeArg.Strs || placed.TryAdd(arguments[j], 0))
                    sum += SizeOf(arguments[j]);
            }
        }

        placed.Clear();
        return sum;
    }

    private static long SizeOf(TapeArg arg)
    {
        var sum = 0L;
        switch (arg)
        {
            case TapeArg.Str s:
                return SizeOf(s.Value);
            case TapeArg.Strs s:
                sum = (s.Values.Count + 1) * 8;
                for (var i = 0; i < s.Values.Count; i++)
                    sum += SizeOf(s.Values[i]);
                return sum;
            case TapeArg.Block b:
                sum = b.Data.Length + 8;
                for (var i = 0; i < b.Pointers.Count; i++)
                    sum += SizeOf(b.Pointers[i].Target);
                return sum;
            default:
                return 0;
        }
    }

    // With the zero byte at its end, and what brings the next one to a multiple of eight.
    private static long SizeOf(string text) => UnixText.ByteCount(text) + 1 + 8;

    private byte* Entry(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Calls.Count);
        return memory + HeaderSize + (index * EntrySize);
    }

    private void Write(int index, TapeCall call)
    {
        var entry = (long*)Entry(index);
        entry[0] = SyscallNumber.Of(call.Name);
        for (var i = 0; i < call.Args.Count; i++)
            entry[1 + i] = call.Args[i] is TapeArg.Answer ? (long)(entry + SixthArgument) : Place(call.Args[i]);
        entry[7] = Pending;
        entry[8] = call.Least;
        for (var i = 0; i < call.Allowed.Count; i++)
        {
            // The player looks at one word of bits; a shift by more would mean another errno.
            ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)call.Allowed[i], 63u, nameof(call));
            entry[9] |= 1L << call.Allowed[i];
        }
    }

    private long Place(TapeArg arg)
    {
        switch (arg)
        {
            case TapeArg.Number n:
                return n.Value;
            case TapeArg.Bits b:
                return (long)b.Value;
            case TapeArg.Str s:
                return Place(s.Value);
            case TapeArg.Strs s:
                if (placed.TryGetValue(s, out var known))
                    return known;
                var pointers = (long*)Reserve((s.Values.Count + 1) * 8);
                for (var i = 0; i < s.Values.Count; i++)
                    pointers[i] = Place(s.Values[i]);
                return placed[s] = (long)pointers;
            case TapeArg.Block b:
                var block = Reserve(b.Data.Length);
                b.Data.CopyTo(new Span<byte>(block, b.Data.Length));
                for (var i = 0; i < b.Pointers.Count; i++)
                    *(long*)(block + b.Pointers[i].Offset) = Place(b.Pointers[i].Target);
                return (long)block;
            default:
                throw new ArgumentException($"no layout for {arg.GetType()}", nameof(arg));
        }
    }

    private long Place(string text)
    {
        var length = UnixText.ByteCount(text);
        var address = Reserve(length + 1);
        UnixText.Encode(text, new Span<byte>(address, length));
        return (long)address;
    }

    // The memory is fresh, so all of it is zero.
    private byte* Reserve(int length)
    {
        var address = memory + used;
        used += (nuint)((length + 7) & ~7);
        return address;
    }
}
