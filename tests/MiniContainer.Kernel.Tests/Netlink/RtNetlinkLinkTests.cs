// Links in a throw-away namespace, looked at with ip(8).

using System.Net;
using System.Net.NetworkInformation;
using MiniContainer.Kernel.Netlink;
using MiniContainer.Testing;
using static MiniContainer.Kernel.Errno;

namespace MiniContainer.Kernel.Tests.Netlink;

public class RtNetlinkLinkTests
{
    private static readonly PhysicalAddress Mac = PhysicalAddress.Parse("02-00-00-00-00-01");
    private static readonly PhysicalAddress PeerMac = PhysicalAddress.Parse("02-00-00-00-00-02");

    [Fact]
    public void Veth_is_made_inside_two_namespaces_at_once()
    {
        using var world = NetworkWorld.Make();
        using var pod = NetworkNamespace.Create();
        world.Kernel.AddVeth(
            new VethEnd("mc0") { Mtu = 1400, Mac = Mac },
            new VethEnd("eth0") { Mtu = 1400, Mac = PeerMac, Netns = pod });
        world.Kernel.SetUp("mc0");
        using (var inPod = RtNetlink.OpenIn(pod)) inPod.SetUp("eth0");

        var here = world.Ip("link show mc0")[0]!;
        here["linkinfo"]!["info_kind"]!.GetValue<string>().Should().Be("veth");
        here["mtu"]!.GetValue<int>().Should().Be(1400);
        here["address"]!.GetValue<string>().Should().Be("02:00:00:00:00:01");
        here["operstate"]!.GetValue<string>().Should().Be("UP");
        var there = NetworkWorld.Ip(pod, "link show eth0")[0]!;
        there["address"]!.GetValue<string>().Should().Be("02:00:00:00:00:02");
        there["mtu"]!.GetValue<int>().Should().Be(1400);
        here["link_index"]!.GetValue<int>().Should().Be(there["ifindex"]!.GetValue<int>());
    }

    [Fact]
    public void Lists_what_ip_lists()
    {
        using var world = NetworkWorld.Make();
        world.Kernel.AddBridge("br0", Mac, up: true);
        world.Kernel.AddVeth(new VethEnd("a"), new VethEnd("b"));
        world.Kernel.SetMaster("a", "br0");
        world.Kernel.SetBridgePort("a", hairpin: true, isolated: true);

        var links = world.Kernel.ListLinks().ToDictionary(link => link.Name);
        links.Keys.Should().BeEquivalentTo(world.Ip("link show").Select(link => link!["ifname"]!.GetValue<string>()));
        links["br0"].Should().Match<Link>(l => l.Kind == "bridge" && l.IsUp && l.Mac!.Equals(Mac) && l.Hairpin == null);
        links["a"].Should().Match<Link>(l =>
            l.Kind == "veth" && !l.IsUp && l.MasterIndex == links["br0"].Index && l.Hairpin == true
            && l.Isolated == true);
        links["a"].PeerIndex.Should().Be(links["b"].Index);
        links["b"].MasterIndex.Should().BeNull();
        links["lo"].Mtu.Should().Be(65536);
        world.Kernel.FindLink(links["a"].Index)!.Name.Should().Be("a");
        world.Kernel.FindLink(4711).Should().BeNull();
        world.Kernel.FindLink("nobody").Should().BeNull();
    }

