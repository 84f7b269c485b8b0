// The bytes of the link messages, apart from their sending: golden files show each of them
// (tests/MiniContainer.Kernel.Tests/Netlink/Golden). The `using` blocks have the shape of the nesting. See
// rtnetlink(7), linux/if_link.h.

using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static MiniContainer.Kernel.Netlink.NetlinkAbi;

namespace MiniContainer.Kernel.Netlink;

public sealed partial class RtNetlink
{

    internal static NetlinkMessage VethMessage(VethEnd end, int endNetns, VethEnd peer, int peerNetns)
    {
        var message = NewLinkMessage(up: false);
        AddEnd(message, end, endNetns);
        using (message.Nest(IFLA_LINKINFO))
        {
            message.Add(IFLA_INFO_KIND, "veth");
            using (message.Nest(IFLA_INFO_DATA))
            using (message.Nest(VETH_INFO_PEER))
            {
                // The peer is described as a link of its own: again an ifinfomsg, and the same attributes.
                message.Struct(default(ifinfomsg));
                AddEnd(message, peer, peerNetns);
            }
        }

        return message;
    }

    internal static NetlinkMessage BridgeMessage(string name, PhysicalAddress? mac, int? mtu, bool up)
    {
        var message = NewLinkMessage(up).Add(IFLA_IFNAME, name);
        if (mac is not null) message.Add(IFLA_ADDRESS, mac);
        if (mtu is not null) message.Add(IFLA_MTU, mtu.Value);

        // VLAN filtering is off unless asked for; saying so is refused by kernels that were built without it.
        using (message.Nest(IFLA_LINKINFO)) message.Add(IFLA_INFO_KIND, "bridge");
        return message;
    }

    internal static NetlinkMessage VxlanMessage(
        string name, int id, IPAddress local, ushort port, int? devIndex, PhysicalAddress? mac, int? mtu)
    {
        var message = NewLinkMessage(up: false).Add(IFLA_IFNAME, name);
        if (mac is not null) message.Add(IFLA_ADDRESS, mac);
        if (mtu is not null) message.Add(IFLA_MTU, mtu.Value);
        using (message.Nest(IFLA_LINKINFO))
        {
            message.Add(IFLA_INFO_KIND, "vxlan");
            using (message.Nest(IFLA_INFO_DATA))
            {
                message.Add(IFLA_VXLAN_ID, id);
                message.Add(
                    local.AddressFamily == AddressFamily.InterNetwork ? IFLA_VXLAN_LOCAL : IFLA_VXLAN_LOCAL6, local);
                message.AddBigEndian(IFLA_VXLAN_PORT, port);
                message.Add(IFLA_VXLAN_LEARNING, (byte)0); // its table is written, not guessed from what arrives
                if (devIndex is not null) message.Add(IFLA_VXLAN_LINK, devIndex.Value);
            }
        }

        return message;
    }

    internal static NetlinkMessage MacvlanMessage(
        string name, int parentIndex, MacvlanMode mode, int netns, PhysicalAddress? mac)
    {
        var message = NewLinkMessage(up: false).Add(IFLA_IFNAME, name).Add(IFLA_LINK, parentIndex);
        if (mac is not null) message.Add(IFLA_ADDRESS, mac);
        if (netns >= 0) message.Add(IFLA_NET_NS_FD, netns);
        using (message.Nest(IFLA_LINKINFO))
        {
            message.Add(IFLA_INFO_KIND, "macvlan");
            using (message.Nest(IFLA_INFO_DATA)) message.Add(IFLA_MACVLAN_MODE, (uint)mode);
        }

        return message;
    }

