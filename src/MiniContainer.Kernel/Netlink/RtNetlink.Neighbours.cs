// Neighbours and forwarding entries: RTM_NEWNEIGH, RTM_DELNEIGH, RTM_GETNEIGH, each an ndmsg and attributes. The same
// messages serve both: with ndm_family AF_INET or AF_INET6 they speak of ARP and neighbour discovery, with AF_BRIDGE of
// the table of hardware addresses. See rtnetlink(7), ip-neighbour(8), bridge(8).

using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static MiniContainer.Kernel.Netlink.NetlinkAbi;

namespace MiniContainer.Kernel.Netlink;

public sealed partial class RtNetlink
{
    /// <summary>Adds a neighbour. Equivalent to: <c>ip neighbour add IP lladdr MAC dev DEV nud permanent</c>.</summary>
    /// <exception cref="MinicException">EEXIST: the address has one.</exception>
    public void AddNeighbour(Neighbour neighbour) => NewNeighbour("add", Create, neighbour);

    /// <summary>Adds or replaces a neighbour. Equivalent to: <c>ip neighbour replace ...</c>.</summary>
    public void ReplaceNeighbour(Neighbour neighbour) => NewNeighbour("replace", Replace, neighbour);

    /// <summary>
    /// Deletes a neighbour if it and its link are there. Equivalent to: <c>ip neighbour del IP dev DEV</c>.
    /// </summary>
    /// <returns>False if the link or the neighbour is not there.</returns>
    public bool TryDeleteNeighbour(string dev, IPAddress destination) =>
        FindLink(dev) is { } link
        && TryChange(
            NeighbourMessage(RTM_DELNEIGH, NLM_F_ACK, link.Index, new Neighbour(dev, destination, null) { State = 0 }),
            $"delete neighbour {destination} of {dev}",
            $"RTM_DELNEIGH(dev=\"{dev}\", dst={destination})",
            Kernel.Errno.ENOENT,
            Kernel.Errno.ENODEV);

    /// <summary>The neighbours of one link, or of all. Equivalent to: <c>ip neighbour show [dev DEV]</c>.</summary>
    public IReadOnlyList<Neighbour> ListNeighbours(string? dev = null)
    {
        var names = NamesByIndex();
        return Dump(
            new NetlinkMessage(RTM_GETNEIGH, NLM_F_DUMP).Struct(default(ndmsg)),
            "list neighbours",
            "RTM_GETNEIGH(NLM_F_DUMP)",
            body =>
            {
                var (info, mac, destination) = ParseNeighbour(body);
                var name = names.GetValueOrDefault(info.ndm_ifindex, $"if{info.ndm_ifindex}");

                // What needs no address (multicast, the loopback) is in the table too, and is no neighbour.
                return destination is null || (info.ndm_state & NUD_NOARP) != 0 || (dev is not null && name != dev)
                    ? null
                    : new Neighbour(name, destination, mac) { State = info.ndm_state };
            });
    }

    /// <summary>Adds to, or replaces in, a link's own forwarding table.</summary>
    /// <remarks>Equivalent to: <c>bridge fdb replace MAC dev DEV [dst IP] self permanent</c>.</remarks>
    public void ReplaceForwarding(ForwardingEntry entry)
    {
        var doing = $"add forwarding entry {Text(entry.Mac)} to {entry.Dev}";
        Change(
            ForwardingMessage(RTM_NEWNEIGH, Replace, IndexOf(entry.Dev, doing), entry),
            doing,
            $"RTM_NEWNEIGH(AF_BRIDGE, dev=\"{entry.Dev}\"{Show(entry.Mac, "lladdr")}{Show(entry.Destination, "dst")})");
    }

