// Names and variables as the kernel has them: bytes, which are UTF-8 as a rule and need not be. A byte that is not
// stands in a string as a low surrogate of its own, U+DC80 to U+DCFF, which no text has (Python's PEP 383 does it so);
// whatever hands strings to the kernel makes the byte of it again. Lab 03-threads; utf-8(7).

using System.Buffers;
using System.Globalization;
using System.Text;

namespace MiniContainer.Kernel;

/// <summary>Strings that keep every byte.</summary>
public static class UnixText
{
    private const int Escape = 0xdc00;

    /// <summary>The string of some bytes.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (bytes.Length > 0)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var length) == OperationStatus.Done)
            {
                text.Append(rune.ToString());
            }
            else
            {
                // What was consumed may begin a rune that does not go on: one byte is wrong for certain.
                text.Append((char)(Escape + bytes[0]));
                length = 1;
            }

            bytes = bytes[length..];
        }

        return text.ToString();
    }

    /// <summary>The bytes of a string.</summary>
    public static byte[] Encode(string text)
    {
        if (IsUtf8(text))
            return Encoding.UTF8.GetBytes(text);
        var bytes = new List<byte>(text.Length);
        Span<byte> buffer = stackalloc byte[4];
        for (var rest = text.AsSpan(); rest.Length > 0;)
        {
            var whole = Rune.DecodeFromUtf16(rest, out var rune, out var length) == OperationStatus.Done;
            if (!whole && IsEscape(rest[0]))
                bytes.Add((byte)(rest[0] - Escape));
            else
                bytes.AddRange(buffer[..rune.EncodeToUtf8(buffer)]);
            rest = rest[length..];
        }

        return [.. bytes];
    }

    /// <summary>How many bytes a string has.</summary>
    public static int ByteCount(string text) =>
        IsUtf8(text) ? Encoding.UTF8.GetByteCount(text) : Encode(text).Length;

    /// <summary>Writes the bytes of a string where there is room for <see cref="ByteCount"/>.</summary>
    public static void Encode(string text, Span<byte> bytes)
    {
        if (IsUtf8(text))
            Encoding.UTF8.GetBytes(text, bytes);
        else
            Encode(text).CopyTo(bytes);
    }

    /// <summary>Whether it is text, without a byte that is not UTF-8.</summary>
    public static bool IsUtf8(string text)
    {
        if (Ascii.IsValid(text))
            return true;
        for (var i = 0; i < text.Length; i++)
        {
            if (IsEscape(text[i]) && (i == 0 || !char.IsHighSurrogate(text[i - 1])))
                return false;
        }

        return true;
    }

    /// <summary>For people: each byte that is not UTF-8 as "\xe9".</summary>
    public static string Shown(string text) => IsUtf8(text) ? text
        : string.Concat(text.Select((c, i) => IsEscape(c) && (i == 0 || !char.IsHighSurrogate(text[i - 1]))
            ? string.Create(CultureInfo.InvariantCulture, $"\\x{c - Escape:x2}")
            : c.ToString()));

    private static bool IsEscape(char c) => c is >= '\udc80' and <= '\udcff';
}
