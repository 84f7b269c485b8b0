// A route, and the names of its kinds. See ip-route(8), rtnetlink(7).

using System.Net;
using System.Net.Sockets;

namespace MiniContainer.Kernel.Netlink;

/// <summary>What happens to packets of a route: the kernel's RTN_*.</summary>
public enum RouteType
{
    /// <summary>They are sent on.</summary>
    Unicast = NetlinkAbi.RTN_UNICAST,

    /// <summary>They are for this host.</summary>
    Local = NetlinkAbi.RTN_LOCAL,

    /// <summary>They are dropped without a word.</summary>
    Blackhole = NetlinkAbi.RTN_BLACKHOLE,

    /// <summary>They are dropped, and the sender is told that there is no way.</summary>
    Unreachable = NetlinkAbi.RTN_UNREACHABLE,

    /// <summary>They are dropped, and the sender is told that it is forbidden.</summary>
    Prohibit = NetlinkAbi.RTN_PROHIBIT,
}

/// <summary>How far away a route's destination is: the kernel's RT_SCOPE_*.</summary>
public enum RouteScope
{
    /// <summary>Beyond a gateway.</summary>
    Universe = NetlinkAbi.RT_SCOPE_UNIVERSE,

    /// <summary>On the link itself.</summary>
    Link = NetlinkAbi.RT_SCOPE_LINK,

    /// <summary>On this host.</summary>
    Host = NetlinkAbi.RT_SCOPE_HOST,

    /// <summary>Nowhere; in a deletion: any.</summary>
    Nowhere = NetlinkAbi.RT_SCOPE_NOWHERE,
}

/// <summary>A route, as `ip route show` shows it; of several next hops only the network is kept.</summary>
/// <param name="Destination">RTA_DST: where packets are going; 0.0.0.0/0 or ::/0 is the default route.</param>
public sealed record Route(IPNetwork Destination)
{
    /// <summary>The main table, which `ip route` means when it names none.</summary>
    public const int MainTable = NetlinkAbi.RT_TABLE_MAIN;

    /// <summary>The kernel's own table: what is delivered to this host.</summary>
    public const int LocalTable = NetlinkAbi.RT_TABLE_LOCAL;

    /// <summary>RTA_GATEWAY: the router; null where the destination is on the link.</summary>
    public IPAddress? Gateway { get; init; }

    /// <summary>RTA_OIF: the link that packets leave by; null lets the gateway decide.</summary>
    public string? Dev { get; init; }

    /// <summary>RTA_PREFSRC: the source address of what this host itself sends; null for the link's first.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>RTA_TABLE.</summary>
    public int Table { get; init; } = MainTable;

    /// <summary>RTA_PRIORITY: among routes to one destination the lowest wins; null is the kernel's default.</summary>
    public int? Metric { get; init; }

    /// <summary>rtm_scope; null follows `ip`: link for IPv4 without a gateway, else universe.</summary>
    public RouteScope? Scope { get; init; }

    /// <summary>rtm_type.</summary>
    public RouteType Type { get; init; } = RouteType.Unicast;

    /// <summary>rtm_protocol: who made it; 2 the kernel, 3 (RTPROT_BOOT) `ip` and minic.</summary>
    public byte Protocol { get; init; } = NetlinkAbi.RTPROT_BOOT;

    /// <summary>RTNH_F_ONLINK: the gateway is on this link though no address says so.</summary>
    public bool OnLink { get; init; }

    /// <summary>The default route of a family through a gateway.</summary>
    public static Route Default(IPAddress gateway, string? dev = null) =>
        new(new IPNetwork(gateway.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0))
        {
            Gateway = gateway,
            Dev = dev,
        };

    /// <summary>"10.1.0.0/16 via 10.0.0.1 dev eth0".</summary>
    public override string ToString() =>
        (Destination.PrefixLength == 0 ? "default" : Destination.ToString())
        + (Gateway is null ? "" : $" via {Gateway}") + (Dev is null ? "" : $" dev {Dev}");
}
