// Writes JSON. A writer's own options hold, not those of the serializer: so one context, made once, serves for all
// forms. Options that are made anew for each call cost a third of a megabyte, and a millisecond.

using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace MiniContainer.Documents;

/// <summary>Values as JSON, without the escapes that only a browser needs ("&lt;", "'").</summary>
public static class JsonText
{
    /// <summary>A value as JSON.</summary>
    /// <param name="value">The value.</param>
    /// <param name="type">How it is written.</param>
    /// <param name="indented">Whether over several lines, for people.</param>
    public static string Write<T>(T value, JsonTypeInfo<T> type, bool indented = false) =>
        Encoding.UTF8.GetString(Buffer(value, type, indented).WrittenSpan);

    /// <summary>A value as JSON, in UTF-8.</summary>
    /// <inheritdoc cref="Write"/>
    public static byte[] Utf8<T>(T value, JsonTypeInfo<T> type, bool indented = false) =>
        Buffer(value, type, indented).WrittenSpan.ToArray();

    private static ArrayBufferWriter<byte> Buffer<T>(T value, JsonTypeInfo<T> type, bool indented)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Indented = indented,
        });
        JsonSerializer.Serialize(writer, value, type);
        return buffer;
    }
}
