// Neighbours: which hardware address an IP address of a link has; and forwarding entries: behind which port, or which
// outer address, a hardware address is. See ip-neighbour(8), bridge(8).

using System.Net;
using System.Net.NetworkInformation;

namespace MiniContainer.Kernel.Netlink;

/// <summary>A row of the ARP or neighbour discovery table, as `ip neighbour show` shows it.</summary>
/// <param name="Dev">The link.</param>
/// <param name="Destination">NDA_DST: the IP address.</param>
/// <param name="Mac">NDA_LLADDR: its hardware address; null while it is asked for.</param>
public sealed record Neighbour(string Dev, IPAddress Destination, PhysicalAddress? Mac)
{
    /// <summary>ndm_state: NUD_PERMANENT (0x80) is what people write; the kernel's own come and go (arp(7)).</summary>
    public int State { get; init; } = NetlinkAbi.NUD_PERMANENT;

    /// <summary>Whether it was written by hand and stays.</summary>
    public bool IsPermanent => (State & NetlinkAbi.NUD_PERMANENT) != 0;

    /// <summary>"10.0.0.2 dev eth0".</summary>
    public override string ToString() => $"{Destination} dev {Dev}";
}

/// <summary>A row of a link's own forwarding table, as `bridge fdb show dev DEV` shows it with "self".</summary>
/// <param name="Dev">The link; a vxlan has a table that leads to outer addresses.</param>
/// <param name="Mac">NDA_LLADDR; all zeros stands for everything not in the table.</param>
/// <param name="Destination">NDA_DST: the outer address of the host that has it; null for other links.</param>
public sealed record ForwardingEntry(string Dev, PhysicalAddress Mac, IPAddress? Destination = null);
