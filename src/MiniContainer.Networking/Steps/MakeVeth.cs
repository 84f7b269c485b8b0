// The cable between a container and its bridge: a veth, made in one message with one end on either side.
// Labs 13-netns, 14-bridge; veth(4), ip-link(8).

using System.Net.NetworkInformation;
using MiniContainer.Kernel;
using MiniContainer.Kernel.Netlink;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Networking.Steps;

/// <summary>
/// Makes sure that no link has the name that the veth is to get; the undo makes sure that none has it any more.
/// </summary>
/// <remarks>
/// It comes before the child is made, so its undo comes after the child was killed. A namespace that dies takes its
/// veth along within some 2 ms; deleting the link by name takes the kernel 25 ms.
/// </remarks>
/// <param name="Name">The host's end.</param>
/// <param name="WithChild">Whether the namespace of the other end goes away with a child of the plan.</param>
public sealed record ClaimLink(string Name, bool WithChild) : Step
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public override string Title => $"check that the name {Name} is free";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts => [$"RTM_GETLINK(ifname=\"{Name}\")"];

    /// <inheritdoc/>
    public override string Man => "rtnetlink(7)";

    /// <inheritdoc/>
    public override string Lab => "14-bridge";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [$"if ip link show dev {Name} >/dev/null 2>&1; then echo 'there is a link {Name}' >&2; exit 1; fi"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoCallTexts =>
        [$"RTM_DELLINK(ifname=\"{Name}\"){(WithChild ? ", unless it goes with its peer's namespace" : "")}"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoByHand =>
        [$"ip link del {Name} 2>/dev/null || :  # it may have gone with the namespace of its peer"];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        using var kernel = RtNetlink.Open();
        return kernel.FindLink(Name) is null
            ? new StepResult { Made = true }
            : throw new MinicException(Title, "there is one",
                "Another state root (--root) has a container of the same name, or a link was left: ip link del it.");
    }

    /// <inheritdoc/>
    public override void Undo(StepResult? facts)
    {
        // Not done: whatever link has the name, it is none of ours, since ours would have come after this.
        if (facts is null)
            return;
        using var kernel = RtNetlink.Open();
        if (kernel.FindLink(Name) is null || WithChild && kernel.WaitLinkGone(Name, Patience))
            return;
        _ = kernel.TryDeleteLink(Name);
    }
}

/// <summary>Makes a veth between the host and a container; <see cref="ClaimLink"/> undoes it.</summary>
/// <param name="Name">The host's end.</param>
/// <param name="Mac">Its hardware address.</param>
/// <param name="Netns">The container's namespace: see <see cref="NetnsPath"/>.</param>
/// <param name="IfName">The container's end.</param>
/// <param name="IfMac">Its hardware address.</param>
public sealed record MakeVeth(string Name, string Mac, string Netns, string IfName, string IfMac) : Step
{
    /// <summary>The MTU of both ends in bytes; null for the kernel's choice.</summary>
    public int? Mtu { get; init; }

    /// <inheritdoc/>
    public override string Title => $"make the veth {Name}, its other end {IfName} inside";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
        [$"RTM_NEWLINK(ifname=\"{Name}\"{ShownMtu}, address={Mac}, kind=\"veth\", "
            + $"peer={{ifname=\"{IfName}\"{ShownMtu}, address={IfMac}, net_ns_fd={NetnsPath.Shown(Netns)}}})"];

    /// <inheritdoc/>
    public override string Man => "veth(4)";

    /// <inheritdoc/>
    public override string Lab => "13-netns";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand
    {
        get
        {
            var mtu = Mtu is null ? "" : $" mtu {Mtu}";
            var netns = NetnsPath.IsChild(Netns) ? "\"$CHILD\"" : ShellWord.Quote(Netns);
            return [$"ip link add {Name} address {Mac}{mtu} type veth peer name {IfName} address {IfMac}{mtu} netns "
                + $"{netns}"];
        }
    }

    private string ShownMtu => Mtu is null ? "" : $", mtu={Mtu}";

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        using var netns = NetnsPath.Open(Netns, playing);
        using var kernel = RtNetlink.Open();
        kernel.AddVeth(
            new VethEnd(Name) { Mac = PhysicalAddress.Parse(Mac), Mtu = Mtu },
            new VethEnd(IfName) { Mac = PhysicalAddress.Parse(IfMac), Mtu = Mtu, Netns = netns });
        return null;
    }
}

/// <summary>Plugs the host's end of a veth into the bridge.</summary>
/// <param name="Name">The host's end.</param>
/// <param name="Bridge">The bridge.</param>
/// <param name="Hairpin">Whether frames may leave by the port they came in by.</param>
/// <param name="Isolated">Whether the port is kept from other isolated ports.</param>
public sealed record PlugIn(string Name, string Bridge, bool Hairpin, bool Isolated) : Step
{
    /// <inheritdoc/>
    public override string Title => $"attach {Name} to bridge {Bridge}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
    [
        $"RTM_SETLINK(ifname=\"{Name}\", master=\"{Bridge}\")",
        .. Hairpin || Isolated
            ? [
                $"RTM_SETLINK(AF_BRIDGE, ifname=\"{Name}\"{(Hairpin ? ", hairpin=true" : "")}"
                    + $"{(Isolated ? ", isolated=true" : "")})",
            ]
            : Array.Empty<string>(),
        $"RTM_SETLINK(ifname=\"{Name}\", IFF_UP)",
    ];

    /// <inheritdoc/>
    public override string Man => "bridge(8)";

    /// <inheritdoc/>
    public override string Lab => "14-bridge";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
    [
        $"ip link set {Name} master {Bridge}",
        .. Hairpin || Isolated
            ? [$"bridge link set dev {Name}{(Hairpin ? " hairpin on" : "")}{(Isolated ? " isolated on" : "")}"]
            : Array.Empty<string>(),
        $"ip link set {Name} up",
    ];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        using var kernel = RtNetlink.Open();
        kernel.SetMaster(Name, Bridge);
        if (Hairpin || Isolated)
            kernel.SetBridgePort(Name, Hairpin ? true : null, Isolated ? true : null);
        kernel.SetUp(Name);
        return null;
    }
}
