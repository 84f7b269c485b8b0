// The plugin portmap: what published ports are in the nft table, elements of sets and maps. Lab 16-ports;
// https://www.cni.dev/plugins/current/meta/portmap/. The table itself: Steps/NatTable.cs.

using System.Globalization;
using System.Net;
using MiniContainer.Kernel;
using MiniContainer.Networking.Cni;
using MiniContainer.Networking.Steps;

namespace MiniContainer.Networking;

/// <summary>Plans the publishing of ports.</summary>
internal static class Portmap
{
    private static readonly string[] Protocols = ["tcp", "udp", "sctp"];

    /// <summary>Adds what the plugin does.</summary>
    /// <exception cref="MinicException">A port cannot be published.</exception>
    public static void Add(PortmapConfig portmap, Chain chain)
    {
        var ports = chain.Attachment.PortMappings;
        Check(portmap, chain.Network, ports, chain.Ips, chain.Facts);
        if (portmap.Snat != false && chain.Network.Bridge is { } bridge
            && (bridge.IsGateway || bridge.IsDefaultGateway) && chain.Addresses.Any(a => !a.Range.IsV6))
        {
            var directory = Path.Combine(chain.Facts.Networks, chain.Network.Name);
            chain.Shared.Add(
                new SetSetting(directory, $"net/ipv4/conf/{Bridge.NameOf(bridge)}/route_localnet", "1")
            {
                Why = "So that a published port answers on the host's 127.0.0.1 too; the nft table keeps others "
                    + "away from there.",
            });
        }

        if (ports.Count == 0)
            return;
        chain.Translate($"publish {string.Join(", ", ports.Select(Words))}",
            "What comes to the published ports gets the container's address for destination.",
            Published(portmap, ports, chain.Ips));
        chain.Translated.Add(new ForgetOlder([.. Leading(ports, chain.Ips)])
        {
            Why = "Rules are asked for a connection's first packet alone: a client that was sending before the "
                + "mapping would never meet it.",
        });
    }

    private static string Words(PortMapping port) => string.Create(CultureInfo.InvariantCulture,
        $"{(string.IsNullOrEmpty(port.HostIp) ? "" : port.HostIp + ":")}{port.HostPort} as "
            + $"{port.ContainerPort}/{port.Protocol}");

    /// <summary>The elements that publish ports of an attachment.</summary>
    private static IEnumerable<NatElement> Published(PortmapConfig portmap, IReadOnlyList<PortMapping> ports,
        IReadOnlyList<IPAddress> addresses)
    {
        foreach (var address in addresses)
        {
            var mine = ports.Select(port => Element(port, address)).OfType<NatElement>().ToList();
            if (mine.Count > 0 && portmap.Snat != false)
                yield return new NatElement(NatTable.Hairpin + NatTable.FamilyOf(address), $"{address}");
            if (mine.Count > 0 && portmap.MasqAll)
                yield return new NatElement(NatTable.HideAll + NatTable.FamilyOf(address), $"{address}");
            foreach (var element in mine)
                yield return element;
        }
    }

    /// <summary>The same ports, as connections come to them.</summary>
    private static IEnumerable<LeadingPort> Leading(IReadOnlyList<PortMapping> ports,
        IReadOnlyList<IPAddress> addresses) =>
        from address in addresses
        from port in ports
        where Element(port, address) is not null
        select new LeadingPort(ProtocolOf(port), port.HostPort, address.ToString(), OneAddress(port)?.ToString());

    /// <summary>Checks published ports before anything is planned with them.</summary>
    /// <exception cref="MinicException">One of them cannot be.</exception>
    private static void Check(PortmapConfig portmap, NetworkConfig config, IReadOnlyList<PortMapping> ports,
        IReadOnlyList<IPAddress> addresses, NetworkFacts facts)
    {
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
                CheckOne(doing, one, portmap, config, facts);
        }

        var keys = ports.SelectMany(port => addresses.Select(address => Element(port, address)).OfType<NatElement>()
            .Select(e => (port.HostPort, e.Set, e.Key)));
        if (keys.GroupBy(key => key).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new MinicException("publish ports", $"port {twice.Key.HostPort} is given more than once",
                "Give each host port once.");
    }

    private static void CheckOne(
        string doing, IPAddress one, PortmapConfig portmap, NetworkConfig config, NetworkFacts facts)
    {
        if (IPAddress.IsLoopback(one) && portmap.Snat == false)
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
            ? new NatElement(NatTable.HostPorts + NatTable.FamilyOf(address), $"{one} . {key}", to)
            : new NatElement(NatTable.Ports + NatTable.FamilyOf(address), key, to);
    }

    private static string ProtocolOf(PortMapping port) =>
        Protocols.First(p => p.Equals(port.Protocol, StringComparison.OrdinalIgnoreCase));

    private static IPAddress? OneAddress(PortMapping port) =>
        HostIp.Read(port.HostIp) is { } host && !HostIp.IsAll(host) ? host : null;
}
