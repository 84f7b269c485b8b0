// Links as the kernel shows them, and the two ends of a veth as it is told to make them. See ip-link(8).

using System.Net.NetworkInformation;
using System.Runtime.InteropServices;

namespace MiniContainer.Kernel.Netlink;

/// <summary>A network interface, as `ip -d link show` shows it.</summary>
/// <param name="Index">ifi_index: its number within its namespace.</param>
/// <param name="Name">IFLA_IFNAME.</param>
public sealed record Link(int Index, string Name)
{
    /// <summary>IFLA_INFO_KIND: "veth", "bridge"; null for real devices and the loopback.</summary>
    public string? Kind { get; init; }

    /// <summary>IFLA_MASTER: the index of the bridge that it is a port of; null if none.</summary>
    public int? MasterIndex { get; init; }

    /// <summary>IFLA_MTU, in bytes.</summary>
    public int Mtu { get; init; }

    /// <summary>IFLA_ADDRESS; null where links of this kind have none.</summary>
    public PhysicalAddress? Mac { get; init; }

    /// <summary>ifi_flags: IFF_UP and others (netdevice(7)).</summary>
    public uint Flags { get; init; }

    /// <summary>IFF_UP: it was set up; a cable may still be missing.</summary>
    public bool IsUp => (Flags & NetlinkAbi.IFF_UP) != 0;

    /// <summary>
    /// IFLA_LINK: the other end of a veth, the parent of a macvlan; an index, maybe of another namespace.
    /// </summary>
    public int? PeerIndex { get; init; }

    /// <summary>IFLA_LINK_NETNSID: the id of the peer's namespace, -1 if it has none; null if it is this one.</summary>
    public int? PeerNamespaceId { get; init; }

    /// <summary>IFLA_BRPORT_MODE, for a bridge's port: frames may leave where they came in. Null for others.</summary>
    public bool? Hairpin { get; init; }

    /// <summary>
    /// IFLA_BRPORT_ISOLATED, for a bridge's port: it cannot reach other isolated ports. Null for others.
    /// </summary>
    public bool? Isolated { get; init; }
}

/// <summary>One end of a veth that is to be made.</summary>
/// <param name="Name">Its name, from the start: no later rename, for which a link must be down.</param>
public sealed record VethEnd(string Name)
{
    /// <summary>The namespace that it is made in; null is the socket's own.</summary>
    public SafeHandle? Netns { get; init; }

    /// <summary>IFLA_ADDRESS; null lets the kernel pick one at random.</summary>
    public PhysicalAddress? Mac { get; init; }

    /// <summary>IFLA_MTU in bytes; null is 1500.</summary>
    public int? Mtu { get; init; }
}

/// <summary>How the macvlans of one parent see each other: the kernel's MACVLAN_MODE_*.</summary>
public enum MacvlanMode
{
    /// <summary>Not at all.</summary>
    Private = (int)NetlinkAbi.MACVLAN_MODE_PRIVATE,

    /// <summary>Through a switch outside that sends frames back.</summary>
    Vepa = (int)NetlinkAbi.MACVLAN_MODE_VEPA,

    /// <summary>Directly.</summary>
    Bridge = (int)NetlinkAbi.MACVLAN_MODE_BRIDGE,

    /// <summary>There is but one, and it has the parent to itself.</summary>
    Passthru = (int)NetlinkAbi.MACVLAN_MODE_PASSTHRU,
}
