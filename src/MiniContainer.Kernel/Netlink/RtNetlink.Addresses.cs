// Addresses of links: RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR, each an ifaddrmsg and attributes. IFA_LOCAL is the
// address; IFA_ADDRESS is the far end of a point-to-point link, else the same again. See rtnetlink(7), ip-address(8).

using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static MiniContainer.Kernel.Netlink.NetlinkAbi;

namespace MiniContainer.Kernel.Netlink;

public sealed partial class RtNetlink
{
    /// <summary>Gives a link an address; the kernel adds the route to its network by itself.</summary>
    /// <remarks>Equivalent to: <c>ip address add ADDRESS/LENGTH [broadcast B] dev DEV [nodad]</c>.</remarks>
    /// <exception cref="MinicException">EEXIST: the link has it already.</exception>
    public void AddAddress(string dev, Address address)
    {
        var doing = $"add address {address} to {dev}";
        Change(
            AddressMessage(RTM_NEWADDR, Create, IndexOf(dev, doing), address),
            doing,
            $"RTM_NEWADDR(dev=\"{dev}\", local={address}{Show(address.Broadcast, "broadcast")}"
                + $"{(address.NoDad ? ", flags=IFA_F_NODAD" : "")})");
    }

    /// <summary>Takes an address away. Equivalent to: <c>ip address del ADDRESS/LENGTH dev DEV</c>.</summary>
    /// <exception cref="MinicException">Also when it is not there (EADDRNOTAVAIL).</exception>
    public void DeleteAddress(string dev, Address address)
    {
        var doing = $"delete address {address} of {dev}";
        Change(DeleteAddressMessage(IndexOf(dev, doing), address), doing, DeleteAddressCall(dev, address));
    }

    /// <summary>Takes an address away if it and its link are there: <see cref="DeleteAddress"/> for undoing.</summary>
    /// <returns>False if the link or the address is not there.</returns>
    public bool TryDeleteAddress(string dev, Address address) =>
        FindLink(dev) is { } link
        && TryChange(
            DeleteAddressMessage(link.Index, address),
            $"delete address {address} of {dev}",
            DeleteAddressCall(dev, address),
            Kernel.Errno.EADDRNOTAVAIL,
            Kernel.Errno.ENODEV);

    /// <summary>The addresses of one link, or of all. Equivalent to: <c>ip address show [dev DEV]</c>.</summary>
    public IReadOnlyList<Address> ListAddresses(string? dev = null)
    {
        const string doing = "list addresses";
        var names = NamesByIndex();
        if (dev is not null) _ = IndexOf(dev, doing);
        return Dump(
            new NetlinkMessage(RTM_GETADDR, NLM_F_DUMP).Struct(default(ifaddrmsg)),
            doing,
            "RTM_GETADDR(NLM_F_DUMP)",
            body => ParseAddress(body, names) is { } address && (dev is null || address.Dev == dev) ? address : null);
    }

    internal static NetlinkMessage AddressMessage(ushort type, int nlmsg_flags, int index, Address address)
    {
        var message = new NetlinkMessage(type, nlmsg_flags)
            .Struct(new ifaddrmsg
            {
                ifa_family = Family(address.Local),
                ifa_prefixlen = checked((byte)address.PrefixLength),
                ifa_scope = address.Scope ?? (IPAddress.IsLoopback(address.Local) ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE),
                ifa_index = (uint)index,
            })
            .Add(IFA_LOCAL, address.Local)
            .Add(IFA_ADDRESS, address.Local);
        if (address.Broadcast is not null) message.Add(IFA_BROADCAST, address.Broadcast);
        if (address.Flags != 0) message.Add(IFA_FLAGS, address.Flags);
        return message;
    }

    // AF_INET and AF_INET6 of Linux; .NET's own AddressFamily has other numbers.
    private static byte Family(IPAddress address) => Family(address.AddressFamily);

    private static byte Family(AddressFamily family) => (byte)(family == AddressFamily.InterNetworkV6 ? 10 : 2);

    private static string DeleteAddressCall(string dev, Address address) =>
        $"RTM_DELADDR(dev=\"{dev}\", local={address})";

    private static NetlinkMessage DeleteAddressMessage(int index, Address address) =>
        AddressMessage(RTM_DELADDR, NLM_F_ACK, index, new Address(address.Local, address.PrefixLength));

    private static Address? ParseAddress(ReadOnlySpan<byte> body, Dictionary<int, string> names)
    {
        var info = MemoryMarshal.Read<ifaddrmsg>(body);
        IPAddress? local = null, far = null, broadcast = null;
        uint flags = info.ifa_flags;
        foreach (var attribute in new NetlinkAttributes(body[Unsafe.SizeOf<ifaddrmsg>()..]))
        {
            switch (attribute.Type)
            {
                case IFA_LOCAL: local = attribute.IPAddress; break;
                case IFA_ADDRESS: far = attribute.IPAddress; break;
                case IFA_BROADCAST: broadcast = attribute.IPAddress; break;
                case IFA_FLAGS: flags = attribute.UInt32; break;
                default: break;
            }
        }

        // IPv6 sends IFA_LOCAL only where it differs from IFA_ADDRESS.
        return (local ?? far) is not { } address ? null : new Address(address, info.ifa_prefixlen)
        {
            Dev = names.GetValueOrDefault((int)info.ifa_index, $"if{info.ifa_index}"),
            Broadcast = broadcast,
            Scope = info.ifa_scope,
            Flags = flags,
        };
    }
}
