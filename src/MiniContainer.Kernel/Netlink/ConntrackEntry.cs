// One connection that the kernel remembers, as it is seen from both sides. Network address translation is the
// difference between them: the answer to a packet for a published port comes from the container. Labs 15-nat, 16-ports;
// conntrack(8).
//
//     original    203.0.113.1:5000 -> 203.0.113.2:8080     as the client sent it
//     reply       10.44.0.2:80     -> 203.0.113.1:5000     as the answer comes

using System.Net;
using System.Net.Sockets;

namespace MiniContainer.Kernel.Netlink;

/// <summary>One direction of a connection.</summary>
/// <param name="Source">Where its packets come from.</param>
/// <param name="SourcePort">The source's port; 0 for a protocol without ports.</param>
/// <param name="Destination">Where they go.</param>
/// <param name="DestinationPort">The destination's port; 0 for a protocol without ports.</param>
public sealed record ConntrackTuple(IPAddress Source, int SourcePort, IPAddress Destination, int DestinationPort)
{
    /// <summary>"203.0.113.1:5000 -> 203.0.113.2:8080".</summary>
    public override string ToString() =>
        $"{new IPEndPoint(Source, SourcePort)} -> {new IPEndPoint(Destination, DestinationPort)}";
}

/// <summary>A connection in the kernel's table.</summary>
/// <param name="Protocol">The protocol's number: 6 TCP, 17 UDP, 132 SCTP.</param>
/// <param name="Original">As the first packet was sent.</param>
/// <param name="Reply">As its answers come.</param>
/// <param name="SeenReply">Whether there was an answer.</param>
public sealed record ConntrackEntry(ProtocolType Protocol, ConntrackTuple Original, ConntrackTuple Reply,
    bool SeenReply)
{
    /// <summary>The protocol SCTP, which .NET has no name for.</summary>
    public const ProtocolType Sctp = (ProtocolType)132;

    /// <summary>Whether its destination is translated.</summary>
    public bool HasNewDestination =>
        !Original.Destination.Equals(Reply.Source) || Original.DestinationPort != Reply.SourcePort;

    /// <summary>The attributes that name it to the kernel, as the kernel sent them: tuple, zone, id.</summary>
    internal IReadOnlyList<(ushort Type, byte[] Payload)> Key { get; init; } = [];

    /// <summary>Whether an address is at an end of it, before translation or after.</summary>
    public bool Concerns(IPAddress address) =>
        Original.Source.Equals(address) || Original.Destination.Equals(address)
        || Reply.Source.Equals(address) || Reply.Destination.Equals(address);

    /// <summary>"udp 203.0.113.1:5000 -> 203.0.113.2:8080, reply …".</summary>
    public override string ToString() => $"{Name(Protocol)} {Original}, reply {Reply}";

    private static string Name(ProtocolType protocol) => protocol switch
    {
        ProtocolType.Tcp => "tcp",
        ProtocolType.Udp => "udp",
        Sctp => "sctp",
        _ => $"protocol {(int)protocol}",
    };
}
