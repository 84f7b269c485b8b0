// The cable between two nodes: a veth, made in one message with one end on either side. Lab 13-netns; veth(4),
// ip-link(8).

using System.Net.NetworkInformation;
using MiniContainer.Kernel;
using MiniContainer.Kernel.Netlink;
using MiniContainer.Plans;

namespace MiniContainer.Nodes.Steps;

/// <summary>Makes a veth between two nodes. It needs no undo: the kernel removes it with either namespace.</summary>
/// <param name="Netns">The namespace of one end.</param>
/// <param name="Link">That end.</param>
/// <param name="Mac">Its hardware address.</param>
/// <param name="OtherNetns">The namespace of the other end.</param>
/// <param name="OtherLink">That end.</param>
/// <param name="OtherMac">Its hardware address.</param>
public sealed record LayCable(
    string Netns, string Link, string Mac, string OtherNetns, string OtherLink, string OtherMac) : Step
{
    /// <inheritdoc/>
    public override string Title => $"lay a cable, {Link} in {Netns} and {OtherLink} in {OtherNetns}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
    [
        $"setns({TapeArg.Quote(Netns)}, CLONE_NEWNET)",
        $"RTM_NEWLINK(ifname=\"{Link}\", address={Mac}, kind=\"veth\", "
        + $"peer={{ifname=\"{OtherLink}\", address={OtherMac}, net_ns_fd={TapeArg.Quote(OtherNetns)}}})",
    ];

    /// <inheritdoc/>
    public override string Man => "veth(4)";

    /// <inheritdoc/>
    public override string Lab => "13-netns";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Network, "lay # cables", $"{Link}, {OtherLink}");

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
    [
        $"nsenter --net={ShellWord.Quote(Netns)} ip link add {Link} address {Mac} type veth "
        + $"peer name {OtherLink} address {OtherMac} netns {ShellWord.Quote(OtherNetns)}",
    ];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        using var netns = NetworkNamespace.Open(Netns);
        using var other = NetworkNamespace.Open(OtherNetns);
        using var kernel = RtNetlink.OpenIn(netns);
        kernel.AddVeth(
            new VethEnd(Link) { Mac = PhysicalAddress.Parse(Mac) },
            new VethEnd(OtherLink) { Netns = other, Mac = PhysicalAddress.Parse(OtherMac) });
        return null;
    }
}
