// Pods that are really attached, looked at with iproute2 and nft, and used with ping and wget.

using MiniContainer.Kernel;
using MiniContainer.Networking.Cni;
using MiniContainer.Plans;

namespace MiniContainer.Networking.Tests;

public class AttachmentTests(ITestOutputHelper output)
{
    [Fact]
    public void A_pod_has_its_addresses_and_reaches_the_internet_under_the_hosts()
    {
        using var world = World.Make();
        using var pod = world.Attach("box");
        var eth0 = World.Json(pod.Netns, "ip -j address show dev eth0").Single()!;
        eth0["address"]!.GetValue<string>().Should().Be("0a:58:0a:2c:00:02");
        eth0["operstate"]!.GetValue<string>().Should().Be("UP");
        eth0["addr_info"]!.AsArray().Select(a => $"{a!["local"]}/{a["prefixlen"]}").Should()
            .Contain(["10.44.0.2/16", "fd00:44::2/64"]);
        World.Json(pod.Netns, "ip -j route show default").Single()!["gateway"]!.GetValue<string>().Should()
            .Be("10.44.0.1");
        World.Json(pod.Netns, "ip -j -6 route show default").Single()!["gateway"]!.GetValue<string>().Should()
            .Be("fd00:44::1");
        World.Run(pod.Netns, "ip -br link show dev lo").Should().Contain("LOOPBACK,UP");
        World.Run(pod.Netns, $"busybox ping -c 1 -W 3 {World.Internet4}");
        World.Run(pod.Netns, $"busybox ping -6 -c 1 -W 3 {World.Internet6}");

        using var web = new WhoAmI(world.Internet, 80);
        World.Get(pod.Netns, $"http://{World.Internet4}/").Should().Be(World.Host4);
        World.Get(pod.Netns, $"http://[{World.Internet6}]/").Should().Be(World.Host6);
        output.WriteLine($"ADD {pod.MillisecondsToAdd:F1} ms");
    }

    [Fact]
    public void Pods_of_a_network_see_each_others_own_address()
    {
        using var world = World.Make();
        using var one = world.Attach("one");
        using var two = world.Attach("two");
        using var web = new WhoAmI(two.Netns, 80);
        World.Get(one.Netns, $"http://{two.Ip4}/").Should().Be(one.Ip4);
        World.Get(one.Netns, $"http://[{two.Ip6}]/").Should().Be(one.Ip6);
        World.Get(world.Host, $"http://{two.Ip4}/").Should().Be("10.44.0.1");
    }

    [Fact]
    public void A_published_port_answers_from_everywhere()
    {
        using var world = World.Make();
        using var pod = world.Attach("box",
            ports: [new PortMapping(8080, 80), new PortMapping(9090, 80, HostIp: World.Host4),
                new PortMapping(7070, 80, HostIp: "127.0.0.1")]);
        using var neighbour = world.Attach("neighbour");
        using (new WhoAmI(pod.Netns, 80))
        {
            World.Get(world.Internet, $"http://{World.Host4}:8080/").Should()
                .Be(World.Internet4, "the client's address is kept");
            World.Get(world.Internet, $"http://[{World.Host6}]:8080/").Should().Be(World.Internet6);
            World.Get(world.Internet, $"http://{World.Host4}:9090/").Should().Be(World.Internet4);
            World.Get(world.Host, $"http://{World.Host4}:8080/").Should().Be(World.Host4);
            World.Get(world.Host, "http://127.0.0.1:8080/").Should().Be("10.44.0.1");
            World.Get(world.Host, "http://127.0.0.1:7070/").Should().Be("10.44.0.1");
            World.Get(neighbour.Netns, $"http://{World.Host4}:8080/").Should().Be("10.44.0.1");
            World.Get(pod.Netns, $"http://{World.Host4}:8080/").Should()
                .Be("10.44.0.1", "the way to itself leads by the host");
            World.Get(pod.Netns, "http://10.44.0.1:8080/").Should().Be("10.44.0.1");
            World.Get(pod.Netns, $"http://[{World.Host6}]:8080/").Should().Be("fd00:44::1");
            World.Try(world.Internet, $"wget -T 2 -t 1 -q -O - http://{World.Host4}:7070/").Code.Should()
                .NotBe(0, "it is published on 127.0.0.1 alone");
        }
    }

