// From a CNI configuration to a plan: what the plugins bridge, host-local and portmap do for ADD, in process and as
// steps. DEL is their undo. Labs 13-netns to 16-ports, 18-ipv6, 22-cni;
// https://www.cni.dev/plugins/current/main/bridge/.
//
//     before the container's process is made            while it waits
//     join the network, lease addresses                 make the veth, plug it into the bridge
//     make bridge, gateways, settings, nft table,       lo up; eth0: addresses, up, routes
//       where they lack
//     claim the veth's name; masquerade, publish;
//       forget connections of before
//
// All that does not need the container's namespace comes before it: the process waits less; and the undo, which goes
// backward, kills it first, so that the kernel takes the veth away by itself while nft is busy.

using System.Globalization;
using System.IO.Hashing;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MiniContainer.Kernel;
using MiniContainer.Kernel.Netlink;
using MiniContainer.Networking.Cni;
using MiniContainer.Networking.Steps;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Networking;

/// <summary>The steps of an attachment, in two parts, and what CNI calls its result.</summary>
/// <param name="Before">Steps that come before the container's process is made.</param>
/// <param name="Inside">Steps that are played once its namespace is there, before it is released.</param>
/// <param name="Result">Interfaces, addresses, routes, DNS.</param>
public sealed record PlannedAttachment(IReadOnlyList<Step> Before, IReadOnlyList<Step> Inside, Result Result);

/// <summary>Plans attachments to networks.</summary>
public static class NetworkPlanner
{
    /// <summary>Adds all steps of an attachment to a namespace that is there already.</summary>
    /// <returns>CNI's result.</returns>
    /// <exception cref="MinicException">
    /// The attachment cannot be: no address is free, a port is out of range ….
    /// </exception>
    public static Result Add(Plan plan, NetworkConfig config, Attachment attachment, NetworkFacts facts)
    {
        var planned = Plan(config, attachment, facts);
        foreach (var step in planned.Before.Concat(planned.Inside))
            plan.Add(step);
        return planned.Result;
    }

