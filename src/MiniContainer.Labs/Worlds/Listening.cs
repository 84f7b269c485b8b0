// The sockets of the servers: opened in the internet by `lab world up`, taken over by `lab serve` (see ServerStart.cs).
// Each is bound to its server's own address: an answer from UDP port 53 must come from the address that was asked.

using System.Net;
using System.Net.Sockets;

namespace MiniContainer.Labs.Worlds;

/// <summary>Opens and takes over listening sockets.</summary>
internal static class Listening
{
    /// <summary>Those of the web server: TCP port 80.</summary>
    public static Func<IReadOnlyList<Socket>> Web() => () => [.. Topology.Web.Select(a => Open(a, 80, SocketType.Stream))];

    /// <summary>Those of the name server: UDP and TCP port 53.</summary>
    public static Func<IReadOnlyList<Socket>> Dns() => () =>
        [.. Topology.Dns.SelectMany(a => new[] { Open(a, 53, SocketType.Dgram), Open(a, 53, SocketType.Stream) })];

    /// <summary>Those that this process was started with: descriptors 3 and up.</summary>
    public static IReadOnlyList<Socket> Inherited(int count) =>
        [.. Enumerable.Range(3, count).Select(fd => new Socket(new SafeSocketHandle(fd, ownsHandle: true)))];

    private static Socket Open(string address, int port, SocketType type)
    {
        var ip = IPAddress.Parse(address);
        var socket = new Socket(ip.AddressFamily, type, type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp);
        socket.Bind(new IPEndPoint(ip, port));
        if (type == SocketType.Stream)
            socket.Listen(512);
        return socket;
    }
}