    [Fact]
    public void The_hosts_loopback_is_closed_to_pods()
    {
        using var world = World.Make();
        using var pod = world.Attach("box");
        using var secret = new WhoAmI(world.Host, 6443);
        World.Get(world.Host, "http://127.0.0.1:6443/").Should().Be("127.0.0.1");
        World.Run(pod.Netns,
            "ip link set lo down && ip route add 127.0.0.0/8 via 10.44.0.1 && sysctl -qw "
                + "net.ipv4.conf.all.route_localnet=1");
        World.Try(pod.Netns, "wget -T 1 -t 1 -q -O - http://127.0.0.1:6443/").Code.Should().NotBe(0);
    }

    [Fact]
    public void A_port_has_one_owner_and_the_loser_leaves_nothing()
    {
        using var world = World.Make();
        using var first = world.Attach("first", ports: new PortMapping(8080, 80));
        var before = world.Snapshot();
        var second = () => world.Attach("second", ports: [new PortMapping(8081, 80), new PortMapping(8080, 80)]);
        second.Should().Throw<MinicException>()
            .WithMessage(
                "*publish 8081 as 80/tcp, 8080 as 80/tcp: one of these ports is published by another container "
                    + "already (tcp 8080*)*Choose another host port*");
        world.Snapshot().Should().Be(before);
        using var web = new WhoAmI(first.Netns, 80);
        World.Get(world.Internet, $"http://{World.Host4}:8080/").Should().Be(World.Internet4);
    }