    [Fact]
    public void Bridge_port_attributes_are_set_and_unset()
    {
        using var world = NetworkWorld.Make();
        world.Kernel.AddBridge("br0");
        world.Kernel.AddVeth(new VethEnd("a"), new VethEnd("b"));
        world.Kernel.SetMaster("a", "br0");
        world.Kernel.SetBridgePort("a", hairpin: true);
        Port()["hairpin"]!.GetValue<bool>().Should().BeTrue();
        Port()["isolated"]!.GetValue<bool>().Should().BeFalse();
        world.Kernel.SetBridgePort("a", hairpin: false, isolated: true);
        Port()["hairpin"]!.GetValue<bool>().Should().BeFalse();
        Port()["isolated"]!.GetValue<bool>().Should().BeTrue();
        world.Kernel.SetNoMaster("a");
        world.Ip("link show a")[0]!["master"].Should().BeNull();
        world.Ip("link show br0")[0]!["linkinfo"]!["info_kind"]!.GetValue<string>().Should().Be("bridge");

        System.Text.Json.Nodes.JsonNode Port() => world.Ip("link show a")[0]!["linkinfo"]!["info_slave_data"]!;
    }

    [Fact]
    public void Up_down_name_mtu_mac()
    {
        using var world = NetworkWorld.Make();
        world.Kernel.SetUp("lo");
        Flags("lo").Should().Contain("UP");
        world.Kernel.SetDown("lo");
        Flags("lo").Should().NotContain("UP");
        world.Kernel.AddBridge("br0");
        world.Kernel.SetMtu("br0", 1300);
        world.Kernel.SetMac("br0", PeerMac);
        world.Kernel.Rename("br0", "br1");
        var link = world.Ip("link show br1")[0]!;
        link["mtu"]!.GetValue<int>().Should().Be(1300);
        link["address"]!.GetValue<string>().Should().Be("02:00:00:00:00:02");

        string Flags(string name) => world.Ip($"link show {name}")[0]!["flags"]!.ToJsonString();
    }

    [Fact]
    public void Moves_to_another_namespace()
    {
        using var world = NetworkWorld.Make();
        using var pod = NetworkNamespace.Create();
        world.Kernel.AddVeth(new VethEnd("a"), new VethEnd("b"));
        world.Kernel.SetNamespace("b", pod);
        world.Kernel.FindLink("b").Should().BeNull();
        NetworkWorld.Ip(pod, "link show b").Should().HaveCount(1);
        world.Kernel.FindLink("a")!.PeerNamespaceId.Should().NotBeNull("the peer is elsewhere now");
    }

    [Fact]
    public void Vxlan_and_macvlan()
    {
        using var world = NetworkWorld.Make();
        using var pod = NetworkNamespace.Create();
        world.Kernel.AddBridge("br0", up: true);
        world.Kernel.AddVxlan("vx0", 42, IPAddress.Parse("192.0.2.1"), 4789, "br0");
        var data = world.Ip("link show vx0")[0]!["linkinfo"]!["info_data"]!;
        data["id"]!.GetValue<int>().Should().Be(42);
        data["local"]!.GetValue<string>().Should().Be("192.0.2.1");
        data["port"]!.GetValue<int>().Should().Be(4789);
        data["link"]!.GetValue<string>().Should().Be("br0");
        data["learning"]!.GetValue<bool>().Should().BeFalse();

        world.Kernel.AddMacvlan("mv0", "br0", MacvlanMode.Bridge, pod, Mac);
        var macvlan = NetworkWorld.Ip(pod, "link show mv0")[0]!;
        macvlan["linkinfo"]!["info_data"]!["mode"]!.GetValue<string>().Should().Be("bridge");
        macvlan["address"]!.GetValue<string>().Should().Be("02:00:00:00:00:01");
    }

    [Fact]
    public void A_used_name_is_refused_in_the_kernels_words()
    {
        using var world = NetworkWorld.Make();
        world.Kernel.AddBridge("br0");
        var again = () => world.Kernel.AddBridge("br0");
        var refusal = again.Should().Throw<MinicException>().Which;
        refusal.Errno.Should().Be(EEXIST);
        refusal.Message.Should().StartWith(
            "create bridge br0: RTM_NEWLINK(ifname=\"br0\", kind=\"bridge\"): EEXIST (File exists)");
    }

