// The head of an HTTP response: a status line, header lines, an empty line (RFC 9112, section 4).
//
//     HTTP/1.1 200 OK
//     Content-Length: 12
//     Connection: close
//

using System.Globalization;
using System.Text;

namespace MiniContainer.Protocols.Http;

/// <summary>The head of a response, after which the connection is closed.</summary>
/// <param name="Status">The status: "200 OK".</param>
/// <param name="Server">The program that answers.</param>
/// <param name="ContentType">What the body is: "text/plain"; it is UTF-8.</param>
/// <param name="ContentLength">The length of the body in bytes.</param>
public sealed record HttpResponse(string Status, string Server, string ContentType, long ContentLength)
{
    /// <summary>Its bytes, with the empty line.</summary>
    public byte[] Head => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"HTTP/1.1 {Status}\r\nServer: {Server}\r\nContent-Type: {ContentType}; charset=utf-8\r\n"
        + $"Content-Length: {ContentLength}\r\nConnection: close\r\n\r\n"));
}