    [Fact]
    public void Deleting_leaves_nothing_and_deleting_again_does_no_harm()
    {
        using var world = World.Make();
        var before = world.Snapshot();
        using var one = world.Attach("one", ports: new PortMapping(8080, 80));
        using var two = world.Attach("two");
        one.Delete();
        output.WriteLine($"DEL {one.MillisecondsToDelete:F1} ms with another pod there");
        var afterOne = world.Snapshot();
        afterOne.Should().Contain("minic0").And.NotContain("8080").And.NotContain("10.44.0.2");
        World.Run(two.Netns, $"busybox ping -c 1 -W 3 {World.Internet4}");
        one.DeleteAgain();
        world.Snapshot().Should().Be(afterOne);
        two.Delete();
        output.WriteLine($"DEL {two.MillisecondsToDelete:F1} ms as the last pod");
        world.Snapshot().Should().Be(before);
        two.DeleteAgain();
        one.DeleteAgain();
        world.Snapshot().Should().Be(before);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Failing_before_any_step_leaves_nothing(bool another)
    {
        using var world = World.Make();
        using var other = another ? world.Attach("other") : null;
        var before = world.Snapshot();
        var steps = NetworkNamespace.Run(world.Host,
            () => Pod.Planned(world.Networks, "box", NetworkConfig.Default,
                [new PortMapping(8080, 80)])).Plan.Steps.Count;
        steps.Should().BeGreaterThan(20);
        for (var k = 0; k <= steps; k++)
        {
            var attach = () => world.Attach("box", watch: new FailAt(k), ports: new PortMapping(8080, 80));
            if (k < steps)
                attach.Should().Throw<MinicException>($"step {k} is told to fail");
            else
                attach().Dispose();
            var after = world.Snapshot();
            after.Should().Be(before, $"step {k} failed");
        }
    }

    [Fact]
    public void A_namespace_of_others_stays_and_loses_its_interface()
    {
        using var world = World.Make();
        using var netns = NetworkNamespace.Create();
        var before = (world.Snapshot(), World.Run(netns, "ip -br address show type veth"));
        var path = $"/proc/{Environment.ProcessId}/fd/{netns.DangerousGetHandle()}";
        NetworkNamespace.Run(world.Host, () =>
        {
            var plan = new Plan();
            using var held = SharedLock.Take(world.Networks);
            NetworkPlanner.Add(plan, NetworkConfig.Default, new Attachment("box", path)
            {
                IfName = "net1",
            }, NetworkFacts.Read(world.Networks, NetworkConfig.Default));
            using var playing = new PlayContext(plan);
            playing.Locks[held.Path] = held;
            using var journal = Journal.Create(Pod.JournalPath(world, "box"), World.Kinds, new JournalHeader
            {
                Kind = "container",
                Id = "box",
                Owner = ProcessIdentity.Self,
            });
            Forward.Play(plan, journal, playing);
            World.Run(netns, $"busybox ping -c 1 -W 3 {World.Internet4}");
        });
        Pod.Recover(world, "box", forgetLastDone: false);
        (world.Snapshot(), World.Run(netns, "ip -br address show type veth")).Should().Be(before);
    }

    [Fact]
    public void A_bridge_and_settings_that_were_there_before_stay_as_they_were()
    {
        using var world = World.Make();
        World.Run(world.Host,
            "ip link add minic0 address 02:00:00:00:00:03 type bridge && ip link set minic0 addrgenmode none up && ip "
                + "address add 10.44.0.1/16 dev minic0 && sysctl -qw net.ipv4.ip_forward=1 && nft add table inet "
                + "others");
        var before = world.Snapshot();
        using (var pod = world.Attach("box"))
            World.Run(pod.Netns, $"busybox ping -c 1 -W 3 {World.Internet4}");
        world.Snapshot().Should().Be(before);
    }

    [Fact]
    public void Two_networks_share_the_rules_but_not_the_bridge()
    {
        using var world = World.Make();
        var before = world.Snapshot();
        var blue = NetworkConfig.Parse("blue", """
            { "cniVersion": "1.1.0", "name": "blue", "type": "bridge", "bridge": "blue0", "isDefaultGateway": true, "ipMasq": true,
              "ipam": { "type": "host-local", "subnet": "10.99.0.0/29" } }
            """);
        using (var one = world.Attach("one"))
        {
            using var two = world.Attach("two", blue);
            using var web = new WhoAmI(two.Netns, 80);
            World.Get(one.Netns, $"http://{two.Ip4}/").Should().Be("10.99.0.1", "what leaves a network is masqueraded");
            World.Run(two.Netns, $"busybox ping -c 1 -W 3 {World.Internet4}");
            web.Dispose();
            two.Delete();
            World.Run(one.Netns, $"busybox ping -c 1 -W 3 {World.Internet4}");
            world.Snapshot().Should().NotContain("blue").And.NotContain("10.99.0");
            var thief = () => world.Attach("three", blue with { Plugins = [blue.Bridge! with { Bridge = "minic0" }] });
            thief.Should().Throw<MinicException>()
                .WithMessage("make the bridge minic0: it belongs to the network minic*");
        }

        world.Snapshot().Should().Be(before);
    }

    // before: the step is in no journal; after: it was done, and the journal knows; between: it was done, and it does
    // not.
    [Theory]
    [InlineData("before")]
    [InlineData("between")]
    [InlineData("after")]
    public void Dying_at_any_step_leaves_nothing_to_who_plays_the_journal(string when)
    {
        using var world = World.Make();
        var before = world.Snapshot();
        var steps = NetworkNamespace.Run(world.Host,
            () => Pod.Planned(world.Networks, "box", NetworkConfig.Default,
                [new PortMapping(8080, 80)])).Plan.Steps.Count;
        for (var k = 0; k < steps; k++)
        {
            var attach = () =>
                world.Attach("box", watch: new DieAt(k, when == "before"), ports: new PortMapping(8080, 80));
            attach.Should().Throw<DeathException>();
            Pod.Recover(world, "box", forgetLastDone: when == "between");
            var after = world.Snapshot();
            after.Should().Be(before, $"it died {when} step {k}");
        }
    }

    [Fact]
    public void Thirty_at_once_get_thirty_addresses()
    {
        using var world = World.Make();
        var before = world.Snapshot();
        var pods = new Pod[30];
        var threads = Enumerable.Range(0, pods.Length)
            .Select(i => new Thread(() => pods[i] = world.Attach($"pod{i}", ports: new PortMapping(8000 + i, 80))))
            .ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        pods.Should().NotContainNulls();
        pods.Select(p => p.Ip4).Should().OnlyHaveUniqueItems();
        pods.Select(p => p.Ip6).Should().OnlyHaveUniqueItems();
        foreach (var pod in pods.Take(5))
            World.Run(pod.Netns, $"busybox ping -c 1 -W 3 {pods[^1].Ip4}");
        output.WriteLine(
            $"ADD of 30 at once: median {pods.Select(p => p.MillisecondsToAdd).Order().ElementAt(15):F1} ms");
        threads = [.. pods.Select(p => new Thread(p.Delete))];
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        output.WriteLine(
            $"DEL of 30 at once: median {pods.Select(p => p.MillisecondsToDelete).Order().ElementAt(15):F1} ms");
        world.Snapshot().Should().Be(before);
        foreach (var pod in pods)
            pod.Dispose();
    }

    private sealed class FailAt(int index) : PlayObserver
    {
        private int count;

        public override void Before(Step step, PlayContext playing)
        {
            if (count++ == index)
                throw new MinicException(step.Title, "the test says so");
        }
    }

    // What Forward does not catch, as it could not catch its own death.
    private sealed class DeathException : Exception;

    private sealed class DieAt(int index, bool before) : PlayObserver
    {
        private int count;

        public override void Before(Step step, PlayContext playing)
        {
            if (before && count++ == index)
                throw new DeathException();
        }

        public override void After(Step step, PlayContext playing)
        {
            if (!before && count++ == index)
                throw new DeathException();
        }
    }
}
