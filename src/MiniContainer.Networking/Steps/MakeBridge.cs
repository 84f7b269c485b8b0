// The bridge of a network, and the addresses by which its containers reach the host: their gateways.
// Labs 14-bridge, 18-ipv6; bridge(8), ip-link(8), ip-address(8).

using System.Net.NetworkInformation;
using MiniContainer.Kernel;
using MiniContainer.Kernel.Netlink;
using MiniContainer.Plans;

namespace MiniContainer.Networking.Steps;

/// <summary>Makes the bridge of a network where it lacks, and sets it up.</summary>
/// <param name="Directory">The network's directory.</param>
/// <param name="Bridge">The bridge's name.</param>
/// <param name="Mac">Its hardware address: "0a:58:0a:2c:00:01".</param>
public sealed record MakeBridge(string Directory, string Bridge, string Mac) : SharedStep(Directory)
{
    /// <summary>Its MTU in bytes; null follows the ports.</summary>
    public int? Mtu { get; init; }

    /// <inheritdoc/>
    public override string Title => $"make the bridge {Bridge}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
        [$"RTM_NEWLINK(ifname=\"{Bridge}\", kind=\"bridge\", address={Mac}{(Mtu is null ? "" : $", mtu={Mtu}")}, IFF_UP)"];

    /// <inheritdoc/>
    public override string Man => "bridge(8)";

    /// <inheritdoc/>
    public override string Lab => "14-bridge";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
    [
        $"ip link show dev {Bridge} >/dev/null 2>&1 || {{ printf %s {Bridge} > {ShellWord.Quote(Network.BridgeFile)}; ip link add {Bridge} address {Mac}{(Mtu is null ? "" : $" mtu {Mtu}")} type bridge; }}",
        $"ip link set {Bridge} up",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Places => [Network.BridgeFile];

    private protected override void Make(PlayContext playing)
    {
        if (NetworkDirectory.All(Network.Networks).FirstOrDefault(n => n != Network && n.Bridge == Bridge) is { } other)
            throw new MinicException(Title, $"it belongs to the network {Path.GetFileName(other.Path)}", "Give each network a bridge of its own.");
        using var kernel = RtNetlink.Open();
        switch (kernel.FindLink(Bridge))
        {
            case null:
                Knob.Write(Network.BridgeFile, Bridge, create: true);
                kernel.AddBridge(Bridge, PhysicalAddress.Parse(Mac), Mtu, up: true);
                break;
            case { Kind: not "bridge" }:
                throw new MinicException(Title, $"{Bridge} is an interface of another kind", "Name another bridge in the network's configuration.");
            case { IsUp: false }:
                kernel.SetUp(Bridge);
                break;
        }
    }
}

/// <summary>Gives the bridge the address that is the gateway of its containers.</summary>
/// <param name="Directory">The network's directory.</param>
/// <param name="Bridge">The bridge's name.</param>
/// <param name="Gateway">The address with its prefix length: "10.44.0.1/16".</param>
public sealed record AddGateway(string Directory, string Bridge, string Gateway) : SharedStep(Directory)
{
    private Address Parsed => Address.Parse(Gateway) with { NoDad = IsV6 };

    private bool IsV6 => Gateway.Contains(':', StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string Title => $"give {Bridge} the address {Gateway}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts => [$"RTM_NEWADDR(dev=\"{Bridge}\", local={Gateway}{(IsV6 ? ", flags=IFA_F_NODAD" : "")})"];

    /// <inheritdoc/>
    public override string Man => "ip-address(8)";

    /// <inheritdoc/>
    public override string Lab => IsV6 ? "18-ipv6" : "14-bridge";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Network, $"give {Bridge} # addresses", Gateway);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
    [
        $"ip address show dev {Bridge} | grep -qF ' {Gateway} ' || {{ [ -e {ShellWord.Quote(Network.BridgeFile)} ] || echo '{Bridge} {Gateway}' >> {ShellWord.Quote(Network.AddressesFile)}; ip address add {Gateway} dev {Bridge}{(IsV6 ? " nodad" : "")}; }}",
    ];

    private protected override void Make(PlayContext playing)
    {
        using var kernel = RtNetlink.Open();
        if (kernel.ListAddresses(Bridge).Any(a => a.Local.Equals(Parsed.Local) && a.PrefixLength == Parsed.PrefixLength))
            return;
        if (Network.Bridge is null)
            NetworkDirectory.Append(Network.AddressesFile, $"{Bridge} {Gateway}");
        kernel.AddAddress(Bridge, Parsed);
    }
}