    [Fact]
    public void The_kernels_own_text_is_in_the_error()
    {
        using var world = NetworkWorld.Make();
        world.Kernel.AddBridge("br0");
        var tooSmall = () => world.Kernel.SetMtu("br0", 10);
        tooSmall.Should().Throw<MinicException>()
            .WithMessage("*RTM_SETLINK(ifname=\"br0\", mtu=10): EINVAL*mtu less than device minimum*");
    }

    [Fact]
    public void A_name_too_long_changes_nothing()
    {
        using var world = NetworkWorld.Make();
        var tooLong = () => world.Kernel.AddVeth(new VethEnd("good"), new VethEnd("a-name-too-long-for-it"));
        tooLong.Should().Throw<MinicException>().WithMessage("*as veth peer name: it is 22 bytes long*");
        world.Kernel.ListLinks().Should().OnlyContain(link => link.Name == "lo");
    }

    [Fact]
    public void Who_is_missing_is_named()
    {
        using var world = NetworkWorld.Make();
        world.Kernel.AddBridge("br0");
        Message(() => world.Kernel.SetMaster("br0", "nobody")).Should().StartWith(
            "make br0 a port of nobody: RTM_GETLINK(ifname=\"nobody\"): ENODEV (No such device)");
        Message(() => world.Kernel.AddMacvlan("mv0", "nobody")).Should().StartWith(
            "create macvlan mv0: RTM_GETLINK(ifname=\"nobody\"): ENODEV");
        Message(() => world.Kernel.SetUp("nobody")).Should().StartWith(
            "set link nobody: RTM_SETLINK(ifname=\"nobody\", IFF_UP): ENODEV");
        Message(() => world.Kernel.AddVxlan("vx0", 1 << 24, IPAddress.Loopback)).Should().Contain("24 bits");

        static string Message(Action action) => action.Should().Throw<MinicException>().Which.Message;
    }

    [Fact]
    public void Deleting_twice()
    {
        using var world = NetworkWorld.Make();
        world.Kernel.AddVeth(new VethEnd("a"), new VethEnd("b"));
        world.Kernel.TryDeleteLink("a").Should().BeTrue();
        world.Kernel.FindLink("b").Should().BeNull("a veth goes with its peer");
        world.Kernel.TryDeleteLink("a").Should().BeFalse();
        var again = () => world.Kernel.DeleteLink("a");
        again.Should().Throw<MinicException>().Which.Errno.Should().Be(ENODEV);
    }

    [Fact]
    public void Deleting_what_is_no_link_of_ones_own_making_is_no_success()
    {
        using var world = NetworkWorld.Make();
        var loopback = () => world.Kernel.TryDeleteLink("lo");
        loopback.Should().Throw<MinicException>().Which.Errno.Should().Be(EOPNOTSUPP);
    }

    [Fact]
    public void Waits_until_a_link_is_gone()
    {
        using var world = NetworkWorld.Make();
        world.Kernel.WaitLinkGone("nobody", TimeSpan.Zero).Should().BeTrue();
        var pod = NetworkNamespace.Create();
        world.Kernel.AddVeth(new VethEnd("a"), new VethEnd("eth0") { Netns = pod });
        world.Kernel.WaitLinkGone("a", TimeSpan.FromMilliseconds(20)).Should().BeFalse();
        pod.Dispose(); // the namespace goes, the peer with it, some time later the other end
        world.Kernel.WaitLinkGone("a", Pace.Seconds(30)).Should().BeTrue();
        world.Kernel.FindLink("a").Should().BeNull();
    }

    [Fact]
    public void A_list_longer_than_one_datagram()
    {
        using var world = NetworkWorld.Make();
        for (var i = 0; i < 150; i++) world.Kernel.AddVeth(new VethEnd($"a{i}"), new VethEnd($"b{i}"));
        world.Kernel.ListLinks().Should().HaveCount(301).And.OnlyHaveUniqueItems(link => link.Name);
        world.Kernel.AddBridge("after", up: true); // the conversation goes on after a long answer
    }
}
