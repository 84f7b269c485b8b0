// Links: veth pairs, bridges, vxlan, macvlan; up and down, names, namespaces, MTU, MAC, masters, bridge ports.
// RTM_NEWLINK creates, RTM_SETLINK changes, RTM_DELLINK deletes, RTM_GETLINK asks. Every one begins with an ifinfomsg,
// and what makes kinds differ lies in IFLA_LINKINFO { IFLA_INFO_KIND "veth", IFLA_INFO_DATA { ... } }.
// See rtnetlink(7), ip-link(8), bridge(8).

using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.InteropServices;
using static MiniContainer.Kernel.Netlink.NetlinkAbi;

namespace MiniContainer.Kernel.Netlink;

public sealed partial class RtNetlink
{
    private const int Create = NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;

    /// <summary>Makes a veth: two links, of which each receives what the other sends (veth(4)).</summary>
    /// <remarks>
    /// Equivalent to: <c>ip link add NAME netns NS type veth peer name PEER netns NS</c>. Both ends appear in the
    /// namespace where they belong, under the name that they keep; in one step, so undo has one state to think of.
    /// Both are down: the kernel makes the peer first, and refuses to set up an end whose other is not there
    /// (ENOTCONN).
    /// </remarks>
    /// <param name="end">The end that a host keeps.</param>
    /// <param name="peer">The end that a container gets.</param>
    public void AddVeth(VethEnd end, VethEnd peer)
    {
        InterfaceName.Check(end.Name, "veth");
        InterfaceName.Check(peer.Name, "veth peer");
        using var endNetns = new HeldDescriptor(end.Netns);
        using var peerNetns = new HeldDescriptor(peer.Netns);
        Change(
            VethMessage(end, endNetns.Number, peer, peerNetns.Number),
            $"create veth {end.Name}",
            $"RTM_NEWLINK(ifname=\"{end.Name}\"{ShowEnd(end)}, kind=\"veth\", peer=\"{peer.Name}\"{ShowEnd(peer)})");
    }

    /// <summary>Makes a bridge, a switch in software, without VLAN filtering.</summary>
    /// <remarks>Equivalent to: <c>ip link add NAME [address MAC] [mtu N] [up] type bridge</c>.</remarks>
    /// <param name="name">Its name.</param>
    /// <param name="mac">
    /// Its address. A bridge without one takes the lowest of its ports, and so changes it as containers come and go,
    /// which breaks what neighbours remember.
    /// </param>
    /// <param name="mtu">In bytes; null follows the ports.</param>
    /// <param name="up">Whether to set it up at once.</param>
    public void AddBridge(string name, PhysicalAddress? mac = null, int? mtu = null, bool up = false)
    {
        InterfaceName.Check(name, "bridge");
        Change(
            BridgeMessage(name, mac, mtu, up),
            $"create bridge {name}",
            $"RTM_NEWLINK(ifname=\"{name}\", kind=\"bridge\"{Show(mac, "address")}{Show(mtu, "mtu")})");
    }

    /// <summary>Makes a vxlan link: Ethernet frames inside UDP (RFC 7348), and a table of where to send what.</summary>
    /// <remarks>Equivalent to: <c>ip link add NAME type vxlan id ID local IP dstport PORT [dev DEV] nolearning</c>.
    /// </remarks>
    /// <param name="name">Its name.</param>
    /// <param name="id">The network's number (VNI), 24 bits.</param>
    /// <param name="local">The outer source address.</param>
    /// <param name="port">The UDP port; 4789 is IANA's.</param>
    /// <param name="dev">The link that outer packets leave by; null lets the routes decide.</param>
    /// <param name="mac">Its hardware address; null lets the kernel pick one.</param>
    /// <param name="mtu">In bytes; the outer headers take 50 (IPv6: 70).</param>
    public void AddVxlan(
        string name,
        int id,
        IPAddress local,
        int port = 4789,
        string? dev = null,
        PhysicalAddress? mac = null,
        int? mtu = null)
    {
        InterfaceName.Check(name, "vxlan");
        var doing = $"create vxlan {name}";
        if (id is < 0 or > 0xffffff) throw new MinicException(doing, $"the id {id} does not fit in 24 bits");
        if (port is < 1 or > ushort.MaxValue) throw new MinicException(doing, $"{port} is no UDP port");
        var devIndex = dev is null ? (int?)null : IndexOf(dev, doing);
        Change(
            VxlanMessage(name, id, local, (ushort)port, devIndex, mac, mtu),
            doing,
            $"RTM_NEWLINK(ifname=\"{name}\", kind=\"vxlan\", id={id}, local={local}, port={port}{Show(dev, "link")})");
    }