    /// <summary>Deletes from a link's own forwarding table: <see cref="ReplaceForwarding"/> undone.</summary>
    /// <remarks>Equivalent to: <c>bridge fdb del MAC dev DEV [dst IP] self</c>.</remarks>
    /// <returns>False if the link or the entry is not there.</returns>
    public bool TryDeleteForwarding(ForwardingEntry entry) =>
        FindLink(entry.Dev) is { } link
        && TryChange(
            ForwardingMessage(RTM_DELNEIGH, NLM_F_ACK, link.Index, entry),
            $"delete forwarding entry {Text(entry.Mac)} of {entry.Dev}",
            $"RTM_DELNEIGH(AF_BRIDGE, dev=\"{entry.Dev}\"{Show(entry.Mac, "lladdr")}{Show(entry.Destination, "dst")})",
            Kernel.Errno.ENOENT,
            Kernel.Errno.ENODEV);

    /// <summary>A link's own forwarding table. Equivalent to: <c>bridge fdb show dev DEV self</c>.</summary>
    public IReadOnlyList<ForwardingEntry> ListForwarding(string dev)
    {
        const string doing = "list forwarding entries";
        var index = IndexOf(dev, doing);
        return Dump(
            new NetlinkMessage(RTM_GETNEIGH, NLM_F_DUMP).Struct(new ndmsg
            {
                ndm_family = AF_BRIDGE,
                ndm_ifindex = index,
            }),
            doing,
            $"RTM_GETNEIGH(AF_BRIDGE, NLM_F_DUMP, dev=\"{dev}\")",
            body =>
            {
                var (info, mac, destination) = ParseNeighbour(body);
                return info.ndm_ifindex == index && (info.ndm_flags & NTF_SELF) != 0 && mac is not null
                    ? new ForwardingEntry(dev, mac, destination)
                    : null;
            });
    }

    internal static NetlinkMessage NeighbourMessage(ushort type, int nlmsg_flags, int index, Neighbour neighbour)
    {
        var message = new NetlinkMessage(type, nlmsg_flags)
            .Struct(new ndmsg
            {
                ndm_family = Family(neighbour.Destination),
                ndm_ifindex = index,
                ndm_state = (ushort)neighbour.State,
            })
            .Add(NDA_DST, neighbour.Destination);
        return neighbour.Mac is null ? message : message.Add(NDA_LLADDR, neighbour.Mac);
    }

    internal static NetlinkMessage ForwardingMessage(ushort type, int nlmsg_flags, int index, ForwardingEntry entry)
    {
        var message = new NetlinkMessage(type, nlmsg_flags)
            .Struct(new ndmsg
            {
                ndm_family = AF_BRIDGE,
                ndm_ifindex = index,
                ndm_state = NUD_PERMANENT,
                ndm_flags = NTF_SELF, // the link's own table, not that of a bridge that it may be a port of
            })
            .Add(NDA_LLADDR, entry.Mac);
        return entry.Destination is null ? message : message.Add(NDA_DST, entry.Destination);
    }

    private void NewNeighbour(string verb, int nlmsg_flags, Neighbour neighbour)
    {
        var doing = $"{verb} neighbour {neighbour}";
        Change(
            NeighbourMessage(RTM_NEWNEIGH, nlmsg_flags, IndexOf(neighbour.Dev, doing), neighbour),
            doing,
            $"RTM_NEWNEIGH(dev=\"{neighbour.Dev}\", dst={neighbour.Destination}{Show(neighbour.Mac, "lladdr")})");
    }

    private static (ndmsg Info, PhysicalAddress? Mac, IPAddress? Destination) ParseNeighbour(ReadOnlySpan<byte> body)
    {
        var info = MemoryMarshal.Read<ndmsg>(body);
        PhysicalAddress? mac = null;
        IPAddress? destination = null;
        foreach (var attribute in new NetlinkAttributes(body[Unsafe.SizeOf<ndmsg>()..]))
        {
            if (attribute.Type == NDA_LLADDR) mac = attribute.PhysicalAddress;
            if (attribute.Type == NDA_DST) destination = attribute.IPAddress;
        }

        return (info, mac, destination);
    }
}
