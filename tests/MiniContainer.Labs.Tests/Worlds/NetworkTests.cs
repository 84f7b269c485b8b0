// The network of a world: what can be reached, from which address, and what cannot.

namespace MiniContainer.Labs.Tests.Worlds;

public class NetworkTests
{
    [Theory]
    [InlineData("203.0.113.10", "203.0.113.2")]
    [InlineData("[2001:db8::10]", "2001:db8::2")]
    public void The_web_server_sees_the_hosts_address(string server, string seen)
    {
        Lab.Require("busybox");
        using var world = new OwnWorld();
        world.Do($"busybox wget -qO- http://{server}/").Should().Contain($"\nyour address is {seen}\n");
        world.Do($"busybox wget -qO- http://{server}/ip").Should().Be(seen);
        world.Do($"busybox wget -qO- --header 'X-Lab: 13' http://{server}/headers").Should()
            .StartWith("GET /headers HTTP/1.1\r\n").And.Contain("X-Lab: 13");
        world.Do($"busybox wget -qO- 'http://{server}/big?bytes=1000000' | wc -c").Should().Be("1000000");
        world.Try($"busybox wget -qO- http://{server}/none").Code.Should().NotBe(0);
    }

    [Fact]
    public void Many_ask_at_once()
    {
        Lab.Require("busybox");
        using var world = new OwnWorld();
        world.Do("for i in $(seq 50); do busybox wget -qO- http://www.example/ip & done; wait").Split('\n').Should()
            .HaveCount(50);
    }

    [Fact]
    public void There_is_no_way_back_to_private_addresses()
    {
        Lab.Require("ip", "busybox");
        using var world = new OwnWorld();
        world.Do("ip addr add 10.1.2.3/32 dev lo; ip addr add fd00::3/128 dev lo");
        foreach (var (from, to, heard) in new[]
        {
            ("203.0.113.2", "203.0.113.1", true), ("10.1.2.3", "203.0.113.1", false),
            ("10.1.2.3", "203.0.113.10", false),
            ("2001:db8::2", "2001:db8::1", true), ("fd00::3", "2001:db8::1", false),
        })
            (world.Try($"busybox ping -q -c 1 -W 1 -I {from} {to}").Code == 0).Should().Be(heard, $"{from} asks {to}");
    }

    [Fact]
    public void A_masquerade_opens_the_way()
    {
        Lab.Require("ip", "busybox", "nft");
        using var world = new OwnWorld();
        world.Do("""
            ip addr add 10.1.2.3/32 dev lo
            nft 'add table ip t; add chain ip t post { type nat hook postrouting priority 100; }; add rule ip t post ip saddr 10.0.0.0/8 oif eth0 masquerade'
            busybox ping -q -c 1 -W 1 -I 10.1.2.3 203.0.113.10
            """).Should().Contain("1 packets received");
    }

    [Fact]
    public void Names_are_found_in_both_families_and_each_query_is_counted()
    {
        Lab.Require("busybox");
        using var world = new OwnWorld();
        world.Do("busybox nslookup www.example").Should().Contain("203.0.113.10").And.Contain("2001:db8::10");
        world.Do("busybox nslookup -type=a anything.else.example 2001:db8::53").Should().Contain("203.0.113.10").And
            .NotContain("2001:db8::10");
        var missing = world.Try("busybox nslookup www.example.com");
        missing.Output.Should().Contain("NXDOMAIN");
        world.Do("getent ahosts www.example").Should().Contain("203.0.113.10", "the C library asks the same server");
        var log = File.ReadAllLines($"{world.Path}/dns.log");
        log.Should()
            .ContainSingle(l =>
                l.EndsWith(" udp 2001:db8::2 anything.else.example. A NOERROR", StringComparison.Ordinal));
        log.Should()
            .ContainSingle(l =>
                l.EndsWith(" udp 203.0.113.2 www.example.com. AAAA NXDOMAIN", StringComparison.Ordinal));
        log.Select(l => l.Split(' ')[0]).Should()
            .Equal(Enumerable.Range(1, log.Length)
                .Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void The_machines_network_is_not_touched()
    {
        Lab.Require("ip");
        var before = File.ReadAllText("/proc/net/route")
            + string.Join(' ', Directory.EnumerateFileSystemEntries("/sys/class/net").Order());
        using (var world = new OwnWorld())
            world.Do("ip link del eth0");
        (File.ReadAllText("/proc/net/route")
            + string.Join(' ', Directory.EnumerateFileSystemEntries("/sys/class/net").Order())).Should().Be(before);
    }
}
