// The bytes of every message that minic sends, as golden files that can be read beside rtnetlink(7).

using System.Net;
using System.Net.NetworkInformation;
using MiniContainer.Kernel.Netlink;
using MiniContainer.Testing;
using static MiniContainer.Kernel.Netlink.NetlinkAbi;

namespace MiniContainer.Kernel.Tests.Netlink;

public class NetlinkMessageTests
{
    private const int Add = NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
    private static readonly PhysicalAddress Mac = PhysicalAddress.Parse("02-00-00-00-00-01");

    [Fact]
    public void Veth() => Check(
        RtNetlink.VethMessage(
            new VethEnd("mc1") { Mtu = 1400 }, -1, new VethEnd("eth0") { Mac = Mac, Mtu = 1400 }, 7),
        "veth.txt");

    [Fact]
    public void Bridge() => Check(RtNetlink.BridgeMessage("minic0", Mac, mtu: null, up: true), "bridge.txt");

    [Fact]
    public void Vxlan() => Check(
        RtNetlink.VxlanMessage("vx42", 42, IPAddress.Parse("192.0.2.1"), 4789, devIndex: 3, mac: null, mtu: 1450),
        "vxlan.txt");

    [Fact]
    public void Vxlan_over_ipv6() => Check(
        RtNetlink.VxlanMessage("vx42", 42, IPAddress.Parse("2001:db8::1"), 4789, null, null, null), "vxlan6.txt");

    [Fact]
    public void Macvlan() => Check(RtNetlink.MacvlanMessage("mv0", 3, MacvlanMode.Bridge, 7, Mac), "macvlan.txt");

    [Fact]
    public void Set_up() => Check(
        RtNetlink.LinkMessage(RTM_SETLINK, NLM_F_ACK, flags: IFF_UP, change: IFF_UP).Add(IFLA_IFNAME, "lo"),
        "set-up.txt");

    [Fact]
    public void Bridge_port() =>
    Check(RtNetlink.BridgePortMessage(5, hairpin: true, isolated: false), "bridge-port.txt");

    [Fact]
    public void Address() => Check(
        RtNetlink.AddressMessage(
            RTM_NEWADDR, Add, 2, Kernel.Netlink.Address.Parse("10.0.0.1/24") with
            {
                Broadcast = IPAddress.Parse("10.0.0.255"),
            }),
        "address.txt");

    [Fact]
    public void Address6() => Check(
        RtNetlink.AddressMessage(RTM_NEWADDR, Add, 2, Kernel.Netlink.Address.Parse("2001:db8::2/64") with
        {
            NoDad = true,
        }),
        "address6.txt");

    [Fact]
    public void Default_route() => Check(
        RtNetlink.RouteMessage(RTM_NEWROUTE, Add, Route.Default(IPAddress.Parse("10.0.0.1"), "eth0"), 2),
        "default-route.txt");

    [Fact]
    public void Route_in_a_table_of_large_number() => Check(
        RtNetlink.RouteMessage(
            RTM_NEWROUTE,
            NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE,
            new Route(IPNetwork.Parse("2001:db8:1::/48"))
            {
                Gateway = IPAddress.Parse("2001:db8::1"), Source = IPAddress.Parse("2001:db8::2"), Table = 1000,
                Metric = 50,
            },
            2),
        "route6-table.txt");

    [Fact]
    public void Neighbour() => Check(
        RtNetlink.NeighbourMessage(RTM_NEWNEIGH, Add, 2, new Neighbour("eth0", IPAddress.Parse("10.0.0.2"), Mac)),
        "neighbour.txt");

    [Fact]
    public void Forwarding_entry() => Check(
        RtNetlink.ForwardingMessage(
            RTM_NEWNEIGH, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, 4,
            new ForwardingEntry("vx42", Mac, IPAddress.Parse("192.0.2.2"))),
        "forwarding.txt");

    [Fact]
    public void A_message_grows_with_what_is_added()
    {
        var message = new NetlinkMessage(RTM_NEWLINK, 0);
        for (var i = 0; i < 300; i++) message.Add(IFLA_MTU, i);
        message.Bytes.Length.Should().Be(16 + (300 * 8));
        var read = 0;
        foreach (var attribute in new NetlinkAttributes(message.Bytes[16..])) attribute.UInt32.Should()
            .Be((uint)read++);
        read.Should().Be(300);
    }

    [Theory]
    [InlineData("ff00 0300 6c6f 0000")] // longer than what there is
    [InlineData("0300 0300 6c6f 0000")] // shorter than its own header
    [InlineData("0800")] // no whole header
    public void Reading_stops_at_a_broken_length(string hex)
    {
        var count = 0;
        foreach (var attribute in
            new NetlinkAttributes(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))))
            count += attribute.Payload.Length + 1;
        count.Should().Be(0);
    }

    private static void Check(NetlinkMessage message, string golden) => Golden.Check(MessageDump.Of(message), golden);
}
