// Addresses, routes and neighbours in a throw-away namespace, looked at with ip(8) and bridge(8).

using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using MiniContainer.Kernel.Netlink;
using static MiniContainer.Kernel.Errno;

namespace MiniContainer.Kernel.Tests.Netlink;

public class RtNetlinkAddressTests
{
    private static readonly PhysicalAddress Mac = PhysicalAddress.Parse("02-00-00-00-00-01");

    [Fact]
    public void Addresses_of_both_families()
    {
        using var world = WithLink();
        world.Kernel.AddAddress("br0", Address.Parse("10.0.0.1/24") with { Broadcast = IPAddress.Parse("10.0.0.255") });
        world.Kernel.AddAddress("br0", Address.Parse("2001:db8::1/64") with { NoDad = true });

        var shown = world.Ip("address show br0")[0]!["addr_info"]!.AsArray();
        var v4 = shown.Single(a => Text(a, "local") == "10.0.0.1")!;
        v4["prefixlen"]!.GetValue<int>().Should().Be(24);
        Text(v4, "broadcast").Should().Be("10.0.0.255");
        Text(v4, "scope").Should().Be("global");
        var v6 = shown.Single(a => Text(a, "local") == "2001:db8::1")!;
        v6["nodad"]!.GetValue<bool>().Should().BeTrue();

        var listed = world.Kernel.ListAddresses("br0");
        listed.Should().HaveCount(shown.Count).And.OnlyContain(a => a.Dev == "br0");
        listed.Single(a => a.Local.Equals(IPAddress.Parse("2001:db8::1"))).Should()
            .Match<Address>(a => a.NoDad && !a.IsTentative && a.PrefixLength == 64);
        listed.Single(a => a.ToString() == "10.0.0.1/24").Broadcast.Should().Be(IPAddress.Parse("10.0.0.255"));
        world.Kernel.ListAddresses("lo").Should().BeEmpty();
    }

    [Fact]
    public void An_address_twice_and_deleted_twice()
    {
        using var world = WithLink();
        var address = Address.Parse("10.0.0.1/24");
        world.Kernel.AddAddress("br0", address);
        var again = () => world.Kernel.AddAddress("br0", address);
        again.Should().Throw<MinicException>().WithMessage(
            "add address 10.0.0.1/24 to br0: RTM_NEWADDR(dev=\"br0\", local=10.0.0.1/24): EEXIST*").Which.Errno.Should()
                .Be(EEXIST);
        world.Kernel.TryDeleteAddress("br0", address).Should().BeTrue();
        world.Kernel.TryDeleteAddress("br0", address).Should().BeFalse();
        world.Kernel.TryDeleteAddress("nobody", address).Should().BeFalse();
        var delete = () => world.Kernel.DeleteAddress("br0", address);
        delete.Should().Throw<MinicException>().Which.Errno.Should().Be(EADDRNOTAVAIL);
    }

    [Theory]
    [InlineData("10.0.0.1/33", "from 0 to 32")]
    [InlineData("10.0.0.256/24", "no IP address")]
    [InlineData("2001:db8::1/-1", "from 0 to 128")]
    [InlineData("", "no IP address")]
    public void A_text_that_is_no_address(string text, string why)
    {
        var parse = () => Address.Parse(text);
        parse.Should().Throw<MinicException>().WithMessage($"read the address \"{text}\"*{why}*");
    }

    [Fact]
    public void Routes_of_both_families()
    {
        using var world = WithLink();
        world.Kernel.AddAddress("br0", Address.Parse("10.0.0.1/24"));
        world.Kernel.AddAddress("br0", Address.Parse("2001:db8::1/64") with { NoDad = true });
        var default4 = Route.Default(IPAddress.Parse("10.0.0.254"));
        var default6 = Route.Default(IPAddress.Parse("2001:db8::ff"), "br0");
        var onLink = new Route(IPNetwork.Parse("203.0.113.0/24")) { Dev = "br0", Source = IPAddress.Parse("10.0.0.1") };
        var elsewhere = new Route(IPNetwork.Parse("198.51.100.0/24")) { Dev = "br0", Table = 1000, Metric = 7 };
        foreach (var route in new[] { default4, default6, onLink, elsewhere }) world.Kernel.AddRoute(route);

        Text(world.Ip("-4 route show default")[0], "gateway").Should().Be("10.0.0.254");
        Text(world.Ip("-6 route show default")[0], "gateway").Should().Be("2001:db8::ff");
        var shown = world.Ip("route show 203.0.113.0/24")[0]!;
        Text(shown, "scope").Should().Be("link");
        Text(shown, "prefsrc").Should().Be("10.0.0.1");
        world.Ip("route show table 1000")[0]!["metric"]!.GetValue<int>().Should().Be(7);

        world.Kernel.ListRoutes(AddressFamily.InterNetwork).Should()
            .Contain(default4 with { Dev = "br0", Scope = RouteScope.Universe })
            .And.Contain(onLink with { Scope = RouteScope.Link })
            .And.HaveCount(3, "the third is the kernel's own, to 10.0.0.0/24");
        world.Kernel.ListRoutes(AddressFamily.InterNetworkV6).Should()
            .Contain(r => default6.Gateway!.Equals(r.Gateway) && r.Dev == "br0");
        world.Kernel.ListRoutes(table: 1000).Should().Equal(elsewhere with { Scope = RouteScope.Link });
    }

