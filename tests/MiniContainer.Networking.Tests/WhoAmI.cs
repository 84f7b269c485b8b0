// A web server in a namespace of the test's choice that answers each request with the address that it came from.

using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MiniContainer.Kernel;

namespace MiniContainer.Networking.Tests;

internal sealed class WhoAmI : IDisposable
{
    private readonly TcpListener listener;
    private readonly Thread thread;

    public WhoAmI(SafeFileHandle netns, int port)
    {
        // A socket is of the namespace in which it was made, whoever uses it.
        listener = NetworkNamespace.Run(netns, () =>
        {
            var made = TcpListener.Create(port);
            made.Start();
            return made;
        });
        thread = new Thread(Serve) { IsBackground = true };
        thread.Start();
    }

    public void Dispose()
    {
        listener.Stop();
        thread.Join();
        listener.Dispose();
    }

    private void Serve()
    {
        try
        {
            while (true)
            {
                using var client = listener.AcceptTcpClient();
                using var stream = client.GetStream();
                _ = stream.Read(new byte[4096]);
                var address = ((IPEndPoint)client.Client.RemoteEndPoint!).Address;
                var text = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
                stream.Write(
                    Encoding.ASCII.GetBytes($"HTTP/1.0 200 OK\r\nContent-Length: {text.Length}\r\n\r\n{text}"));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            // Stopped.
        }
    }
}
