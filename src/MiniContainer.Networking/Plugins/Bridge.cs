// The plugin bridge: a switch of the host's, and a cable from it to the container (labs 13-netns to 15-nat, 18-ipv6;
// https://www.cni.dev/plugins/current/main/bridge/).
//
//     before the container's process is made            while it waits
//     join the network, lease addresses                 make the veth, plug it into the bridge
//     make bridge, gateways, settings, nft table,       lo up; eth0: addresses, up, routes
//       if missing
//     claim the veth's name; masquerade;
//       forget connections of before

using System.Globalization;
using System.IO.Hashing;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MiniContainer.Kernel;
using MiniContainer.Networking.Cni;
using MiniContainer.Networking.Steps;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Networking;

/// <summary>Plans the attachment to a bridge.</summary>
public static class Bridge
{
    /// <summary>Adds what the plugin does.</summary>
    internal static void Add(BridgeConfig bridge, Chain chain)
    {
        chain.Addresses = HostLocal.Choose(chain.Network, chain.Attachment, chain.Facts);
        var veth = Veth(chain.Attachment, bridge, chain.Ips, chain.Facts);
        chain.Shared.AddRange(Shared(bridge, chain));
        chain.Own.Add(new ClaimLink(veth.Host, NetnsPath.IsChild(chain.Attachment.NetworkNamespace))
        {
            Why = "The name is computed from the container's, so an undo knows it; what is there already is not ours "
                + "to undo.",
        });
        if (chain.Ips.Count > 0)
            AddOutbound(bridge, chain);
        chain.Inside.AddRange(Cable(bridge, chain.Attachment, veth));
        chain.Inside.AddRange(Inside(bridge, chain));
        chain.Result = ResultOf(bridge, chain, veth);
    }

