// One argument of a call on a tape: what it is in memory, and how strace(1) would print it. A tape is data, so that one
// description serves the kernel (TapeImage.cs lays it out) and the reader (TapeCall.ToString prints it). Lab
// 03-threads.

using System.Buffers.Binary;
using System.Text;

namespace MiniContainer.Kernel;

/// <summary>An argument of a <see cref="TapeCall"/>.</summary>
public abstract record TapeArg
{
    /// <summary>The current directory in place of a descriptor (openat(2)).</summary>
    public static readonly TapeArg AtFdCwd = new Number(-100, "AT_FDCWD");

    /// <summary>A null pointer.</summary>
    public static readonly TapeArg Null = new Number(0, "NULL");

    /// <summary>An integer; <paramref name="Text"/> is its symbolic form, if it has one.</summary>
    public sealed record Number(long Value, string? Text = null) : TapeArg
    {
        /// <inheritdoc/>
        public override string ToString() => Text ?? Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>A pointer to a string that ends with a zero byte.</summary>
    public sealed record Str(string Value) : TapeArg
    {
        /// <inheritdoc/>
        public override string ToString() => Quote(Value);
    }

    /// <summary>An integer whose bits have names; minic looks them up only to print it.</summary>
    /// <param name="Value">The bits.</param>
    /// <param name="Says">Their names, as <see cref="FlagText"/> has them.</param>
    public sealed record Bits(ulong Value, Func<ulong, string> Says) : TapeArg
    {
        /// <inheritdoc/>
        public override string ToString() => Says(Value);
    }

    /// <summary>A pointer to an array of strings that ends with a null pointer (argv, envp).</summary>
    /// <param name="Values">The strings.</param>
    /// <param name="Counted">Whether to print only how many they are, as strace(1) prints an environment.</param>
    public sealed record Strs(IReadOnlyList<string> Values, bool Counted = false) : TapeArg
    {
        /// <inheritdoc/>
        public override string ToString() => Counted
            ? $"[/* {Values.Count} vars */]"
            : $"[{string.Join(", ", Values.Select(Quote))}]";
    }

    /// <summary>A pointer to bytes: a structure, or a buffer that the kernel fills.</summary>
    /// <param name="Data">The bytes, in the machine's own order.</param>
    /// <param name="Says">
    /// What they mean: minic reads it from the bytes when it prints them, so that it says what the kernel gets.
    /// </param>
    public sealed record Block(byte[] Data, Func<byte[], string> Says) : TapeArg
    {
        /// <summary>A block that is printed in words of its own.</summary>
        public Block(byte[] data, string text = "...")
            : this(data, _ => text)
        {
        }

        /// <summary>Pointers inside: at each offset stands the address of another argument.</summary>
        public IReadOnlyList<(int Offset, TapeArg Target)> Pointers { get; init; } = [];

        /// <inheritdoc/>
        public override string ToString() => Says(Data);
    }

    /// <summary>
    /// A pointer to the entry's own sixth argument, for a call of fewer that gives an answer of four bytes.
    /// </summary>
    /// <param name="Text">How to print it: "&amp;pid".</param>
    public sealed record Answer(string Text) : TapeArg
    {
        /// <inheritdoc/>
        public override string ToString() => Text;
    }

    /// <summary>A number with a symbolic form.</summary>
    public static TapeArg Named(long value, string text) => new Number(value, text);

    /// <summary>Flags, which minic names only to print them.</summary>
    public static TapeArg Flags(ulong value, Func<ulong, string> says) => new Bits(value, says);

    /// <summary>A file mode, printed in octal.</summary>
    public static TapeArg Mode(uint mode) => new Bits(mode, FlagText.Mode);

    /// <summary>Bytes from 32-bit integers: the body of many small structures.</summary>
    public static byte[] Ints(params ReadOnlySpan<uint> values)
    {
        var bytes = new byte[values.Length * 4];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), values[i]);
        return bytes;
    }

    /// <summary>Bytes from 64-bit integers.</summary>
    public static byte[] Longs(params ReadOnlySpan<ulong> values)
    {
        var bytes = new byte[values.Length * 8];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * 8), values[i]);
        return bytes;
    }

    /// <summary>A number is an argument as it is.</summary>
    public static implicit operator TapeArg(long value) => new Number(value);

    /// <summary>A string is an argument as it is.</summary>
    public static implicit operator TapeArg(string value) => new Str(value);

    /// <summary>A string, or a null pointer.</summary>
    public static TapeArg OrNull(string? value) => value is null ? Null : new Str(value);

    /// <summary>A string as C writes it: quoted, with control characters escaped.</summary>
    public static string Quote(string value)
    {
        var text = new StringBuilder("\"", value.Length + 2);
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' or '\\' => text.Append('\\').Append(c),
                '\n' => text.Append("\\n"),
                '\t' => text.Append("\\t"),
                '\r' => text.Append("\\r"),
                < ' ' or '\x7f' => text.Append('\\').Append(Convert.ToString(c, 8)),
                _ => text.Append(c),
            };
        }

        return text.Append('"').ToString();
    }
}
