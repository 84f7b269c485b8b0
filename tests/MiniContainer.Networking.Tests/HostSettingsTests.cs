// Hosts that are set up otherwise than most: what works there all the same, and what minic says.

using System.Net;
using System.Net.Sockets;
using MiniContainer.Kernel;
using MiniContainer.Kernel.Netlink;
using MiniContainer.Networking.Cni;
using MiniContainer.Plans;
using MiniContainer.Testing;

namespace MiniContainer.Networking.Tests;

[Collection(nameof(Warnings))]
public class HostSettingsTests
{
    [Theory]
    [InlineData("net.ipv6.conf.default.disable_ipv6=1")]
    [InlineData("net.ipv4.conf.all.rp_filter=1", "net.ipv4.conf.default.rp_filter=1")]
    [InlineData("net.bridge.bridge-nf-call-iptables=1", "net.bridge.bridge-nf-call-ip6tables=1")]
    [InlineData("net.ipv4.ip_forward=0", "net.ipv6.conf.all.forwarding=0")]
    [InlineData("net.ipv6.conf.default.accept_ra=2")]
    public void A_pod_works_where(params string[] settings)
    {
        using var world = World.Make();
        foreach (var setting in settings)
        {
            Assert.SkipUnless(File.Exists("/proc/sys/" + setting.Split('=')[0].Replace('.', '/')),
                $"the kernel has no {setting}");
            World.Run(world.Host, $"sysctl -qw {setting}");
        }

        var before = world.Snapshot();
        using (var pod = world.Attach("box", ports: new PortMapping(8080, 80)))
        {
            using var neighbour = world.Attach("neighbour");
            using var web = new WhoAmI(pod.Netns, 80);
            World.Run(pod.Netns, $"busybox ping -c 1 -W 3 {World.Internet4}");
            World.Run(pod.Netns, $"busybox ping -6 -c 1 -W 3 {World.Internet6}");
            World.Get(neighbour.Netns, $"http://[{pod.Ip6}]/").Should().Be(neighbour.Ip6);
            World.Get(world.Internet, $"http://{World.Host4}:8080/").Should().Be(World.Internet4);
            World.Get(world.Internet, $"http://[{World.Host6}]:8080/").Should().Be(World.Internet6);
            World.Get(world.Host, "http://127.0.0.1:8080/").Should().Be("10.44.0.1");
            World.Get(neighbour.Netns, $"http://{World.Host4}:8080/").Should().Be("10.44.0.1");
            World.Get(pod.Netns, $"http://{World.Host4}:8080/").Should().Be("10.44.0.1");
        }

        world.Snapshot().Should().Be(before);
    }

    [Fact]
    public void A_pod_has_IPv6_where_the_host_has_it_switched_off_altogether()
    {
        using var world = World.Make();
        World.Run(world.Host, "sysctl -qw net.ipv6.conf.all.disable_ipv6=1");
        var before = world.Snapshot();
        using (var pod = world.Attach("box", ports: new PortMapping(8080, 80)))
        {
            using var neighbour = world.Attach("neighbour");
            using var web = new WhoAmI(pod.Netns, 80);
            World.Get(neighbour.Netns, $"http://[{pod.Ip6}]/").Should().Be(neighbour.Ip6);
            World.Get(pod.Netns, "http://[::1]/").Should().Be("::1");
            World.Run(pod.Netns, $"busybox ping -c 1 -W 3 {World.Internet4}");
            World.Run(world.Host, "sysctl -n net.ipv6.conf.uplink.disable_ipv6").Should()
                .Be("1", "that is the host's own");
        }

        world.Snapshot().Should().Be(before);
    }

    [Fact]
    public void A_bridge_of_others_gets_back_what_it_was()
    {
        using var world = World.Make();
        World.Run(world.Host,
            "ip link add minic0 address 02:00:00:00:00:03 type bridge && ip link set minic0 addrgenmode none up && "
                + "sysctl -qw net.ipv6.conf.minic0.disable_ipv6=1 net.ipv6.conf.minic0.accept_ra=2");
        using (world.Attach("box"))
            World.Run(world.Host, "sysctl -n net.ipv6.conf.minic0.disable_ipv6 net.ipv6.conf.minic0.accept_ra").Should()
                .Be("0\n0");
        World.Run(world.Host, "sysctl -n net.ipv6.conf.minic0.disable_ipv6 net.ipv6.conf.minic0.accept_ra").Should()
            .Be("1\n2");
    }