    /// <summary>Makes a macvlan: a link with a MAC of its own on the wire of another one.</summary>
    /// <remarks>Equivalent to: <c>ip link add NAME link PARENT [netns NS] type macvlan mode MODE</c>.</remarks>
    /// <param name="name">Its name.</param>
    /// <param name="parent">The link whose wire it shares.</param>
    /// <param name="mode">How it sees others of the same parent.</param>
    /// <param name="netns">The namespace that it is made in; null is the socket's own.</param>
    /// <param name="mac">Its hardware address; null lets the kernel pick one.</param>
    public void AddMacvlan(
        string name,
        string parent,
        MacvlanMode mode = MacvlanMode.Bridge,
        SafeHandle? netns = null,
        PhysicalAddress? mac = null)
    {
        InterfaceName.Check(name, "macvlan");
        var doing = $"create macvlan {name}";
        var parentIndex = IndexOf(parent, doing);
        using var held = new HeldDescriptor(netns);
        Change(
            MacvlanMessage(name, parentIndex, mode, held.Number, mac),
            doing,
            $"RTM_NEWLINK(ifname=\"{name}\", kind=\"macvlan\", link=\"{parent}\", mode={mode})");
    }

    /// <summary>Sets a link up. Equivalent to: <c>ip link set NAME up</c>.</summary>
    public void SetUp(string name) =>
        SetLink(name, "IFF_UP", LinkMessage(RTM_SETLINK, NLM_F_ACK, flags: IFF_UP, change: IFF_UP));

    /// <summary>Sets a link down. Equivalent to: <c>ip link set NAME down</c>.</summary>
    public void SetDown(string name) =>
        SetLink(name, "!IFF_UP", LinkMessage(RTM_SETLINK, NLM_F_ACK, change: IFF_UP));

    /// <summary>Sets the longest packet, in bytes. Equivalent to: <c>ip link set NAME mtu N</c>.</summary>
    public void SetMtu(string name, int mtu) =>
        SetLink(name, $"mtu={mtu}", LinkMessage(RTM_SETLINK, NLM_F_ACK).Add(IFLA_MTU, mtu));

    /// <summary>Sets the hardware address. Equivalent to: <c>ip link set NAME address MAC</c>.</summary>
    public void SetMac(string name, PhysicalAddress mac) =>
        SetLink(name, $"address={Text(mac)}", LinkMessage(RTM_SETLINK, NLM_F_ACK).Add(IFLA_ADDRESS, mac));

    /// <summary>Moves a link to another namespace. Equivalent to: <c>ip link set NAME netns NS</c>.</summary>
    public void SetNamespace(string name, SafeHandle netns)
    {
        using var held = new HeldDescriptor(netns);
        SetLink(name, "net_ns_fd", LinkMessage(RTM_SETLINK, NLM_F_ACK).Add(IFLA_NET_NS_FD, held.Number));
    }

    /// <summary>
    /// Moves a link to another namespace, where it gets another name. It is down there, and has no addresses.
    /// </summary>
    /// <remarks>Equivalent to: <c>ip link set NAME netns NS name NEWNAME</c>. The kernel renames it on the way, so that
    /// a link of the old name over there is no harm.</remarks>
    /// <exception cref="MinicException">
    /// EEXIST: there is a link of the new name; EINVAL: this kind of link stays where it is.
    /// </exception>
    public void Move(string name, SafeHandle netns, string newName)
    {
        InterfaceName.Check(newName);
        var doing = $"move link {name}";
        using var held = new HeldDescriptor(netns);
        Change(
            LinkMessage(RTM_SETLINK, NLM_F_ACK, IndexOf(name, doing)).Add(IFLA_NET_NS_FD, held.Number)
                .Add(IFLA_IFNAME, newName),
            doing,
            $"RTM_SETLINK(link \"{name}\", net_ns_fd, ifname=\"{newName}\")");
    }

    /// <summary>Makes a link a port of a bridge. Equivalent to: <c>ip link set NAME master BRIDGE</c>.</summary>
    public void SetMaster(string name, string master) =>
        SetLink(
            name,
            $"master=\"{master}\"",
            LinkMessage(RTM_SETLINK, NLM_F_ACK).Add(IFLA_MASTER, IndexOf(master, $"make {name} a port of {master}")));

    /// <summary>Takes a link off its bridge. Equivalent to: <c>ip link set NAME nomaster</c>.</summary>
    public void SetNoMaster(string name) =>
        SetLink(name, "master=0", LinkMessage(RTM_SETLINK, NLM_F_ACK).Add(IFLA_MASTER, 0));