    /// <summary>
    /// The name of the host's end of an attachment's veth: computed, so that an undo needs nothing else.
    /// </summary>
    /// <returns>
    /// "veth" and the first 11 hexadecimal digits of the XXH128 of "container/interface": 15 bytes, the most there are.
    /// </returns>
    /// <remarks>
    /// No secret is kept here, so no cryptography: .NET's would need OpenSSL's libraries, and milliseconds to load
    /// them.
    /// </remarks>
    public static string VethName(string containerId, string ifName) =>
        "veth" + Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes($"{containerId}/{ifName}")))[..11];

    /// <summary>The name of a network's bridge; cni0 where none is given, as the plugin has it.</summary>
    public static string NameOf(BridgeConfig bridge) => bridge.Bridge ?? "cni0";

    private static IEnumerable<Step> Shared(BridgeConfig bridge, Chain chain)
    {
        var (config, attachment, facts, addresses) = (chain.Network, chain.Attachment, chain.Facts, chain.Addresses);
        var directory = Path.Combine(facts.Networks, config.Name);
        var name = NameOf(bridge);
        yield return new JoinNetwork(directory, FileName.Fit($"{attachment.ContainerId}:{attachment.IfName}"))
        {
            Why = "What containers share goes with the last of them: so each is written down before anything shared "
                + "is made.",
            Unlocks = addresses.Count == 0,
        };
        foreach (var step in HostLocal.Steps(bridge.Ipam, chain))
            yield return step;
        var gateways = bridge.IsGateway || bridge.IsDefaultGateway ? addresses.Select(a => a.Range).ToList() : [];
        yield return new MakeBridge(directory, name, Mac(gateways.FirstOrDefault()?.Gateway, name))
        {
            Why = "A switch in software: every container of this network has a port. Its address is fixed, else it "
                + "would change as ports come and go.",
            Mtu = bridge.Mtu ?? facts.BridgeMtu ?? facts.UplinkMtu,
        };
        foreach (var step in IPv6OfBridge(directory, name, gateways.Any(g => g.IsV6), facts))
            yield return step;
        foreach (var range in gateways)
        {
            yield return new AddGateway(directory, name, $"{range.Gateway}/{Number(range.PrefixLength)}")
            {
                Why = range.IsV6
                    ? "The containers' way out. Nobody else can have it: no waiting for duplicate address detection."
                    : "The containers' way out: with an address, the bridge is also an interface of the host.",
            };
        }

        if (addresses.Count == 0)
            yield break;
        var host = Path.Combine(facts.Networks, JoinHost.Name);
        yield return new JoinHost(directory, host) { Why = "What networks share goes with the last of them." };
        foreach (var step in Forwarding(host, gateways, facts))
            yield return step;
        yield return new MakeNatTable(host, name)
        {
            Why = "A handful of rules for all containers; each adds only elements to their sets and maps.",
        };
    }

    private static IEnumerable<Step> IPv6OfBridge(string directory, string bridge, bool hasGateway, NetworkFacts facts)
    {
        if (!facts.HasIPv6)
            yield break;
        if (hasGateway && facts.DisablesIPv6)
            yield return new SetSetting(directory, $"net/ipv6/conf/{bridge}/disable_ipv6", "0")
            {
                Why = "This host has IPv6 switched off for new interfaces; on the bridge containers need it.",
            };
        yield return new SetSetting(directory, $"net/ipv6/conf/{bridge}/accept_ra", "0")
        {
            Why = "A container could pose as a router, and draw the host's own traffic to itself (CVE-2020-13401).",
        };
    }

    private static IEnumerable<Step> Forwarding(
        string host, List<AddressRange> gateways, NetworkFacts facts)
    {
        if (gateways.Any(g => !g.IsV6))
        {
            yield return new SetSetting(host, "net/ipv4/ip_forward", "1")
            {
                Why = "A host drops packets that are not for itself; a router passes them on.",
            };
        }

        if (!gateways.Any(g => g.IsV6))
            yield break;
        foreach (var link in facts.ListeningToRouters)
            yield return new SetSetting(host, $"net/ipv6/conf/{link}/accept_ra", "2")
            {
                Why = $"{link} got its default route from a router's advertisement, which one who forwards no longer "
                    + "heeds, unless this is 2.",
            };
        yield return new SetSetting(host, "net/ipv6/conf/all/forwarding", "1")
        {
            Why = "A host drops packets that are not for itself; a router passes them on.",
        };
    }

    private static void AddOutbound(BridgeConfig bridge, Chain chain)
    {
        chain.Own.Add(new ForgetConnections([.. chain.Ips.Select(ip => ip.ToString())])
        {
            Why = "An address is another container's before and after: what the kernel remembers of connections leads "
                + "to the wrong one.",
        });
        chain.Translate(
            $"{(bridge.IpMasq ? "masquerade" : "note the home of")} {string.Join(" and ", chain.Ips)}",
            bridge.IpMasq
                ? "The world knows no way back to these addresses, only to the host's."
                : "The rules for published ports must know who lives behind which bridge.",
            chain.Ips.SelectMany(ip => Outbound(bridge, ip)));
    }

    // The elements that let an address go out.
    private static IEnumerable<NatElement> Outbound(BridgeConfig bridge, IPAddress address)
    {
        yield return new NatElement(NatTable.Home + NatTable.FamilyOf(address), $"{address} . \"{NameOf(bridge)}\"");
        if (bridge.IpMasq)
            yield return new NatElement(NatTable.Masquerade + NatTable.FamilyOf(address), $"{address}");
    }

    private static IEnumerable<Step> Cable(BridgeConfig bridge, Attachment attachment, VethPlan veth)
    {
        yield return new MakeVeth(veth.Host, veth.HostMac, attachment.NetworkNamespace, attachment.IfName, veth.Mac)
        {
            Why = "A cable with an end on either side; the inner end is made right in the namespace, under its final "
                + "name.",
            Mtu = veth.Mtu,
        };
        yield return new PlugIn(veth.Host, NameOf(bridge), bridge.HairpinMode, bridge.PortIsolation)
        {
            Why = bridge.HairpinMode
                ? "Hairpin lets a frame leave by the port it came in by: a container that calls its own published port."
                : "The bridge passes frames between its ports.",
        };
    }

    private static IEnumerable<Step> Inside(BridgeConfig bridge, Chain chain)
    {
        var (attachment, facts, addresses) = (chain.Attachment, chain.Facts, chain.Addresses);
        var (netns, name) = (attachment.NetworkNamespace, attachment.IfName);
        if (!chain.Has("loopback"))
            yield return Loopback.Step(netns);
        var hasV6 = addresses.Any(a => a.Range.IsV6);
        if (hasV6 && (facts.DisablesIPv6 || !NetnsPath.IsChild(netns)))
        {
            // In a namespace of the container's own, lo and ::1 need it too.
            var links = NetnsPath.IsChild(netns) ? "all" : name;
            yield return new SetSettingInside(netns, $"net/ipv6/conf/{links}/disable_ipv6", "0")
            {
                Why = "A namespace may begin with IPv6 switched off, and then no address of it can be given.",
            };
        }

        if (facts.HasIPv6 && addresses.Count > 0)
            yield return new SetSettingInside(netns, $"net/ipv6/conf/{name}/accept_ra", "0")
            {
                Why = "Its addresses and routes are given; a neighbour that poses as a router adds none "
                    + "(CVE-2020-10749).",
            };
        if (hasV6 && !bridge.Enabledad)
            yield return new SetSettingInside(netns, $"net/ipv6/conf/{name}/accept_dad", "0")
            {
                Why = "A hairpin port echoes the question whether another has the address, which would be taken for a "
                    + "yes.",
            };
        foreach (var address in addresses)
            yield return new AddAddress(netns, name, address.Cidr)
            {
                Why = $"Its address of {address.Range.Subnet}; the kernel adds the route to its neighbours.",
            };
        yield return new SetLinkUp(netns, name) { Why = "The routes that come need a link that is up." };
        foreach (var route in Routes(bridge, addresses))
        {
            yield return new AddRoute(netns, route.Dst, name, route.Gw)
            {
                Why = route.Dst is "0.0.0.0/0" or "::/0"
                    ? "Everything that is not on the link goes by way of the host." : "The configuration asks for it.",
                Metric = route.Priority,
                Table = route.Table,
            };
        }
    }

    // The configuration's routes, of those families that it got addresses of; a default route besides if the bridge is
    // to be one.
    private static IEnumerable<Cni.Route> Routes(BridgeConfig bridge, IReadOnlyList<ChosenAddress> addresses)
    {
        var given = bridge.Ipam?.Routes ?? [];
        foreach (var route in given)
        {
            var v6 = route.Dst.Contains(':', StringComparison.Ordinal);
            if (addresses.FirstOrDefault(a => a.Range.IsV6 == v6) is { } address)
                yield return route with { Gw = route.Gw ?? address.Range.Gateway.ToString() };
        }

        if (!bridge.IsDefaultGateway)
            yield break;
        foreach (var address in addresses.DistinctBy(a => a.Range.IsV6))
        {
            var all = address.Range.IsV6 ? "::/0" : "0.0.0.0/0";
            if (!given.Any(r => r.Dst == all))
                yield return new Cni.Route(all, address.Range.Gateway.ToString());
        }
    }

    private static Result ResultOf(BridgeConfig bridge, Chain chain, VethPlan veth)
    {
        var (attachment, addresses) = (chain.Attachment, chain.Addresses);
        var gateway = (bridge.IsGateway || bridge.IsDefaultGateway) && addresses is [var first, ..]
            ? first.Range.Gateway : null;
        return chain.Result with
        {
            Interfaces =
            [
                new Interface(NameOf(bridge), Mac(gateway, NameOf(bridge)), veth.Mtu),
                new Interface(veth.Host, veth.HostMac, veth.Mtu),
                new Interface(attachment.IfName, veth.Mac, veth.Mtu, attachment.NetworkNamespace),
            ],
            Ips = [.. addresses.Select(a => new IpConfig(a.Cidr, a.Range.Gateway.ToString(), Interface: 2))],
            Routes = [.. Routes(bridge, addresses)],
            Dns = bridge.Dns ?? (bridge.Ipam?.ResolvConf is { } file ? ResolvConf.Load(file) : null),
        };
    }

    private sealed record VethPlan(string Host, string HostMac, string Mac, int? Mtu);

    private static VethPlan Veth(Attachment attachment, BridgeConfig bridge, IReadOnlyList<IPAddress> ips,
        NetworkFacts facts)
    {
        var host = VethName(attachment.ContainerId, attachment.IfName);
        var inside = ips.FirstOrDefault(ip => ip.AddressFamily == AddressFamily.InterNetwork);
        return new VethPlan(host, Mac(null, host), attachment.Mac ?? Mac(inside, host + "/" + attachment.IfName),
            bridge.Mtu ?? facts.BridgeMtu ?? facts.UplinkMtu);
    }

    // 0a:58 and an IPv4 address: unique on the network as the address is, and readable. Else of a hash of the name: 02
    // means "locally administered, one receiver" (IEEE 802).
    private static string Mac(IPAddress? address, string name)
    {
        byte[] bytes = address?.AddressFamily == AddressFamily.InterNetwork
            ? [0x0a, 0x58, .. address.GetAddressBytes()]
            : [0x02, .. XxHash128.Hash(Encoding.UTF8.GetBytes(name))[..5]];
        return string.Join(':', bytes.Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
