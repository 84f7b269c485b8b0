// The door to the kernel's table of connections, which network address translation follows: rules are asked for the
// first packet of a connection alone, so a connection that is older than a rule never meets it, and one that is younger
// outlives it. So a step that changes the rules forgets such connections. The messages are those of ctnetlink, a part
// of netfilter: an nfgenmsg and nested attributes, all numbers in network byte order. Lab 16-ports; conntrack(8).

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using static MiniContainer.Kernel.Netlink.NetlinkAbi;

namespace MiniContainer.Kernel.Netlink;

/// <summary>The connections that one network namespace remembers; for one thread at a time.</summary>
public sealed class Conntrack : IDisposable
{
    // Of Linux; .NET's own AddressFamily has other numbers.
    private const byte AllFamilies = 0;

    private readonly NetlinkSocket socket;

    private Conntrack(NetlinkSocket socket) => this.socket = socket;

    /// <summary>Opens a socket in the calling thread's network namespace, where it stays for life.</summary>
    /// <exception cref="MinicException">The kernel has no netfilter.</exception>
    public static Conntrack Open() => new(NetlinkSocket.Open(NETLINK_NETFILTER));

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    /// <summary>The connections of all families. Equivalent to: <c>conntrack -L</c>.</summary>
    /// <remarks>
    /// The kernel goes through a table that all namespaces share, however few connections are this one's.
    /// </remarks>
    /// <param name="wanted">Which of them; null for all.</param>
    /// <exception cref="MinicException">EPERM: without CAP_NET_ADMIN; EINVAL: the kernel has no ctnetlink.</exception>
    public IReadOnlyList<ConntrackEntry> List(Func<ConntrackEntry, bool>? wanted = null)
    {
        var found = new List<ConntrackEntry>();
        var answer = socket.Transact(ListMessage(), (_, body) =>
        {
            if (Parse(body) is { } entry && wanted?.Invoke(entry) != false) found.Add(entry);
        });
        return answer.Errno == 0
            ? found
            : throw MinicException.FromErrno(
                "list connections", "IPCTNL_MSG_CT_GET(NLM_F_DUMP)", answer.Errno, answer.KernelText);
    }

    /// <summary>Forgets a connection. Equivalent to: <c>conntrack -D</c> with all that names it.</summary>
    /// <returns>False if it was forgotten already.</returns>
    public bool TryDelete(ConntrackEntry entry)
    {
        var answer = socket.Transact(DeleteMessage(entry));
        return answer.Errno switch
        {
            0 => true,
            Errno.ENOENT => false,
            var errno => throw MinicException.FromErrno(
                "forget a connection", $"IPCTNL_MSG_CT_DELETE({entry})", errno, answer.KernelText),
        };
    }

    /// <summary>Whether nothing is remembered: a question that costs little.</summary>
    public static bool IsEmpty => Knob.TryRead("/proc/sys/net/netfilter/nf_conntrack_count") == "0";

    internal static NetlinkMessage ListMessage() => Message(IPCTNL_MSG_CT_GET, NLM_F_DUMP, AllFamilies);

    // With the id: a connection of the same addresses that has begun meanwhile is another one, and stays.
    internal static NetlinkMessage DeleteMessage(ConntrackEntry entry)
    {
        var family = entry.Original.Source.AddressFamily == AddressFamily.InterNetworkV6 ? AF_INET6 : AF_INET;
        var message = Message(IPCTNL_MSG_CT_DELETE, NLM_F_ACK, family);
        foreach (var (type, payload) in entry.Key)
            message.Add(type, payload);
        return message;
    }

    internal static ConntrackEntry? Parse(ReadOnlySpan<byte> body)
    {
        ConntrackTuple? original = null, reply = null;
        ProtocolType protocol = default;
        var status = 0u;
        var key = new List<(ushort, byte[])>();
        foreach (var attribute in new NetlinkAttributes(body[Unsafe.SizeOf<nfgenmsg>()..]))
        {
            switch (attribute.Type)
            {
                case CTA_TUPLE_ORIG:
                    (protocol, original) = Tuple(attribute.Nested);
                    key.Add(((ushort)(CTA_TUPLE_ORIG | NLA_F_NESTED), attribute.Payload.ToArray()));
                    break;
                case CTA_TUPLE_REPLY: (_, reply) = Tuple(attribute.Nested); break;
                case CTA_STATUS: status = BinaryPrimitives.ReadUInt32BigEndian(attribute.Payload); break;
                case CTA_ID or CTA_ZONE: key.Add((attribute.Type, attribute.Payload.ToArray())); break;
                default: break;
            }
        }

        return original is null || reply is null
            ? null
            : new ConntrackEntry(protocol, original, reply, (status & IPS_SEEN_REPLY) != 0) { Key = key };
    }

    private static NetlinkMessage Message(ushort operation, int flags, byte family) =>
        new NetlinkMessage((ushort)((NFNL_SUBSYS_CTNETLINK << 8) | operation), flags)
            .Struct(new nfgenmsg { nfgen_family = family });

    private static (ProtocolType Protocol, ConntrackTuple Tuple) Tuple(NetlinkAttributes attributes)
    {
        var (source, destination) = (IPAddress.Any, IPAddress.Any);
        var (number, sourcePort, destinationPort) = (0, 0, 0);
        foreach (var part in attributes)
        {
            foreach (var attribute in part.Nested)
            {
                switch (part.Type, attribute.Type)
                {
                    case (CTA_TUPLE_IP, CTA_IP_V4_SRC or CTA_IP_V6_SRC): source = attribute.IPAddress; break;
                    case (CTA_TUPLE_IP, CTA_IP_V4_DST or CTA_IP_V6_DST): destination = attribute.IPAddress; break;
                    case (CTA_TUPLE_PROTO, CTA_PROTO_NUM): number = attribute.Payload[0]; break;
                    case (CTA_TUPLE_PROTO, CTA_PROTO_SRC_PORT): sourcePort = Port(attribute); break;
                    case (CTA_TUPLE_PROTO, CTA_PROTO_DST_PORT): destinationPort = Port(attribute); break;
                    default: break;
                }
            }
        }

        return ((ProtocolType)number, new ConntrackTuple(source, sourcePort, destination, destinationPort));
    }

    private static int Port(NetlinkAttribute attribute) => BinaryPrimitives.ReadUInt16BigEndian(attribute.Payload);
}
