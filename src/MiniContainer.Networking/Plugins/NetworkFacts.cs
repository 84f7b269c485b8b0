// What a planner of attachments must know of the machine. It is read under the lock of the networks, and stays true of
// addresses for as long as that is held. Labs 14-bridge, 22-cni.

using System.Net;
using System.Net.Sockets;
using MiniContainer.Kernel;
using MiniContainer.Kernel.Netlink;
using MiniContainer.Networking.Cni;
using MiniContainer.Networking.Steps;
using MiniContainer.Plans;

namespace MiniContainer.Networking;

/// <summary>Facts about the host and one of its networks.</summary>
/// <param name="Networks">The directory of all networks: /run/minic/networks.</param>
public sealed record NetworkFacts(string Networks)
{
    private const byte RTPROT_RA = 9;

    /// <summary>Where networks have their state.</summary>
    public static StateSort Sort { get; } = new("network", "networks");

    /// <summary>Addresses in use.</summary>
    public IReadOnlySet<IPAddress> Leased { get; init; } = new HashSet<IPAddress>();

    /// <summary>The address given last of each set of ranges; null for none.</summary>
    public IReadOnlyList<IPAddress?> Last { get; init; } = [];

    /// <summary>The MTU of the bridge, if it is there; bytes.</summary>
    public int? BridgeMtu { get; init; }

    /// <summary>The MTU of the link with the default route; null without one.</summary>
    public int? UplinkMtu { get; init; }

    /// <summary>Whether the kernel has IPv6.</summary>
    public bool HasIPv6 { get; init; } = true;

    /// <summary>
    /// Whether IPv6 is switched off where minic's links begin: in the host's defaults, or on the bridge.
    /// </summary>
    public bool DisablesIPv6 { get; init; }

    /// <summary>
    /// What is delivered to the host itself, by its local routes; null where any address may become the host's.
    /// </summary>
    public IReadOnlyList<IPNetwork>? HostAddresses { get; init; }

    /// <summary>
    /// Links whose IPv6 default route was told by a router: they stop listening to routers once they forward.
    /// </summary>
    public IReadOnlyList<string> ListeningToRouters { get; init; } = [];

    /// <summary>The directory of a state root's networks.</summary>
    /// <param name="stateRoot">/run/minic.</param>
    public static string NetworksOf(string stateRoot) => Path.Combine(stateRoot, Sort.Directory);

    /// <summary>Where a network's leases are.</summary>
    public static string LeasesOf(string networks, NetworkConfig config) => config.Bridge?.Ipam?.DataDir is { } shared
        ? Path.Combine(shared, config.Name)
        : Path.Combine(networks, config.Name, "leases");

    /// <summary>Reads them.</summary>
    /// <param name="networks">
    /// The directory of all networks; its lock is held by the caller, unless he only wants to look.
    /// </param>
    /// <param name="config">The network.</param>
    /// <param name="ports">The ports that are to be published.</param>
    /// <exception cref="Kernel.MinicException">The kernel does not tell.</exception>
    public static NetworkFacts Read(string networks, NetworkConfig config, IReadOnlyList<PortMapping>? ports = null)
    {
        var leases = LeasesOf(networks, config);
        using var kernel = RtNetlink.Open();
        var routes = kernel.ListRoutes().Where(r => r.Destination.PrefixLength == 0 && r.Dev is not null).ToList();
        var uplink = routes.OrderBy(r => r.Destination.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6)
            .FirstOrDefault();
        return new NetworkFacts(networks)
        {
            Leased = LeaseAddresses.InUse(leases),
            Last = [.. config.RangeSets.Select((_, i) => LeaseAddresses.Last(leases, i))],
            BridgeMtu = config.Bridge is null ? null : kernel.FindLink(Bridge.NameOf(config.Bridge))?.Mtu,
            UplinkMtu = uplink is null ? null : kernel.FindLink(uplink.Dev!)?.Mtu,
            HasIPv6 = Directory.Exists("/proc/sys/net/ipv6"),
            DisablesIPv6 = config.RangeSets.Any(set => set.Ranges[0].IsV6) && SwitchedOff(config),
            HostAddresses = ports?.Any(port => port.HostIp is { Length: > 0 }) == true ? AddressesOf(kernel) : null,
            ListeningToRouters = [.. routes.Where(r => r.Protocol == RTPROT_RA).Select(r => r.Dev!).Distinct()],
        };
    }

    // A new namespace begins with the host's settings if devconf_inherit_init_net says so, else with the module's.
    private static bool SwitchedOff(NetworkConfig config) =>
        Is("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1")
        || Is("/sys/module/ipv6/parameters/disable_ipv6", "1")
        || (config.Bridge is { } bridge
            && Is($"/proc/sys/net/ipv6/conf/{Bridge.NameOf(bridge)}/disable_ipv6", "1"))
        || Knob.TryRead("/proc/sys/net/core/devconf_inherit_init_net") is not (null or "0");

    private static bool Is(string file, string value) => Knob.TryRead(file) == value;

    private static IReadOnlyList<IPNetwork>? AddressesOf(RtNetlink kernel) =>
        Is("/proc/sys/net/ipv4/ip_nonlocal_bind", "1") || Is("/proc/sys/net/ipv6/ip_nonlocal_bind", "1")
            ? null
            : kernel.ListLocalNetworks();
}
