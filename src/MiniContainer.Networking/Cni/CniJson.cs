// The JSON of CNI, member for member: the configuration of a network and of its plugins, what ADD returns, and errors.
// Null means that a member was not given. Addresses stay text here; NetworkConfig makes them addresses.
// https://github.com/containernetworking/cni/blob/spec-v1.1.0/SPEC.md   Lab: 22-cni.

using System.Text.Json;
using System.Text.Json.Serialization;

namespace MiniContainer.Networking.Cni;

/// <summary>A network configuration (SPEC.md, section 1), or a single plugin's configuration of the old form.</summary>
public sealed record NetworkConfigJson
{
    /// <summary>The version of the specification that it follows.</summary>
    public required string CniVersion { get; init; }

    /// <summary>All versions that it follows (since 1.1).</summary>
    public IReadOnlyList<string>? CniVersions { get; init; }

    /// <summary>The network's name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether CHECK is never to be called.</summary>
    public bool? DisableCheck { get; init; }

    /// <summary>Whether GC is never to be called, since several runtimes share the network.</summary>
    [JsonPropertyName("disableGC")]
    public bool? DisableGc { get; init; }

    /// <summary>Whether only the plugins listed here belong to it; minic knows no others.</summary>
    public bool? LoadOnlyInlinedPlugins { get; init; }

    /// <summary>
    /// The plugins, in the order of ADD; null in the old form, in which the object is the one plugin.
    /// </summary>
    public IReadOnlyList<JsonElement>? Plugins { get; init; }
}

/// <summary>What every plugin's configuration has (SPEC.md, "Plugin configuration objects").</summary>
public record PluginConfig
{
    /// <summary>The plugin's name: bridge, portmap, loopback.</summary>
    public required string Type { get; init; }

    /// <summary>What the runtime may hand over in <see cref="RuntimeConfig"/>: portMappings, ips, mac ….</summary>
    public IReadOnlyDictionary<string, bool>? Capabilities { get; init; }

    /// <summary>Handed over by the runtime for one attachment.</summary>
    public RuntimeConfig? RuntimeConfig { get; init; }

    /// <summary>Arguments of conventions, by name.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Args { get; init; }

    /// <summary>Where addresses come from.</summary>
    public HostLocalConfig? Ipam { get; init; }

    /// <summary>What the container's resolver is to use.</summary>
    public Dns? Dns { get; init; }
}

/// <summary>The configuration of <c>bridge</c> (https://www.cni.dev/plugins/current/main/bridge/).</summary>
public sealed record BridgeConfig : PluginConfig
{
    /// <summary>The bridge's name; cni0 where not given.</summary>
    public string? Bridge { get; init; }

    /// <summary>Whether the bridge gets the gateway's address.</summary>
    public bool IsGateway { get; init; }

    /// <summary>Whether the container's default route goes there; implies <see cref="IsGateway"/>.</summary>
    public bool IsDefaultGateway { get; init; }

    /// <summary>Whether another address on the bridge is replaced rather than refused.</summary>
    public bool ForceAddress { get; init; }

    /// <summary>Whether traffic that leaves the network is masqueraded.</summary>
    public bool IpMasq { get; init; }

    /// <summary>nftables, the only one that minic has.</summary>
    public string? IpMasqBackend { get; init; }

    /// <summary>The MTU of the veth pair; the kernel's choice where not given.</summary>
    public int? Mtu { get; init; }

    /// <summary>
    /// Whether a frame may leave by the port it came in by, so that a container reaches its own published port.
    /// </summary>
    public bool HairpinMode { get; init; }

    /// <summary>Whether the bridge is promiscuous.</summary>
    public bool PromiscMode { get; init; }

    /// <summary>The VLAN tag of the port; minic refuses it.</summary>
    public int? Vlan { get; init; }

    /// <summary>The VLAN tags that the port carries; minic refuses them.</summary>
    public IReadOnlyList<JsonElement>? VlanTrunk { get; init; }

    /// <summary>Whether frames of a foreign MAC address are dropped; minic refuses it.</summary>
    public bool Macspoofchk { get; init; }

    /// <summary>Whether the port may talk to the bridge only, not to its neighbours.</summary>
    public bool PortIsolation { get; init; }

    /// <summary>Whether duplicate address detection runs for IPv6.</summary>
    public bool Enabledad { get; init; }
}

/// <summary>The configuration of <c>portmap</c> (https://www.cni.dev/plugins/current/meta/portmap/).</summary>
public sealed record PortmapConfig : PluginConfig
{
    /// <summary>Whether hairpin and loopback traffic is masqueraded; true where not given.</summary>
    public bool? Snat { get; init; }

    /// <summary>Whether all traffic to published ports is masqueraded.</summary>
    public bool MasqAll { get; init; }

    /// <summary>nftables, the only one that minic has.</summary>
    public string? Backend { get; init; }
}

/// <summary>The configuration of <c>host-local</c> (https://www.cni.dev/plugins/current/ipam/host-local/).</summary>
public sealed record HostLocalConfig
{
    /// <summary>host-local.</summary>
    public string? Type { get; init; }

    /// <summary>Sets of ranges; an attachment gets one address out of each set.</summary>
    public IReadOnlyList<IReadOnlyList<RangeConfig>>? Ranges { get; init; }

    /// <summary>The old form: the one range's network.</summary>
    public string? Subnet { get; init; }

    /// <summary>The old form: the one range's first address.</summary>
    public string? RangeStart { get; init; }

    /// <summary>The old form: the one range's last address.</summary>
    public string? RangeEnd { get; init; }

