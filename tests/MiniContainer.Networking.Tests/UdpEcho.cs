// UDP in a namespace of the test's choice: a server that answers each datagram with a name, and a client that keeps its
// port.

using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MiniContainer.Kernel;

namespace MiniContainer.Networking.Tests;

internal sealed class UdpEcho : IDisposable
{
    private readonly Socket socket;
    private readonly Thread thread;

    public UdpEcho(SafeFileHandle netns, int port, string name)
    {
        socket = Bound(netns, port);
        thread = new Thread(() => Serve(Encoding.UTF8.GetBytes(name))) { IsBackground = true };
        thread.Start();
    }

    /// <summary>A socket of a namespace, of both families.</summary>
    public static Socket Bound(SafeFileHandle netns, int port) => NetworkNamespace.Run(netns, () =>
    {
        var made = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
        made.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        return made;
    });

    /// <summary>Asks until somebody answers; null if nobody does within the time.</summary>
    public static string? Ask(Socket client, string address, int port, int milliseconds)
    {
        var to = new IPEndPoint(IPAddress.Parse(address).MapToIPv6(), port);
        client.ReceiveTimeout = 100;
        // Answers to earlier questions that came late.
        while (client.Available > 0)
            _ = client.Receive(new byte[100]);
        for (var waited = 0; waited < milliseconds; waited += 100)
        {
            var buffer = new byte[100];
            try
            {
                client.SendTo("?"u8, to);
                return Encoding.UTF8.GetString(buffer, 0, client.Receive(buffer));
            }
            catch (SocketException e)
            when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock or SocketError.ConnectionRefused)
            {
            }
        }

        return null;
    }

    public void Dispose()
    {
        // Closing does not wake a thread that receives; a datagram to ourselves does.
        socket.Dispose();
        thread.Join();
    }

    private void Serve(byte[] name)
    {
        var buffer = new byte[100];
        socket.ReceiveTimeout = 200;
        while (true)
        {
            EndPoint from = new IPEndPoint(IPAddress.IPv6Any, 0);
            try
            {
                _ = socket.ReceiveFrom(buffer, ref from);
                _ = socket.SendTo(name, from);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
            {
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