    internal static NetlinkMessage BridgePortMessage(int index, bool? hairpin, bool? isolated)
    {
        var message = new NetlinkMessage(RTM_SETLINK, NLM_F_ACK)
            .Struct(new ifinfomsg { ifi_family = AF_BRIDGE, ifi_index = index });
        using (message.Nest(IFLA_PROTINFO | NLA_F_NESTED)) // without the flag the kernel expects an old format here
        {
            if (hairpin is not null) message.Add(IFLA_BRPORT_MODE, (byte)(hairpin.Value ? 1 : 0));
            if (isolated is not null) message.Add(IFLA_BRPORT_ISOLATED, (byte)(isolated.Value ? 1 : 0));
        }

        return message;
    }

    internal static NetlinkMessage LinkMessage(
        ushort type, int nlmsg_flags, int index = 0, uint flags = 0, uint change = 0) =>
        new NetlinkMessage(type, nlmsg_flags)
            .Struct(new ifinfomsg { ifi_index = index, ifi_flags = flags, ifi_change = change });

    private static NetlinkMessage DeleteLinkMessage(string name) =>
        LinkMessage(RTM_DELLINK, NLM_F_ACK).Add(IFLA_IFNAME, name);

    // The many counters of a link are left out of the answer.
    private static NetlinkMessage GetLinkMessage(string name) =>
        LinkMessage(RTM_GETLINK, NLM_F_ACK).Add(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS).Add(IFLA_IFNAME, name);

    private static NetlinkMessage GetLinkMessage(int index) =>
        LinkMessage(RTM_GETLINK, NLM_F_ACK, index).Add(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);

    private static NetlinkMessage NewLinkMessage(bool up) => up
        ? LinkMessage(RTM_NEWLINK, Create, flags: IFF_UP, change: IFF_UP)
        : LinkMessage(RTM_NEWLINK, Create);

    private static void AddEnd(NetlinkMessage message, VethEnd end, int netns)
    {
        message.Add(IFLA_IFNAME, end.Name);
        if (end.Mtu is not null) message.Add(IFLA_MTU, end.Mtu.Value);
        if (end.Mac is not null) message.Add(IFLA_ADDRESS, end.Mac);
        if (netns >= 0) message.Add(IFLA_NET_NS_FD, netns);
    }

    private static Link? ParseLink(ReadOnlySpan<byte> body)
    {
        var info = MemoryMarshal.Read<ifinfomsg>(body);
        var link = new Link(info.ifi_index, "") { Flags = info.ifi_flags };
        foreach (var attribute in new NetlinkAttributes(body[Unsafe.SizeOf<ifinfomsg>()..]))
        {
            link = attribute.Type switch
            {
                IFLA_IFNAME => link with { Name = attribute.String },
                IFLA_MTU => link with { Mtu = (int)attribute.UInt32 },
                IFLA_ADDRESS => link with { Mac = attribute.PhysicalAddress },
                IFLA_MASTER => link with { MasterIndex = (int)attribute.UInt32 },
                IFLA_LINK => link with { PeerIndex = (int)attribute.UInt32 },
                IFLA_LINK_NETNSID => link with { PeerNamespaceId = (int)attribute.UInt32 },
                IFLA_LINKINFO => ParseLinkInfo(link, attribute.Nested),
                _ => link,
            };
        }

        return link;
    }

    private static Link ParseLinkInfo(Link link, NetlinkAttributes info)
    {
        var portOfBridge = false;
        foreach (var attribute in info)
        {
            if (attribute.Type == IFLA_INFO_KIND) link = link with { Kind = attribute.String };
            if (attribute.Type == IFLA_INFO_SLAVE_KIND) portOfBridge = attribute.String == "bridge";
            if (attribute.Type != IFLA_INFO_SLAVE_DATA || !portOfBridge) continue;
            foreach (var setting in attribute.Nested)
            {
                if (setting.Type == IFLA_BRPORT_MODE) link = link with { Hairpin = setting.Payload[0] != 0 };
                if (setting.Type == IFLA_BRPORT_ISOLATED) link = link with { Isolated = setting.Payload[0] != 0 };
            }
        }

        return link;
    }
}