    /// <summary>Renames a link, which older kernels allow only while it is down.</summary>
    /// <remarks>Equivalent to: <c>ip link set NAME name NEWNAME</c>. Here the index must say which link is meant, for
    /// IFLA_IFNAME is the new name.</remarks>
    public void Rename(string name, string newName)
    {
        InterfaceName.Check(newName);
        var doing = $"rename link {name} to {newName}";
        Change(
            LinkMessage(RTM_SETLINK, NLM_F_ACK, IndexOf(name, doing)).Add(IFLA_IFNAME, newName),
            doing,
            $"RTM_SETLINK(link \"{name}\", ifname=\"{newName}\")");
    }

    /// <summary>Sets what a bridge does at one of its ports; null leaves a setting as it is.</summary>
    /// <remarks>Equivalent to: <c>bridge link set dev NAME hairpin on|off isolated on|off</c>.</remarks>
    /// <param name="name">The port: a link with a bridge for master.</param>
    /// <param name="hairpin">Whether a frame may leave by the port that it came in by.</param>
    /// <param name="isolated">Whether the port is kept from other isolated ports.</param>
    public void SetBridgePort(string name, bool? hairpin = null, bool? isolated = null)
    {
        var doing = $"set bridge port {name}";
        Change(
            BridgePortMessage(IndexOf(name, doing), hairpin, isolated),
            doing,
            $"RTM_SETLINK(AF_BRIDGE, ifname=\"{name}\"{Show(hairpin, "hairpin")}{Show(isolated, "isolated")})");
    }

    /// <summary>Deletes a link, and with a veth its peer. Equivalent to: <c>ip link del NAME</c>.</summary>
    /// <exception cref="MinicException">Also when there is none (ENODEV); see <see cref="TryDeleteLink"/>.</exception>
    public void DeleteLink(string name) => Change(DeleteLinkMessage(name), $"delete link {name}", DeleteLinkCall(name));

    /// <summary>Deletes a link if it is there: <see cref="DeleteLink"/> for undoing.</summary>
    /// <returns>False if there is none of this name.</returns>
    public bool TryDeleteLink(string name) =>
        TryChange(DeleteLinkMessage(name), $"delete link {name}", DeleteLinkCall(name), Kernel.Errno.ENODEV);

    /// <summary>The link of this name, or null. Equivalent to: <c>ip -d link show NAME</c>.</summary>
    public Link? FindLink(string name)
    {
        var (link, answer) = Look(name);
        return answer.Errno is 0 or Kernel.Errno.ENODEV
            ? link
            : throw MinicException.FromErrno(
                $"look for link {name}", $"RTM_GETLINK(ifname=\"{name}\")", answer.Errno, answer.KernelText);
    }

    /// <summary>The link of this index, or null.</summary>
    public Link? FindLink(int index)
    {
        Link? link = null;
        var answer = socket.Transact(GetLinkMessage(index), (_, body) => link = ParseLink(body));
        return answer.Errno is 0 or Kernel.Errno.ENODEV
            ? link
            : throw MinicException.FromErrno(
                $"look for link {index}", $"RTM_GETLINK(index={index})", answer.Errno, answer.KernelText);
    }

    /// <summary>All links of the namespace. Equivalent to: <c>ip -d link show</c>.</summary>
    public IReadOnlyList<Link> ListLinks() =>
        Dump(
            LinkMessage(RTM_GETLINK, NLM_F_DUMP).Add(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS),
            "list links",
            "RTM_GETLINK(NLM_F_DUMP)",
            ParseLink);

    /// <summary>Waits until no link has this name, as after the namespace of a veth's peer went away.</summary>
    /// <remarks>Equivalent to: <c>ip monitor link</c>, started before the first <c>ip link show NAME</c>: a link that
    /// goes between the look and the wait would be waited for in vain.</remarks>
    /// <returns>False if it is still there after this time.</returns>
    public bool WaitLinkGone(string name, TimeSpan timeout)
    {
        using var netns = Namespace();
        using var notifications = NetworkNamespace.Run(netns, NetlinkSocket.Open);
        notifications.Join(RTNLGRP_LINK);
        var deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (FindLink(name) is not null)
        {
            var left = deadline - Environment.TickCount64;
            if (left <= 0) return false;
            _ = notifications.WaitForNotification(TimeSpan.FromMilliseconds(left));
        }

        return true;
    }

    private static string DeleteLinkCall(string name) => $"RTM_DELLINK(ifname=\"{name}\")";

    private static string ShowEnd(VethEnd end) =>
        $"{Show(end.Mtu, "mtu")}{Show(end.Mac, "address")}{(end.Netns is null ? "" : ", net_ns_fd")}";

    // With index 0 the kernel finds the link by IFLA_IFNAME, so name and change travel in one message.
    private void SetLink(string name, string what, NetlinkMessage message) =>
        Change(message.Add(IFLA_IFNAME, name), $"set link {name}", $"RTM_SETLINK(ifname=\"{name}\", {what})");
}