    /// <summary>Plans an attachment; the caller puts the making of the process between its two parts.</summary>
    /// <inheritdoc cref="Add" path="/exception"/>
    public static PlannedAttachment Plan(NetworkConfig config, Attachment attachment, NetworkFacts facts)
    {
        InterfaceName.Check(attachment.IfName);
        if (config.Bridge is not { } bridge)
            return new PlannedAttachment([], [LoopbackPlanner.Step(attachment.NetworkNamespace)], new Result
            {
                CniVersion = config.CniVersion,
            });
        var addresses = AddressChooser.Choose(config, attachment, facts);
        var ips = addresses.Select(a => a.Address).ToList();
        PortPublisher.Check(config, attachment.PortMappings, ips, facts);
        var veth = Veth(attachment, bridge, ips, facts);
        return new PlannedAttachment(
            [.. Shared(config, bridge, attachment, addresses, facts),
                .. OfItsOwn(config, bridge, attachment, ips, veth)],
            [.. Cable(bridge, attachment, veth), .. Inside(bridge, attachment, addresses, facts)],
            ResultOf(config, bridge, attachment, addresses, veth));
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
    public static string BridgeName(BridgeConfig bridge) => bridge.Bridge ?? "cni0";

    private static IEnumerable<Step> Shared(NetworkConfig config, BridgeConfig bridge, Attachment attachment,
        IReadOnlyList<ChosenAddress> addresses, NetworkFacts facts)
    {
        var directory = Path.Combine(facts.Networks, config.Name);
        var leases = NetworkFacts.LeasesOf(facts.Networks, config);
        var name = BridgeName(bridge);
        yield return new JoinNetwork(directory, FileName.Fit($"{attachment.ContainerId}:{attachment.IfName}"))
        {
            Why = "What containers share goes with the last of them: so each is written down before anything shared "
                + "is made.",
            Unlocks = addresses.Count == 0,
        };
        if (addresses.Count > 0 && bridge.Ipam?.DataDir is not null)
        {
            yield return new MakeLeases(directory, leases)
            {
                Why = "The configuration keeps its leases there, where other programs may have theirs.",
            };
        }

        if (addresses.Count > 0)
        {
            yield return new LeaseAddresses(facts.Networks, leases, attachment.ContainerId, attachment.IfName,
                [.. addresses.Select(a => new LeasedAddress(a.Address.ToString(), a.Set))])
            {
                Why = "A file that only one can make says whose an address is; from here on others may choose theirs.",
            };
        }

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
        foreach (var step in Settings(directory, host, config, name, gateways, facts))
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

    private static IEnumerable<Step> Settings(
        string directory,
        string host,
        NetworkConfig config,
        string bridge,
        List<AddressRange> gateways,
        NetworkFacts facts)
    {
        if (gateways.Any(g => !g.IsV6))
        {
            yield return new SetSetting(host, "net/ipv4/ip_forward", "1")
            {
                Why = "A host drops packets that are not for itself; a router passes them on.",
            };
            if (config.Portmap is { Snat: not false })
                yield return new SetSetting(directory, $"net/ipv4/conf/{bridge}/route_localnet", "1")
                {
                    Why = "So that a published port answers on the host's 127.0.0.1 too; the nft table keeps others "
                        + "away from there.",
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

    private static IEnumerable<Step> OfItsOwn(NetworkConfig config, BridgeConfig bridge, Attachment attachment,
        List<IPAddress> ips, VethPlan veth)
    {
        yield return new ClaimLink(veth.Host, NetnsPath.IsChild(attachment.NetworkNamespace))
        {
            Why = "The name is computed from the container's, so an undo knows it; what is there already is not ours "
                + "to undo.",
        };
        if (ips.Count == 0)
            yield break;
        yield return new ForgetConnections([.. ips.Select(ip => ip.ToString())])
        {
            Why = "An address is another container's before and after: what the kernel remembers of connections leads "
                + "to the wrong one.",
        };
        // One transaction, though it does two things: to take elements out costs the kernel 12 ms each time.
        var ports = attachment.PortMappings;
        var what = $"{(bridge.IpMasq ? "masquerade" : "note the home of")} {string.Join(" and ", ips)}";
        yield return new AddElements(
            ports.Count == 0 ? what : $"{what}; publish {string.Join(", ", ports.Select(Words))}",
            [.. ips.SelectMany(ip => PortPublisher.Outbound(bridge, ip)),
                .. ports.Count == 0 ? [] : PortPublisher.Published(config.Portmap!, ports, ips)])
        {
            Why = (bridge.IpMasq
                ? "The world knows no way back to these addresses, only to the host's."
                : "The rules for published ports must know who lives behind which bridge.")
                + (ports.Count == 0
                    ? "" : " What comes to the published ports gets the container's address for destination."),
        };

        if (ports.Count > 0)
        {
            yield return new ForgetOlder([.. PortPublisher.Leading(ports, ips)])
            {
                Why = "Rules are asked for a connection's first packet alone: a client that was sending before the "
                    + "mapping would never meet it.",
            };
        }

        static string Words(PortMapping port) =>
            $"{(string.IsNullOrEmpty(port.HostIp) ? "" : port.HostIp + ":")}{Number(port.HostPort)} as "
                + $"{Number(port.ContainerPort)}/{port.Protocol}";
    }

    private static IEnumerable<Step> Cable(BridgeConfig bridge, Attachment attachment, VethPlan veth)
    {
        yield return new MakeVeth(veth.Host, veth.HostMac, attachment.NetworkNamespace, attachment.IfName, veth.Mac)
        {
            Why = "A cable with an end on either side; the inner end is made right in the namespace, under its final "
                + "name.",
            Mtu = veth.Mtu,
        };
        yield return new PlugIn(veth.Host, BridgeName(bridge), bridge.HairpinMode, bridge.PortIsolation)
        {
            Why = bridge.HairpinMode
                ? "Hairpin lets a frame leave by the port it came in by: a container that calls its own published port."
                : "The bridge passes frames between its ports.",
        };
    }

    private static IEnumerable<Step> Inside(BridgeConfig bridge, Attachment attachment,
        IReadOnlyList<ChosenAddress> addresses, NetworkFacts facts)
    {
        var (netns, name) = (attachment.NetworkNamespace, attachment.IfName);
        yield return LoopbackPlanner.Step(netns);
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

    private static Result ResultOf(NetworkConfig config, BridgeConfig bridge, Attachment attachment,
        IReadOnlyList<ChosenAddress> addresses, VethPlan veth)
    {
        var gateway = (bridge.IsGateway || bridge.IsDefaultGateway) && addresses is [var first, ..]
            ? first.Range.Gateway : null;
        return new Result
        {
            CniVersion = config.CniVersion,
            Interfaces =
            [
                new Interface(BridgeName(bridge), Mac(gateway, BridgeName(bridge)), veth.Mtu),
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
