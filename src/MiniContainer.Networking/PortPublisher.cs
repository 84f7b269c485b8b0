// What a container's address and published ports are in the nft table: elements of sets and maps.
// Labs 15-nat, 16-ports; https://www.cni.dev/plugins/current/meta/portmap/. The table itself: Plans, NatTable.cs.

using System.Net;
using System.Net.Sockets;
using MiniContainer.Kernel;
using MiniContainer.Networking.Cni;
using MiniContainer.Plans.Steps.Network;

namespace MiniContainer.Networking;

/// <summary>Computes the elements of the nft table.</summary>
internal static class PortPublisher
{
    private static readonly string[] Protocols = ["tcp", "udp", "sctp"];

    /// <summary>The elements that let an address go out.</summary>
    public static IEnumerable<NatElement> Outbound(BridgeConfig bridge, IPAddress address)
    {
        yield return new NatElement(NatTable.Home + Family(address), $"{address} . \"{NetworkPlanner.BridgeName(bridge)}\"");
        if (bridge.IpMasq)
            yield return new NatElement(NatTable.Masquerade + Family(address), $"{address}");
    }

    /// <summary>The elements that publish ports of an attachment.</summary>
    public static IEnumerable<NatElement> Published(PortmapConfig portmap, IReadOnlyList<PortMapping> ports, IReadOnlyList<IPAddress> addresses)
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

    /// <summary>Checks published ports before anything is planned with them.</summary>
    /// <exception cref="MinicException">One of them cannot be.</exception>
    public static void Check(NetworkConfig config, IReadOnlyList<PortMapping> ports, IReadOnlyList<IPAddress> addresses)
    {
        if (ports.Count > 0 && config.Portmap is null)
            throw new MinicException("publish ports", $"the network {config.Name} has no plugin portmap", "Add {\"type\": \"portmap\", \"capabilities\": {\"portMappings\": true}} to its plugins.");
        foreach (var port in ports)
        {
            var doing = $"publish port {port.HostPort}:{port.ContainerPort}/{port.Protocol}";
            if (port.HostPort is < 1 or > 65535 || port.ContainerPort is < 1 or > 65535)
                throw new MinicException(doing, "a port is out of range", "Ports lie between 1 and 65535.");
            if (!Protocols.Contains(port.Protocol, StringComparer.OrdinalIgnoreCase))
                throw new MinicException(doing, $"there is no protocol \"{port.Protocol}\"", "Write tcp, udp or sctp.");
            if (port.HostIp is { Length: > 0 } text && !RangeReader.TryAddress(text, out _))
                throw new MinicException(doing, $"\"{text}\" is no address", "Write an address of the host, or none for all of them.");
            if (!addresses.Any(address => Element(port, address) is not null))
                throw new MinicException(doing, $"the network {config.Name} gives no address of the family of {port.HostIp}", "Publish it on an address of the network's family.");
        }

        if (ports.GroupBy(port => (port.HostIp ?? "", port.Protocol.ToUpperInvariant(), port.HostPort)).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new MinicException("publish ports", $"port {twice.Key.HostPort} is given more than once", "Give each host port once.");
    }

    private static NatElement? Element(PortMapping port, IPAddress address)
    {
        var to = $"{address} . {port.ContainerPort}";
        var key = $"{Protocols.First(p => p.Equals(port.Protocol, StringComparison.OrdinalIgnoreCase))} . {port.HostPort}";
        if (string.IsNullOrEmpty(port.HostIp))
            return new NatElement(NatTable.Ports + Family(address), key, to);
        var host = IPAddress.Parse(port.HostIp);
        if (host.AddressFamily != address.AddressFamily)
            return null;
        // 0.0.0.0 and :: are all addresses of their family.
        return host.Equals(IPAddress.Any) || host.Equals(IPAddress.IPv6Any)
            ? new NatElement(NatTable.Ports + Family(address), key, to)
            : new NatElement(NatTable.HostPorts + Family(address), $"{host} . {key}", to);
    }

    private static string Family(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? "6" : "4";
}