    [Fact]
    public void A_namespace_of_others_with_IPv6_switched_off_gets_its_address()
    {
        using var world = World.Make();
        using var netns = NetworkNamespace.Create();
        World.Run(netns, "sysctl -qw net.ipv6.conf.all.disable_ipv6=1");
        var path = $"/proc/{Environment.ProcessId}/fd/{netns.DangerousGetHandle()}";
        NetworkNamespace.Run(world.Host, () =>
        {
            var plan = new Plan();
            using var held = SharedLock.Take(world.Networks);
            NetworkPlanner.Add(plan, NetworkConfig.Default, new Attachment("box", path),
                NetworkFacts.Read(world.Networks, NetworkConfig.Default));
            using var playing = new PlayContext(plan);
            playing.Locks[held.Path] = held;
            using var journal = Journal.Create(Pod.JournalPath(world, "box"), World.Kinds, new JournalHeader
            {
                Kind = "container",
                Id = "box",
                Owner = ProcessIdentity.Self,
            });
            Forward.Play(plan, journal, playing);
        });
        World.Run(netns, "ip -br address show dev eth0").Should().Contain("fd00:44::2/64");
        World.Run(netns, "sysctl -n net.ipv6.conf.lo.disable_ipv6").Should().Be("1", "the rest belongs to its owner");
        Pod.Recover(world, "box", forgetLastDone: false);
    }

    [Fact]
    public void A_container_that_poses_as_a_router_is_heeded_neither_by_the_host_nor_by_its_neighbours()
    {
        using var world = World.Make();
        World.Run(world.Host, "sysctl -qw net.ipv6.conf.default.accept_ra=2");
        using var rogue = world.Attach("rogue");
        using var neighbour = world.Attach("neighbour");
        using var credulous = world.Attach("credulous");
        World.Run(credulous.Netns, "sysctl -qw net.ipv6.conf.eth0.accept_ra=2");
        // Else the advertisement goes where the host may lead the others to.
        SpinWait.SpinUntil(() => Advertise(rogue) && Heeded(credulous.Netns), Pace.Seconds(10)).Should()
            .BeTrue("else this test tests nothing");
        Heeded(neighbour.Netns).Should().BeFalse();
        Heeded(world.Host).Should().BeFalse();
    }

    [Fact]
    public void A_firewall_that_drops_what_is_forwarded_is_told_of_once_and_left_alone()
    {
        using var world = World.Make();
        World.Run(world.Host,
            "nft 'add table ip filter; add chain ip filter FORWARD { type filter hook forward priority 0; policy "
                + "drop; }'");
        var told = new List<string>();
        var sink = Warnings.Sink;
        Warnings.Sink = told.Add;
        try
        {
            using var pod = world.Attach("box");
            using var second = world.Attach("second");
            told.Should().ContainSingle().Which.Should()
                .Contain("the nft chain ip filter FORWARD drops what is forwarded")
                .And.Contain("nft insert rule ip filter FORWARD iifname minic0 accept");
            World.Run(world.Host,
                "nft insert rule ip filter FORWARD iifname minic0 accept; nft insert rule ip filter FORWARD oifname "
                    + "minic0 accept");
            World.Run(pod.Netns, $"busybox ping -c 1 -W 3 {World.Internet4}");
        }
        finally
        {
            Warnings.Sink = sink;
        }
    }

    private static bool Heeded(Microsoft.Win32.SafeHandles.SafeFileHandle netns) =>
        World.Run(netns, "ip -6 address; ip -6 route").Contains("2001:db8:bad:", StringComparison.Ordinal);

    // RFC 4861, 4.2 and 4.6.2: a router for 1800 s, and a prefix to make addresses of.
    private static bool Advertise(Pod pod)
    {
        byte[] message =
        [
            134, 0, 0, 0, 64, 0, 0x07, 0x08, 0, 0, 0, 0, 0, 0, 0, 0,
            3, 4, 64, 0xc0, 0, 0, 0x0e, 0x10, 0, 0, 0x0e, 0x10, 0, 0, 0, 0,
            .. IPAddress.Parse("2001:db8:bad::").GetAddressBytes(),
        ];
        using var kernel = RtNetlink.OpenIn(pod.Netns);
        var index = kernel.FindLink("eth0")!.Index;
        using var socket = NetworkNamespace.Run(pod.Netns,
            () => new Socket(AddressFamily.InterNetworkV6, SocketType.Raw, ProtocolType.IcmpV6));
        socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastTimeToLive, 255);
        socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastInterface, index);
        return socket.SendTo(message,
            new IPEndPoint(new IPAddress(IPAddress.Parse("ff02::1").GetAddressBytes(), index), 0)) == message.Length;
    }
}

/// <summary>Tests that listen to the warnings, which all of a process share.</summary>
[CollectionDefinition(nameof(Warnings), DisableParallelization = true)]
public sealed class WarningsCollection;