    [Fact]
    public void A_route_twice_replaced_and_deleted_twice()
    {
        using var world = WithLink();
        world.Kernel.AddAddress("br0", Address.Parse("10.0.0.1/24"));
        var route = Route.Default(IPAddress.Parse("10.0.0.254"), "br0");
        world.Kernel.AddRoute(route);
        var again = () => world.Kernel.AddRoute(route);
        again.Should().Throw<MinicException>().Which.Errno.Should().Be(EEXIST);
        world.Kernel.ReplaceRoute(route with { Gateway = IPAddress.Parse("10.0.0.253") });
        Text(world.Ip("route show default").Should().ContainSingle().Which, "gateway").Should().Be("10.0.0.253");
        world.Kernel.TryDeleteRoute(route).Should().BeFalse("another gateway is another route");
        world.Kernel.TryDeleteRoute(route with { Gateway = null }).Should().BeTrue();
        world.Kernel.TryDeleteRoute(route with { Dev = "nobody" }).Should().BeFalse();
        var delete = () => world.Kernel.DeleteRoute(route);
        delete.Should().Throw<MinicException>().Which.Errno.Should().Be(ESRCH);
    }

    [Fact]
    public void A_gateway_out_of_reach_is_told_in_the_kernels_words()
    {
        using var world = WithLink();
        world.Kernel.AddAddress("br0", Address.Parse("10.0.0.1/32"));
        var add = () => world.Kernel.AddRoute(Route.Default(IPAddress.Parse("192.0.2.1"), "br0"));
        add.Should().Throw<MinicException>().WithMessage(
            "add route default via 192.0.2.1 dev br0: RTM_NEWROUTE(dst=0.0.0.0/0, gateway=192.0.2.1, dev=\"br0\"): "
            + "E* (*): Nexthop has invalid gateway*");
        world.Kernel.AddRoute(Route.Default(IPAddress.Parse("192.0.2.1"), "br0") with { OnLink = true });
        world.Kernel.AddRoute(new Route(IPNetwork.Parse("198.51.100.0/24")) { Type = RouteType.Blackhole });
        Text(world.Ip("route show type blackhole")[0], "dst").Should().Be("198.51.100.0/24");
    }

    [Fact]
    public void Neighbours_of_both_families()
    {
        using var world = WithLink();
        var v4 = new Neighbour("br0", IPAddress.Parse("10.0.0.2"), Mac);
        var v6 = new Neighbour("br0", IPAddress.Parse("2001:db8::2"), Mac);
        world.Kernel.AddNeighbour(v4);
        world.Kernel.AddNeighbour(v6);
        var again = () => world.Kernel.AddNeighbour(v4);
        again.Should().Throw<MinicException>().Which.Errno.Should().Be(EEXIST);
        world.Kernel.ReplaceNeighbour(v4 with { Mac = PhysicalAddress.Parse("02-00-00-00-00-02") });

        Text(world.Ip("neighbour show 10.0.0.2")[0], "lladdr").Should().Be("02:00:00:00:00:02");
        world.Ip("neighbour show 2001:db8::2")[0]!["state"]!.ToJsonString().Should().Contain("PERMANENT");
        world.Kernel.ListNeighbours("br0").Should().HaveCount(2).And.Contain(v6);
        world.Kernel.TryDeleteNeighbour("br0", v4.Destination).Should().BeTrue();
        world.Kernel.TryDeleteNeighbour("br0", v4.Destination).Should().BeFalse();
        world.Kernel.TryDeleteNeighbour("nobody", v4.Destination).Should().BeFalse();
    }

    [Fact]
    public void Forwarding_entries_of_a_vxlan()
    {
        using var world = WithLink();
        NetworkWorld.RequireTool("bridge", "iproute2");
        world.Kernel.AddVxlan("vx0", 42, IPAddress.Parse("192.0.2.1"));
        var entry = new ForwardingEntry("vx0", Mac, IPAddress.Parse("192.0.2.2"));
        world.Kernel.ReplaceForwarding(entry);
        world.Kernel.ReplaceForwarding(entry with { Destination = IPAddress.Parse("192.0.2.3") });
        var shown = JsonNode.Parse(world.Inside("bridge -j fdb show dev vx0"))!.AsArray();
        Text(shown.Single(e => Text(e, "mac") == "02:00:00:00:00:01"), "dst").Should().Be("192.0.2.3");
        world.Kernel.ListForwarding("vx0").Should().Contain(entry with { Destination = IPAddress.Parse("192.0.2.3") });
        world.Kernel.TryDeleteForwarding(entry with { Destination = null }).Should().BeTrue();
        world.Kernel.TryDeleteForwarding(entry with { Destination = null }).Should().BeFalse();
    }

    private static NetworkWorld WithLink()
    {
        var world = NetworkWorld.Make();
        world.Kernel.AddBridge("br0", up: true);
        return world;
    }

    private static string? Text(JsonNode? node, string key) => node?[key]?.GetValue<string>();
}
