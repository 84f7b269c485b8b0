// The web server of the internet: HTTP/1.1 over sockets (RFC 9112). What it tells is what labs want to see: under which
// address a request arrived. One request a connection, so that a load balancer's choices can be counted.
//
//     /             a page with the line "your address is 203.0.113.2"
//     /ip           the address alone
//     /headers      the request as it came
//     /big?bytes=N  N bytes, to see what an MTU or a rate does

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MiniContainer.Protocols.Http;

namespace MiniContainer.Labs.Servers;

/// <summary>A small web server.</summary>
internal static class WebServer
{
    private const long MostBytes = 1L << 32;
    private static readonly TimeSpan RequestTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WriteTime = TimeSpan.FromSeconds(30);

    /// <summary>Serves for ever.</summary>
    /// <param name="listeners">Listening TCP sockets.</param>
    public static Task Serve(IReadOnlyList<Socket> listeners) => Task.WhenAll(listeners.Select(Accept));

    private static async Task Accept(Socket listener)
    {
        while (true)
        {
            try
            {
                var client = await listener.AcceptAsync();
                _ = Answer(client);
            }
            catch (SocketException)
            {
                // The client went away before its turn, or no descriptors are left: the next may fare better.
                await Task.Delay(10);
            }
        }
    }

    private static async Task Answer(Socket client)
    {
        using var _ = client;
        try
        {
            var request = await HttpRequest.Read(client, RequestTime);
            if (request is null)
                return;
            var peer = ((IPEndPoint)client.RemoteEndPoint!).Address;
            Console.WriteLine($"{peer} {request.Method} {request.Target}");
            await Respond(client, request, peer);
            // Closing with unread bytes would reset the connection, and take the answer with it: say that no more
            // comes.
            client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or IOException)
        {
            // The client's loss.
        }
    }

    private static async Task Respond(Socket client, HttpRequest request, IPAddress peer)
    {
        if (request.Method is not ("GET" or "HEAD"))
        {
            await Send(client, request, "405 Method Not Allowed", "text/plain", "only GET and HEAD are answered\n");
            return;
        }

        switch (request.Path)
        {
            case "/":
                await Send(client, request, "200 OK", "text/html",
                    $"<!DOCTYPE html>\n<title>the internet</title>\n<p>\nyour address is {peer}\n</p>\n");
                break;
            case "/ip":
                await Send(client, request, "200 OK", "text/plain", $"{peer}\n");
                break;
            case "/headers":
                await Send(client, request, "200 OK", "text/plain", request.Text);
                break;
            case "/big"
                when long.TryParse(request.Query("bytes"), NumberStyles.None, CultureInfo.InvariantCulture,
                    out var bytes) && bytes <= MostBytes:
                await SendBig(client, request, bytes);
                break;
            case "/big":
                await Send(client, request, "400 Bad Request", "text/plain",
                    $"say /big?bytes=N, with N up to {MostBytes}\n");
                break;
            default:
                await Send(client, request, "404 Not Found", "text/plain",
                    $"there is no {request.Path}; try /, /ip, /headers or /big?bytes=N\n");
                break;
        }
    }

    private static async Task Send(Socket client, HttpRequest request, string status, string type, string body)
    {
        var content = Encoding.UTF8.GetBytes(body);
        byte[] head = Head(status, type, content.Length);
        await SendAll(client, request.Method == "HEAD" ? head : [.. head, .. content]);
    }

    private static async Task SendBig(Socket client, HttpRequest request, long bytes)
    {
        await SendAll(client, Head("200 OK", "application/octet-stream", bytes));
        var block = new byte[65536];
        Array.Fill(block, (byte)'.');
        for (var left = request.Method == "HEAD" ? 0 : bytes; left > 0; left -= Math.Min(left, block.Length))
            await SendAll(client, block.AsMemory(0, (int)Math.Min(left, block.Length)));
    }

    private static byte[] Head(string status, string type, long length) =>
        new HttpResponse(status, "lab", type, length).Head;

    private static async Task SendAll(Socket client, ReadOnlyMemory<byte> data)
    {
        using var limit = new CancellationTokenSource(WriteTime);
        while (data.Length > 0)
            data = data[await client.SendAsync(data, limit.Token)..];
    }
}