    /// <summary>The old form: the one range's gateway.</summary>
    public string? Gateway { get; init; }

    /// <summary>Routes that the container gets.</summary>
    public IReadOnlyList<Route>? Routes { get; init; }

    /// <summary>A resolv.conf(5) on the host that DNS settings are read from.</summary>
    public string? ResolvConf { get; init; }

    /// <summary>The directory of leases.</summary>
    public string? DataDir { get; init; }
}

/// <summary>A range of addresses.</summary>
/// <param name="Subnet">The network: 10.44.0.0/16.</param>
/// <param name="RangeStart">The first address to give; the network's first where not given.</param>
/// <param name="RangeEnd">The last address to give; the network's last where not given.</param>
/// <param name="Gateway">Never given to a container; the network's first where not given.</param>
public sealed record RangeConfig(string Subnet, string? RangeStart = null, string? RangeEnd = null,
    string? Gateway = null);

/// <summary>What the runtime hands over for one attachment (CONVENTIONS.md).</summary>
public sealed record RuntimeConfig
{
    /// <summary>Ports to publish.</summary>
    public IReadOnlyList<PortMapping>? PortMappings { get; init; }

    /// <summary>Addresses that are asked for, perhaps with a prefix length.</summary>
    public IReadOnlyList<string>? Ips { get; init; }

    /// <summary>The MAC address that is asked for.</summary>
    public string? Mac { get; init; }

    /// <summary>DNS settings of the pod.</summary>
    public Dns? Dns { get; init; }
}

/// <summary>A published port.</summary>
/// <param name="HostPort">The port on the host, 1 to 65535.</param>
/// <param name="ContainerPort">The port in the container.</param>
/// <param name="Protocol">tcp, udp or sctp.</param>
/// <param name="HostIp">The host's address to publish on; null for all.</param>
public sealed record PortMapping(
    int HostPort, int ContainerPort, string Protocol = "tcp", [property: JsonPropertyName("hostIP")]
        string? HostIp = null);

/// <summary>A route; the members after the gateway came with 1.1.</summary>
/// <param name="Dst">The network: 0.0.0.0/0.</param>
/// <param name="Gw">The gateway; null for the network's own.</param>
/// <param name="Mtu">The MTU towards it.</param>
/// <param name="Advmss">The maximal segment size to advertise.</param>
/// <param name="Priority">The metric; lower wins.</param>
/// <param name="Table">The routing table's number.</param>
/// <param name="Scope">The scope: 0 global, 253 link, 254 host.</param>
public sealed record Route(
    string Dst, string? Gw = null, int? Mtu = null, int? Advmss = null, int? Priority = null, int? Table = null,
    int? Scope = null);

/// <summary>Settings of a resolver (resolv.conf(5)).</summary>
public sealed record Dns
{
    /// <summary>Addresses of name servers.</summary>
    public IReadOnlyList<string>? Nameservers { get; init; }

    /// <summary>The local domain.</summary>
    public string? Domain { get; init; }

    /// <summary>Domains to search.</summary>
    public IReadOnlyList<string>? Search { get; init; }

    /// <summary>Options, as resolv.conf(5) has them.</summary>
    public IReadOnlyList<string>? Options { get; init; }
}

/// <summary>What ADD returns (SPEC.md, section 5).</summary>
public sealed record Result
{
    /// <summary>The version of the specification, the configuration's own.</summary>
    public required string CniVersion { get; init; }

    /// <summary>Interfaces that were made, on the host and in the container.</summary>
    public IReadOnlyList<Interface>? Interfaces { get; init; }

    /// <summary>Addresses that were given.</summary>
    public IReadOnlyList<IpConfig>? Ips { get; init; }

    /// <summary>Routes that were made.</summary>
    public IReadOnlyList<Route>? Routes { get; init; }

    /// <summary>What the container's resolver is to use.</summary>
    public Dns? Dns { get; init; }
}

/// <summary>An interface.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Mac">Its MAC address.</param>
/// <param name="Mtu">Its MTU (since 1.1).</param>
/// <param name="Sandbox">The network namespace's path; null on the host.</param>
public sealed record Interface(string Name, string? Mac = null, int? Mtu = null, string? Sandbox = null);

/// <summary>An address.</summary>
/// <param name="Address">With its prefix length: 10.44.0.2/16.</param>
/// <param name="Gateway">The default gateway of its network.</param>
/// <param name="Interface">An index in <see cref="Result.Interfaces"/>.</param>
/// <param name="Version">"4" or "6", before 1.0 only.</param>
public sealed record IpConfig(string Address, string? Gateway = null, int? Interface = null, string? Version = null);

/// <summary>An error (SPEC.md, "Error"); codes under 100 are the specification's.</summary>
/// <param name="CniVersion">The configuration's own.</param>
/// <param name="Code">Such as 7, an invalid network configuration.</param>
/// <param name="Msg">What failed, short.</param>
/// <param name="Details">More about it.</param>
public sealed record Error(string CniVersion, int Code, string Msg, string? Details = null);

/// <summary>The JSON form of CNI's records.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    WriteIndented = true)]
[JsonSerializable(typeof(NetworkConfigJson))]
[JsonSerializable(typeof(PluginConfig))]
[JsonSerializable(typeof(BridgeConfig))]
[JsonSerializable(typeof(PortmapConfig))]
[JsonSerializable(typeof(RuntimeConfig))]
[JsonSerializable(typeof(Result))]
[JsonSerializable(typeof(Error))]
public sealed partial class CniJson : JsonSerializerContext;
