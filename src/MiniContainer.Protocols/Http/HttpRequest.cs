// The head of an HTTP request: a request line, header lines, an empty line (RFC 9112, sections 2 to 5).
//
//     GET /big?bytes=10 HTTP/1.1
//     Host: www.example
//

using System.Net.Sockets;
using System.Text;

namespace MiniContainer.Protocols.Http;

/// <summary>The head of a request.</summary>
/// <param name="Method">"GET".</param>
/// <param name="Target">"/big?bytes=10".</param>
/// <param name="Text">The whole head as it came, without the empty line.</param>
public sealed record HttpRequest(string Method, string Target, string Text)
{
    private const int MostBytes = 16384;

    /// <summary>The target without its query.</summary>
    public string Path => Target.Split('?', 2)[0];

    /// <summary>A parameter of the query, or null.</summary>
    public string? Query(string name) =>
        Target.Split('?', 2) is [_, var query]
            ? query.Split('&').Select(p => p.Split('=', 2)).FirstOrDefault(p => p[0] == name && p.Length == 2)?[1]
            : null;

    /// <summary>Reads one from a connection.</summary>
    /// <returns>Null if what comes is no request, or longer than 16 KiB.</returns>
    /// <exception cref="OperationCanceledException">It did not come in time.</exception>
    public static async Task<HttpRequest?> Read(Socket client, TimeSpan time)
    {
        using var limit = new CancellationTokenSource(time);
        var buffer = new byte[MostBytes];
        var length = 0;
        while (length < MostBytes)
        {
            var count = await client.ReceiveAsync(buffer.AsMemory(length), limit.Token);
            if (count == 0)
                return null;
            length += count;
            if (Parse(buffer.AsSpan(0, length)) is { } request)
                return request;
        }

        return null;
    }

    /// <summary>Reads one from bytes.</summary>
    /// <returns>Null while the empty line has not come, or if the first line is no request line.</returns>
    public static HttpRequest? Parse(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return null;
        var text = Encoding.Latin1.GetString(bytes[..(end + 2)]);
        var line = text[..text.IndexOf('\r', StringComparison.Ordinal)];
        return line.Split(' ') is [var method, ['/', ..] target, "HTTP/1.1" or "HTTP/1.0"]
            ? new HttpRequest(method, target, text)
            : null;
    }
}
