// A socket of a server, opened in another network namespace than its server's caller is in: a thread visits that, and a
// socket stays where it was made. Lab 13-netns; socket(7), ip(7).

using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Labs.Worlds;

/// <summary>Opens a bound socket for a child of the plan. It needs no undo: it is closed with the plan's end.</summary>
/// <param name="Netns">The network namespace.</param>
/// <param name="Address">The address.</param>
/// <param name="Port">The port.</param>
/// <param name="Protocol">"tcp", which listens too, or "udp".</param>
/// <param name="Handle">What its descriptor is called in the plan.</param>
internal sealed record ListenOn(string Netns, string Address, int Port, string Protocol, string Handle) : Step
{
    private const int Backlog = 512;

    /// <inheritdoc/>
    public override string Title => $"listen on {Protocol} port {Port} of {Address}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
    [
        $"setns({TapeArg.Quote(Netns)}, CLONE_NEWNET)",
        $"socket({(IsV6 ? "AF_INET6" : "AF_INET")}, {(IsTcp ? "SOCK_STREAM" : "SOCK_DGRAM")}, 0)",
        $"bind(fd, {Address} port {Port})",
        .. IsTcp ? [$"listen(fd, {Backlog})"] : Array.Empty<string>(),
    ];

    /// <inheritdoc/>
    public override string Man => "socket(7)";

    /// <inheritdoc/>
    public override string Lab => "13-netns";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Command, "open # sockets", $"{Address} {Protocol} {Port}");

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [$": # not by hand: a shell opens no socket for others; let the server open {Address} port {Port}"];

    private bool IsTcp => Protocol == "tcp";

    private bool IsV6 => Address.Contains(':', StringComparison.Ordinal);

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        using var netns = NetworkNamespace.Open(Netns);
        try
        {
            playing.Own(Handle, new SocketHandle(NetworkNamespace.Run(netns, Open)));
            return null;
        }
        catch (SocketException e)
        {
            throw new MinicException(Title, e.Message, $"See what has it: nsenter --net={Netns} ss -lnp", inner: e);
        }
    }

    private Socket Open()
    {
        var ip = IPAddress.Parse(Address);
        var socket = IsTcp
            ? new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(ip.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(new IPEndPoint(ip, Port));
            if (IsTcp)
                socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // A socket is closed with its object, so the holder of the descriptor holds the object too.
    private sealed class SocketHandle : SafeHandle
    {
        private readonly Socket socket;

        public SocketHandle(Socket socket)
            : base(-1, ownsHandle: true)
        {
            this.socket = socket;
            SetHandle(socket.Handle);
        }

        public override bool IsInvalid => handle == -1;

        protected override bool ReleaseHandle()
        {
            socket.Dispose();
            return true;
        }
    }
}
