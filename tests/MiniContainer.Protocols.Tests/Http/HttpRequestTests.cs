// The heads of HTTP: which requests are read, what is none, and the bytes of a response's.

using System.Text;
using MiniContainer.Protocols.Http;

namespace MiniContainer.Protocols.Tests.Http;

public class HttpRequestTests
{
    [Fact]
    public void A_request_is_read_when_it_is_whole()
    {
        var bytes = Encoding.ASCII.GetBytes("GET /big?x=1&bytes=10 HTTP/1.1\r\nHost: www.example\r\n\r\n");
        for (var length = 0; length < bytes.Length; length++)
            HttpRequest.Parse(bytes.AsSpan(0, length)).Should().BeNull();
        var request = HttpRequest.Parse(bytes)!;
        request.Method.Should().Be("GET");
        request.Path.Should().Be("/big");
        request.Query("bytes").Should().Be("10");
        request.Query("none").Should().BeNull();
        request.Text.Should().EndWith("Host: www.example\r\n");
    }

    [Theory]
    [InlineData("\r\n\r\n")]
    [InlineData("GET\r\n\r\n")]
    [InlineData("GET / HTTP/2.0\r\n\r\n")]
    [InlineData("GET  / HTTP/1.1\r\n\r\n")]
    [InlineData("GET http://there/ HTTP/1.1\r\n\r\n")]
    public void What_is_no_request_is_not_read(string text) =>
    HttpRequest.Parse(Encoding.ASCII.GetBytes(text)).Should().BeNull();

    [Fact]
    public void A_response_says_how_long_it_is_and_that_no_more_comes() =>
        Encoding.ASCII.GetString(new HttpResponse("200 OK", "lab", "text/plain", 5).Head).Should().Be(
            "HTTP/1.1 200 OK\r\nServer: lab\r\nContent-Type: text/plain; charset=utf-8\r\n"
            + "Content-Length: 5\r\nConnection: close\r\n\r\n");
}
