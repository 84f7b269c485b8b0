// What a container's address and published ports are in the nft table: elements of sets and maps.
// Labs 15-nat, 16-ports; https://www.cni.dev/plugins/current/meta/portmap/. The table itself: Plans, NatTable.cs.

using System.Net;
using System.Net.Sockets;
using MiniContainer.Kernel;
using MiniContainer.Networking.Cni;
using MiniContainer.Networking.Steps;

namespace MiniContainer.Networking;

/// <summary>Computes the elements of the nft table.</summary>
internal static class PortPublisher
{
    private static readonly string[] Protocols = ["tcp", "udp", "sctp"];

    /// <summary>The elements that let an address go out.</summary>
    public static IEnumerable<NatElement> Outbound(BridgeConfig bridge, IPAddress address)
    {
        yield return new NatElement(NatTable.Home + Family(address),
            $"{address} . \"{NetworkPlanner.BridgeName(bridge)}\"");
        if (bridge.IpMasq)
            yield return new NatElement(NatTable.Masquerade + Family(address), $"{address}");
    }

    /// <summary>The elements that publish ports of an attachment.</summary>
    public static IEnumerable<NatElement> Published(PortmapConfig portmap, IReadOnlyList<PortMapping> ports,
        IReadOnlyList<IPAddress> addresses)
    {
        foreach (var address in addresses)
        {
            var mine = ports.Select(port => Element(port, address)).OfType<NatElement>().ToList();
            if (mine.Count > 0 && portmap.Snat != false)
                yield return new NatElement(NatTable.Hairpin + Family(address), $"{address}");
            if (mine.Count > 0 && portmap.MasqAll)
                yield return new NatElement(NatTable.HideAll + Family(address), $"{address}");
            foreach (var element in mine)
                yield return element;
        }
    }

    /// <summary>The same ports, as connections come to them.</summary>
    public static IEnumerable<LeadingPort> Leading(IReadOnlyList<PortMapping> ports,
        IReadOnlyList<IPAddress> addresses) =>
        from address in addresses
        from port in ports
        where Element(port, address) is not null
        select new LeadingPort(ProtocolOf(port), port.HostPort, address.ToString(), OneAddress(port)?.ToString());

    /// <summary>Checks published ports before anything is planned with them.</summary>
    /// <exception cref="MinicException">One of them cannot be.</exception>
    public static void Check(NetworkConfig config, IReadOnlyList<PortMapping> ports, IReadOnlyList<IPAddress> addresses,
        NetworkFacts facts)
    {
        if (ports.Count > 0 && config.Portmap is null)
            throw new MinicException("publish ports", $"the network {config.Name} has no plugin portmap",
                "Add {\"type\": \"portmap\", \"capabilities\": {\"portMappings\": true}} to its plugins.");
        foreach (var port in ports)
        {
            var doing = $"publish port {port.HostPort}:{port.ContainerPort}/{port.Protocol}";
            if (port.HostPort is < 1 or > 65535 || port.ContainerPort is < 1 or > 65535)
                throw new MinicException(doing, "a port is out of range", "Ports lie between 1 and 65535.");
            if (!Protocols.Contains(port.Protocol, StringComparer.OrdinalIgnoreCase))
                throw new MinicException(doing, $"there is no protocol \"{port.Protocol}\"", "Write tcp, udp or sctp.");
            if (port.HostIp is { Length: > 0 } text && HostIp.Problem(text) is { } problem)
                throw new MinicException(doing, problem, HostIp.Hint);
            if (!addresses.Any(address => Element(port, address) is not null))
                throw new MinicException(doing,
                    $"the network {config.Name} gives no address of the family of {port.HostIp}",
                    "Publish it on an address of the network's family.");
            if (OneAddress(port) is { } one)
                CheckOne(doing, one, config, facts);
        }

        var keys = ports.SelectMany(port => addresses.Select(address => Element(port, address)).OfType<NatElement>()
            .Select(e => (port.HostPort, e.Set, e.Key)));
        if (keys.GroupBy(key => key).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new MinicException("publish ports", $"port {twice.Key.HostPort} is given more than once",
                "Give each host port once.");
    }

    private static void CheckOne(string doing, IPAddress one, NetworkConfig config, NetworkFacts facts)
    {
        if (IPAddress.IsLoopback(one) && config.Portmap!.Snat == false)
            throw new MinicException(doing,
                $"{one} reaches no container of the network {config.Name}, whose portmap says \"snat\": false",
                HostIp.Hint);
        // A gateway becomes the host's with the network's first container.
        var gateways = config.RangeSets.SelectMany(set => set.Ranges).Select(range => range.Gateway);
        if (facts.HostAddresses is { } local && !local.Any(network => network.Contains(one)) && !gateways.Contains(one))
        {
            throw new MinicException(
                doing,
                $"{one} is no address of this host",
                $"{HostIp.Hint} ip address shows them; for one that comes later, set net.ipv4.ip_nonlocal_bind "
                    + "(net.ipv6.ip_nonlocal_bind) to 1.");
        }
    }

    private static NatElement? Element(PortMapping port, IPAddress address)
    {
        var to = $"{address} . {port.ContainerPort}";
        var key = $"{ProtocolOf(port)} . {port.HostPort}";
        if (HostIp.Read(port.HostIp) is { } host && host.AddressFamily != address.AddressFamily)
            return null;
        return OneAddress(port) is { } one
            ? new NatElement(NatTable.HostPorts + Family(address), $"{one} . {key}", to)
            : new NatElement(NatTable.Ports + Family(address), key, to);
    }

    private static string ProtocolOf(PortMapping port) =>
        Protocols.First(p => p.Equals(port.Protocol, StringComparison.OrdinalIgnoreCase));

    private static IPAddress? OneAddress(PortMapping port) =>
        HostIp.Read(port.HostIp) is { } host && !HostIp.IsAll(host) ? host : null;

    private static string Family(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? "6" : "4";
}
