// The name server of the internet: DNS over UDP and TCP (RFC 1035, section 4.2; RFC 7766). Each query is a line in its
// log, numbered, so that a lab can count how many queries one lookup costs.
//
//     1 udp 203.0.113.2 www.example. A NOERROR
//     2 udp 203.0.113.2 www.example. AAAA NOERROR

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using MiniContainer.Protocols.Dns;

namespace MiniContainer.Labs.Servers;

/// <summary>A small name server.</summary>
internal static class DnsServer
{
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(10);
    private static readonly Lock Gate = new();
    private static int count;

    /// <summary>Serves for ever.</summary>
    /// <param name="sockets">Bound UDP sockets and listening TCP sockets.</param>
    public static Task Serve(IReadOnlyList<Socket> sockets) =>
        Task.WhenAll(sockets.Select(s => s.SocketType == SocketType.Dgram ? ServeUdp(s) : ServeTcp(s)));

    /// <summary>Answers one message.</summary>
    /// <param name="message">What came.</param>
    /// <param name="from">"udp 203.0.113.2", for the log.</param>
    /// <returns>Null where silence is best: to what is no query at all.</returns>
    internal static byte[]? Answer(ReadOnlySpan<byte> message, string from)
    {
        if (DnsQuery.Parse(message) is not { } query)
            return DnsQuery.FormatError(message);
        var (rcode, answer) = DnsZone.Answer(query);
        lock (Gate)
            Console.WriteLine($"{++count} {from} {query.QNAME} {DnsType.Name(query.QTYPE)} {rcode}");
        return answer;
    }

    private static async Task ServeUdp(Socket socket)
    {
        var buffer = new byte[4096];
        var any = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork
            ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (true)
        {
            try
            {
                var received = await socket.ReceiveFromAsync(buffer, any);
                if (Answer(buffer.AsSpan(0, received.ReceivedBytes),
                    $"udp {((IPEndPoint)received.RemoteEndPoint).Address}") is { } answer)
                    _ = await socket.SendToAsync(answer, received.RemoteEndPoint);
            }
            catch (SocketException)
            {
                // No process is there to take the answer, or the network has no way back.
            }
        }
    }

    private static async Task ServeTcp(Socket listener)
    {
        while (true)
        {
            try
            {
                var client = await listener.AcceptAsync();
                _ = ServeConnection(client);
            }
            catch (SocketException)
            {
                await Task.Delay(10);
            }
        }
    }

    // Over TCP each message has its length before it, in two bytes.
    private static async Task ServeConnection(Socket client)
    {
        using var _ = client;
        try
        {
            var from = $"tcp {((IPEndPoint)client.RemoteEndPoint!).Address}";
            var length = new byte[2];
            while (await Fill(client, length))
            {
                var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                if (!await Fill(client, message) || Answer(message, from) is not { } answer)
                    return;
                byte[] framed = [(byte)(answer.Length >> 8), (byte)answer.Length, .. answer];
                for (var sent = 0; sent < framed.Length;)
                    sent += await client.SendAsync(framed.AsMemory(sent));
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // The client's loss.
        }
    }

    private static async Task<bool> Fill(Socket client, byte[] buffer)
    {
        using var limit = new CancellationTokenSource(IdleTime);
        for (var length = 0; length < buffer.Length;)
        {
            var received = await client.ReceiveAsync(buffer.AsMemory(length), limit.Token);
            if (received == 0)
                return false;
            length += received;
        }

        return true;
    }
}
