// The fixed structures of rtnetlink, with the names and layouts of linux/netlink.h, linux/rtnetlink.h, linux/if_addr.h
// and linux/neighbour.h, and that of netfilter's messages (linux/netfilter/nfnetlink.h). Integers are in the machine's
// own byte order. NetlinkAbiTests compares sizes and offsets with the C compiler's. See netlink(7) and rtnetlink(7).

using System.Runtime.InteropServices;

namespace MiniContainer.Kernel.Netlink;

#pragma warning disable CS8981 // the structures keep their C names, which are lower case
#pragma warning disable CS0649 // a field that only the kernel fills in, or that stays zero

/// <summary>In front of every message.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct nlmsghdr
{
    public uint nlmsg_len; // the whole message with this header, without the padding at its end
    public ushort nlmsg_type;
    public ushort nlmsg_flags;
    public uint nlmsg_seq; // the answer carries the number of its request
    public uint nlmsg_pid; // of the socket that asked; not a process id. 0 is the kernel
}

/// <summary>The body of NLMSG_ERROR, which is also the acknowledgement (error 0).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct nlmsgerr
{
    public int error; // a negative errno
    public nlmsghdr msg; // the header of the request
}

/// <summary>In front of every attribute.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct rtattr
{
    public ushort rta_len; // with this header, without the padding at its end
    public ushort rta_type;
}

/// <summary>What RTM_*LINK messages begin with.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ifinfomsg
{
    public byte ifi_family;
    public byte ifi_pad;
    public ushort ifi_type;
    public int ifi_index;
    public uint ifi_flags;
    public uint ifi_change; // which bits of ifi_flags are meant
}

/// <summary>What RTM_*ADDR messages begin with.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ifaddrmsg
{
    public byte ifa_family;
    public byte ifa_prefixlen;
    public byte ifa_flags;
    public byte ifa_scope;
    public uint ifa_index;
}

/// <summary>What RTM_*ROUTE messages begin with.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct rtmsg
{
    public byte rtm_family;
    public byte rtm_dst_len;
    public byte rtm_src_len;
    public byte rtm_tos;
    public byte rtm_table;
    public byte rtm_protocol;
    public byte rtm_scope;
    public byte rtm_type;
    public uint rtm_flags;
}

/// <summary>What RTM_*NEIGH messages begin with.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ndmsg
{
    public byte ndm_family;
    public byte ndm_pad1;
    public ushort ndm_pad2;
    public int ndm_ifindex;
    public ushort ndm_state;
    public byte ndm_flags;
    public byte ndm_type;
}

/// <summary>What messages of netfilter begin with.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct nfgenmsg
{
    public byte nfgen_family;
    public byte version;
    public ushort res_id; // in network byte order
}

/// <summary>The address of a netlink socket (netlink(7)).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct sockaddr_nl
{
    public ushort nl_family;
    public ushort nl_pad;
    public uint nl_pid;
    public uint nl_groups;
}
