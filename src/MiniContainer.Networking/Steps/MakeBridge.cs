// The bridge of a network, and the addresses by which its containers reach the host: their gateways. A bridge or an
// address that was there before stays at the undo.
// Labs 14-bridge, 18-ipv6; bridge(8), ip-link(8), ip-address(8).

using System.Net.NetworkInformation;
using MiniContainer.Kernel;
using MiniContainer.Kernel.Netlink;
using MiniContainer.Plans;

namespace MiniContainer.Networking.Steps;

/// <summary>Makes the bridge of a network if it is missing, and sets it up.</summary>
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
        [$"RTM_NEWLINK(ifname=\"{Bridge}\", kind=\"bridge\", address={Mac}{(Mtu is null ? "" : $", mtu={Mtu}")}, "
            + "IFF_UP)"];

    /// <inheritdoc/>
    public override string Man => "bridge(8)";

    /// <inheritdoc/>
    public override string Lab => "14-bridge";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
    [
        $"ip link show dev {Bridge} >/dev/null 2>&1 || {{ echo 'ip link del {Bridge}' >> {ShellWord.Quote(ByHandFile)};"
            + $" ip link add {Bridge} address {Mac}{(Mtu is null ? "" : $" mtu {Mtu}")} type bridge; }}",
        $"ip link set {Bridge} up",
    ];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> WayBack => [$"RTM_DELLINK(ifname=\"{Bridge}\")"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> WayBackByHand => [$"ip link del {Bridge} 2>/dev/null || :"];

    /// <inheritdoc/>
    public override bool IsSame(SharedStep other) => other is MakeBridge made && made.Bridge == Bridge;

    /// <inheritdoc/>
    public override StepResult Find(SharedThing thing)
    {
        using var kernel = RtNetlink.Open();
        if (kernel.FindLink(Bridge) is not { } link)
            return new StepResult { Made = true };
        if (link.Kind != "bridge")
        {
            throw new MinicException(
                Title,
                $"{Bridge} is an interface of another kind",
                "Name another bridge in the network's configuration.");
        }

        if (thing.Others.FirstOrDefault(Made) is { } other)
        {
            var name = Path.GetFileName(other.Path);
            throw new MinicException(
                Title, $"it belongs to the network {name}", "Give each network a bridge of its own.");
        }

        return new StepResult { Made = false };
    }

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        using var kernel = RtNetlink.Open();
        if (kernel.FindLink(Bridge) is not { } link)
            kernel.AddBridge(Bridge, PhysicalAddress.Parse(Mac), Mtu, up: true);
        else if (!link.IsUp)
            kernel.SetUp(Bridge);
        return null;
    }

    /// <inheritdoc/>
    public override void Undo(StepResult? facts)
    {
        if (!IsOurs)
            return;
        using var kernel = RtNetlink.Open();
        _ = kernel.TryDeleteLink(Bridge);
    }

    private bool Made(SharedThing thing) =>
        thing.Standing.Any(e => e.Step is MakeBridge { IsOurs: true } made && made.Bridge == Bridge);
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
    public override IReadOnlyList<string> CallTexts =>
        [$"RTM_NEWADDR(dev=\"{Bridge}\", local={Gateway}{(IsV6 ? ", flags=IFA_F_NODAD" : "")})"];

    /// <inheritdoc/>
    public override string Man => "ip-address(8)";

    /// <inheritdoc/>
    public override string Lab => IsV6 ? "18-ipv6" : "14-bridge";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Network, $"give {Bridge} # addresses", Gateway);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
    [
        $"ip address show dev {Bridge} | grep -qF ' {Gateway} '"
            + $" || {{ echo {ShellWord.Quote(WayBackByHand[0])} >> {ShellWord.Quote(ByHandFile)};"
            + $" ip address add {Gateway} dev {Bridge}{(IsV6 ? " nodad" : "")}; }}",
    ];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> WayBack => [$"RTM_DELADDR(dev=\"{Bridge}\", local={Gateway})"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> WayBackByHand =>
        [$"ip address del {Gateway} dev {Bridge} 2>/dev/null || :"];

    /// <inheritdoc/>
    public override StepResult Find(SharedThing thing) => new() { Made = !IsThere };

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        if (IsThere)
            return null;
        using var kernel = RtNetlink.Open();
        kernel.AddAddress(Bridge, Parsed);
        return null;
    }

    /// <inheritdoc/>
    public override void Undo(StepResult? facts)
    {
        if (!IsOurs)
            return;
        using var kernel = RtNetlink.Open();
        _ = kernel.TryDeleteAddress(Bridge, Parsed);
    }

    private bool IsThere
    {
        get
        {
            using var kernel = RtNetlink.Open();
            return kernel.ListAddresses(Bridge)
                .Any(a => a.Local.Equals(Parsed.Local) && a.PrefixLength == Parsed.PrefixLength);
        }
    }
}
