// Routes: RTM_NEWROUTE, RTM_DELROUTE, RTM_GETROUTE, each an rtmsg and attributes. Flags tell `add` from `replace`:
// NLM_F_EXCL refuses what exists, NLM_F_REPLACE puts itself in its place. See rtnetlink(7), ip-route(8).

using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static MiniContainer.Kernel.Netlink.NetlinkAbi;

namespace MiniContainer.Kernel.Netlink;

public sealed partial class RtNetlink
{
    private const int Replace = NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE;

    /// <summary>
    /// Adds a route. Equivalent to: <c>ip route add DST [via GATEWAY] [dev DEV] [src SOURCE] [table T]</c>.
    /// </summary>
    /// <exception cref="MinicException">EEXIST: there is one; ENETUNREACH: no link reaches the gateway.</exception>
    public void AddRoute(Route route) => SendRoute("add", "RTM_NEWROUTE", RTM_NEWROUTE, Create, route);

    /// <summary>Adds a route, or puts it in the place of one with this destination, table and metric.</summary>
    /// <remarks>Equivalent to: <c>ip route replace ...</c>.</remarks>
    public void ReplaceRoute(Route route) => SendRoute("replace", "RTM_NEWROUTE", RTM_NEWROUTE, Replace, route);

    /// <summary>Deletes a route. Equivalent to: <c>ip route del ...</c>.</summary>
    /// <exception cref="MinicException">Also when there is none (ESRCH).</exception>
    public void DeleteRoute(Route route) =>
        SendRoute("delete", "RTM_DELROUTE", RTM_DELROUTE, NLM_F_ACK, AnyScope(route));

    /// <summary>Deletes a route if it and its link are there: <see cref="DeleteRoute"/> for undoing.</summary>
    /// <returns>False if the link or the route is not there.</returns>
    public bool TryDeleteRoute(Route route)
    {
        var link = route.Dev is null ? null : FindLink(route.Dev);
        return (route.Dev is null || link is not null) && TryChange(
            RouteMessage(RTM_DELROUTE, NLM_F_ACK, AnyScope(route), link?.Index),
            $"delete route {route}",
            RouteCall("RTM_DELROUTE", route),
            Kernel.Errno.ESRCH,
            Kernel.Errno.ENODEV);
    }

    /// <summary>The routes of one table. Equivalent to: <c>ip [-4|-6] route show table T</c>.</summary>
    /// <param name="family">InterNetwork or InterNetworkV6; null for both.</param>
    /// <param name="table">The table; 255 is the one with the kernel's local routes.</param>
    public IReadOnlyList<Route> ListRoutes(AddressFamily? family = null, int table = Route.MainTable)
    {
        var names = NamesByIndex();
        AddressFamily[] families =
            family is null ? [AddressFamily.InterNetwork, AddressFamily.InterNetworkV6] : [family.Value];
        return [.. families.SelectMany(one => Dump(
            new NetlinkMessage(RTM_GETROUTE, NLM_F_DUMP).Struct(new rtmsg { rtm_family = Family(one) }),
            "list routes",
            "RTM_GETROUTE(NLM_F_DUMP)",
            body => ParseRoute(body, names) is { } route && route.Table == table ? route : null))];
    }

    /// <summary>What is delivered to the host itself: its addresses, 127.0.0.0/8. Equivalent to: <c>ip route show table
    /// local type local</c>, in both families.</summary>
    public IReadOnlyList<IPNetwork> ListLocalNetworks() =>
        [.. ListRoutes(table: Route.LocalTable).Where(r => r.Type == RouteType.Local).Select(r => r.Destination)];

    internal static NetlinkMessage RouteMessage(ushort type, int nlmsg_flags, Route route, int? index)
    {
        var message = new NetlinkMessage(type, nlmsg_flags).Struct(new rtmsg
        {
            rtm_family = Family(route.Destination.BaseAddress),
            rtm_dst_len = (byte)route.Destination.PrefixLength,
            rtm_table = route.Table <= byte.MaxValue ? (byte)route.Table : RT_TABLE_UNSPEC, // RTA_TABLE holds more
            rtm_protocol = type == RTM_DELROUTE ? (byte)0 : route.Protocol, // in a deletion: any
            rtm_scope = (byte)(route.Scope ?? DefaultScope(route)),
            rtm_type = (byte)route.Type,
            rtm_flags = route.OnLink ? RTNH_F_ONLINK : 0,
        });
        if (route.Destination.PrefixLength > 0) message.Add(RTA_DST, route.Destination.BaseAddress);
        if (route.Gateway is not null) message.Add(RTA_GATEWAY, route.Gateway);
        if (route.Source is not null) message.Add(RTA_PREFSRC, route.Source);
        if (index is not null) message.Add(RTA_OIF, index.Value);
        if (route.Metric is not null) message.Add(RTA_PRIORITY, route.Metric.Value);
        if (route.Table > byte.MaxValue) message.Add(RTA_TABLE, route.Table);
        return message;
    }

    private void SendRoute(string verb, string typeName, ushort type, int nlmsg_flags, Route route)
    {
        var doing = $"{verb} route {route}";
        var index = route.Dev is null ? (int?)null : IndexOf(route.Dev, doing);
        Change(RouteMessage(type, nlmsg_flags, route, index), doing, RouteCall(typeName, route));
    }

    private static RouteScope DefaultScope(Route route) =>
        route.Destination.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6 ? RouteScope.Universe
        : route.Type == RouteType.Local ? RouteScope.Host
        : route.Gateway is null && route.Type == RouteType.Unicast ? RouteScope.Link
        : RouteScope.Universe;

    private static Route AnyScope(Route route) =>
        route.Scope is null ? route with { Scope = RouteScope.Nowhere } : route;

    private static string RouteCall(string typeName, Route route) =>
        $"{typeName}(dst={route.Destination}{Show(route.Gateway, "gateway")}{Show(route.Dev, "dev")}"
        + $"{Show(route.Source, "prefsrc")}{Show(route.Table == Route.MainTable ? null : route.Table, "table")})";

    private static Route? ParseRoute(ReadOnlySpan<byte> body, Dictionary<int, string> names)
    {
        var info = MemoryMarshal.Read<rtmsg>(body);
        if ((info.rtm_flags & RTM_F_CLONED) != 0) return null; // what IPv6 learned on the way; not a route of anyone's
        var any = info.rtm_family == Family(AddressFamily.InterNetworkV6) ? IPAddress.IPv6Any : IPAddress.Any;
        var route = new Route(new IPNetwork(any, 0))
        {
            Table = info.rtm_table,
            Scope = (RouteScope)info.rtm_scope,
            Type = (RouteType)info.rtm_type,
            Protocol = info.rtm_protocol,
            OnLink = (info.rtm_flags & RTNH_F_ONLINK) != 0,
        };
        foreach (var attribute in new NetlinkAttributes(body[Unsafe.SizeOf<rtmsg>()..]))
        {
            route = attribute.Type switch
            {
                RTA_DST => route with { Destination = new IPNetwork(attribute.IPAddress, info.rtm_dst_len) },
                RTA_GATEWAY => route with { Gateway = attribute.IPAddress },
                RTA_PREFSRC => route with { Source = attribute.IPAddress },
                RTA_PRIORITY => route with { Metric = (int)attribute.UInt32 },
                RTA_TABLE => route with { Table = (int)attribute.UInt32 },
                RTA_OIF => route with { Dev = NameOf((int)attribute.UInt32) },
                _ => route,
            };
        }

        return route;

        string NameOf(int index) => names.GetValueOrDefault(index, $"if{index}");
    }
}
