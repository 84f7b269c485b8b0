// Connections that are older than a mapping, or outlive it: a client that never stops sending from one port.

using System.Net;
using System.Net.Sockets;
using MiniContainer.Kernel;
using MiniContainer.Kernel.Netlink;
using MiniContainer.Networking.Cni;
using MiniContainer.Testing;

namespace MiniContainer.Networking.Tests;

public class ConnectionsTests
{
    [Theory]
    [InlineData(World.Host4, null)]
    [InlineData(World.Host6, null)]
    [InlineData(World.Host4, World.Host4)]
    [InlineData(World.Host6, World.Host6)]
    public void A_client_that_was_sending_before_the_pod_reaches_it(string host, string? published)
    {
        using var world = World.Make();
        using var other = world.Attach("other"); // the kernel remembers connections since then
        using var client = UdpEcho.Bound(world.Internet, 5000);
        UdpEcho.Ask(client, host, 8080, 200).Should().BeNull("nobody is there yet");
        Remembered(world, entry => entry.Original.DestinationPort == 8080).Should()
            .ContainSingle("else this test tests nothing");
        using var pod = world.Attach("box", ports: new PortMapping(8080, 53, "udp", published));
        using var server = new UdpEcho(pod.Netns, 53, "box");
        UdpEcho.Ask(client, host, 8080, 3000).Should().Be("box");
    }

    [Theory]
    [InlineData(World.Host4, true)]
    [InlineData(World.Host6, true)]
    [InlineData(World.Host4, false)]
    [InlineData(World.Host6, false)]
    public void A_client_that_goes_on_sending_reaches_the_next_pod(string host, bool meanwhile)
    {
        using var world = World.Make();
        using var other = world.Attach("other");
        using var client = UdpEcho.Bound(world.Internet, 5000);
        using var first = world.Attach("first", ports: new PortMapping(8080, 53, "udp"));
        using (new UdpEcho(first.Netns, 53, "first"))
            UdpEcho.Ask(client, host, 8080, 3000).Should().Be("first");
        first.Delete();
        if (meanwhile)
            UdpEcho.Ask(client, host, 8080, 200).Should().BeNull();
        using var second = world.Attach("second", ports: new PortMapping(8080, 5353, "udp"));
        using var server = new UdpEcho(second.Netns, 5353, "second");
        UdpEcho.Ask(client, host, 8080, 3000).Should().Be("second");
    }

    [Fact]
    public void Nothing_is_remembered_of_an_address_that_is_given_to_another()
    {
        using var world = World.Make();
        using var other = world.Attach("other");
        using var pod = world.Attach("box", ports: new PortMapping(8080, 53, "udp"));
        using (var outgoing = UdpEcho.Bound(pod.Netns, 4000))
        {
            _ = UdpEcho.Ask(outgoing, World.Internet4, 53, 100);
            _ = UdpEcho.Ask(outgoing, World.Internet6, 53, 100);
            _ = UdpEcho.Ask(outgoing, other.Ip4, 53, 100);
        }

        using (var neighbour = UdpEcho.Bound(other.Netns, 4001))
            _ = UdpEcho.Ask(neighbour, World.Host4, 8080, 100);
        var addresses = new[] { pod.Ip4, pod.Ip6 }.Select(IPAddress.Parse).ToList();
        Remembered(world, entry => addresses.Exists(entry.Concerns)).Should()
            .HaveCountGreaterThan(2, "else this test tests nothing");
        pod.Delete();
        Remembered(world, entry => addresses.Exists(entry.Concerns)).Should().BeEmpty();
    }

    [Fact]
    public void What_the_host_itself_has_accepted_and_what_only_passes_stay()
    {
        using var world = World.Make();
        using var other = world.Attach("other");
        using var service = NetworkNamespace.Run(world.Host, () => Listening(8080));
        using var client = Connected(world.Internet, World.Host4, 8080);
        using var accepted = service.Accept();
        using var passing = UdpEcho.Bound(other.Netns, 4000);
        _ = UdpEcho.Ask(passing, World.Internet4, 8080, 100);
        using var pod = world.Attach("box", ports: [new PortMapping(8080, 80), new PortMapping(8080, 80, "udp")]);
        client.Send("still here"u8);
        var buffer = new byte[100];
        accepted.ReceiveTimeout = 3000;
        accepted.Receive(buffer).Should().Be(10);
        Remembered(world, entry => entry.Original.SourcePort == 4000 && entry.Original.DestinationPort == 8080).Should()
            .ContainSingle();
    }

    [Fact]
    public async Task An_unanswered_connection_of_TCP_goes_to_the_pod()
    {
        using var world = World.Make();
        using var other = world.Attach("other");
        // Nobody listens, and the refusal is lost before the kernel notes it.
        World.Run(world.Host,
            "nft 'add table inet wall; add chain inet wall out { type filter hook output priority -300; }; add rule "
                + "inet wall out tcp sport 8080 drop'");
        using var client = NetworkNamespace.Run(world.Internet,
            () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        var connecting = client.ConnectAsync(World.Host4, 8080, TestContext.Current.CancellationToken).AsTask();
        SpinWait.SpinUntil(() => Remembered(world, entry => entry.Protocol == ProtocolType.Tcp).Count == 1, 3000)
            .Should().BeTrue();
        using var pod = world.Attach("box", ports: new PortMapping(8080, 80));
        using var server = NetworkNamespace.Run(pod.Netns, () => Listening(80));
        // TCP asks again after 1, 2 and 4 seconds.
        await connecting.WaitAsync(Pace.Seconds(10), TestContext.Current.CancellationToken);
        client.Connected.Should().BeTrue();
    }

    private static IReadOnlyList<ConntrackEntry> Remembered(World world, Func<ConntrackEntry, bool> wanted) =>
        NetworkNamespace.Run(world.Host, () =>
    {
        using var kernel = Conntrack.Open();
        return kernel.List(wanted);
    });

    private static Socket Listening(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Any, port));
        socket.Listen();
        return socket;
    }

    private static Socket Connected(Microsoft.Win32.SafeHandles.SafeFileHandle netns, string address, int port)
    {
        var socket = NetworkNamespace.Run(netns,
            () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        socket.Connect(IPAddress.Parse(address), port);
        return socket;
    }
}
