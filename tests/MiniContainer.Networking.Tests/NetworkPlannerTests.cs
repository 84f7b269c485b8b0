// Golden plans: what is done, in which order and why, for people to read and judge. And plans that cannot be.

using System.Net;
using System.Text;
using MiniContainer.Kernel;
using MiniContainer.Networking.Cni;
using MiniContainer.Networking.Steps;
using MiniContainer.Plans;
using MiniContainer.Testing;

namespace MiniContainer.Networking.Tests;

public class NetworkPlannerTests
{
    private static readonly string[] Hosts =
        ["::1", "224.0.0.1", "::ffff:224.0.0.1", "ff02::1", "0.0.0.7", "255.255.255.255", "240.0.0.1", "fe80::1%eth0",
            "203.0.113.99", "::ffff:203.0.113.99", "2001:db8::99"];

    private static readonly IPNetwork[] Here = [IPNetwork.Parse("203.0.113.2/32"), IPNetwork.Parse("127.0.0.0/8")];

    private static readonly NetworkFacts Facts = new("/run/minic/networks") { UplinkMtu = 1500 };

    [Fact]
    public void IPv4() => Golden.Check(
        Titles(Small("10.1.0.0/24"), new Attachment("box", "child:box")), "ipv4.txt");

    [Fact]
    public void Dual_stack_with_ports() => Golden.Check(
        Show(NetworkConfig.Default, new Attachment("box", "child:box")
        {
            PortMappings = [new PortMapping(8080, 80), new PortMapping(53, 5353, "UDP", "192.0.2.1")],
        }),
        "dual-stack-ports.txt");

    [Fact]
    public void A_namespace_of_others_behind_a_router_that_advertises() => Golden.Check(
        Titles(
            NetworkConfig.Default,
            new Attachment("box", "/run/netns/box") { IfName = "net1", Mac = "02:00:00:00:00:07", Ips = ["10.44.0.9"] },
            Facts with { ListeningToRouters = ["wlan0"], UplinkMtu = 1400 }),
        "router.txt");

    [Fact]
    public void A_switch_without_addresses() => Golden.Check(
        Titles(NetworkConfig.Parse("n",
            """{ "cniVersion": "1.0.0", "name": "wire", "type": "bridge", "bridge": "wire0", "portIsolation": true, "mtu": 9000 }"""), new Attachment("box", "child:box")),
        "switch.txt");

    [Fact]
    public void Every_step_comes_back_from_the_journal()
    {
        var planned = NetworkPlanner.Plan(NetworkConfig.Default, new Attachment("box", "child:box")
        {
            PortMappings = [new PortMapping(8080, 80)],
        }, Facts);
        var path = Path.GetTempFileName() + ".journal";
        try
        {
            using (var journal = Journal.Create(path, World.Kinds, new JournalHeader
            {
                Kind = "container",
                Id = "box",
                Owner = ProcessIdentity.Self,
            }))
            {
                foreach (var step in planned.Before.Concat(planned.Inside))
                    journal.Begin(step);
            }

            using var read = Journal.Open(path, World.Kinds);
            read.Entries.Select(e => e.Step).Should()
                .BeEquivalentTo(planned.Before.Concat(planned.Inside),
                    o => o.RespectingRuntimeTypes().WithStrictOrdering());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void The_default_route_of_a_dual_stack_is_dropped_with_IPv6_itself()
    {
        var planned = NetworkPlanner.Plan(NetworkConfig.Default, new Attachment("box", "child:box"), Facts with
        {
            HasIPv6 = false,
        });
        planned.Result.Ips.Should().ContainSingle().Which.Address.Should().Be("10.44.0.2/16");
        planned.Before.Concat(planned.Inside).SelectMany(s => s.CallTexts)
            .Where(c => c.Contains("fd00:", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("203.0.113.2", "host_ports4 { 203.0.113.2 . tcp . 80")]
    [InlineData("::ffff:203.0.113.2", "host_ports4 { 203.0.113.2 . tcp . 80")]
    [InlineData("127.0.0.53", "host_ports4 { 127.0.0.53 . tcp . 80")]
    [InlineData("10.44.0.1", "host_ports4 { 10.44.0.1 . tcp . 80")]
    [InlineData("0.0.0.0", "ports4 { tcp . 80")]
    [InlineData("::", "ports6 { tcp . 80")]
    public void A_port_is_published_on_an_address_of_the_host_in_any_form(string host, string element)
    {
        var attachment = new Attachment("box", "child:box") { PortMappings = [new(80, 8080, HostIp: host)] };
        var planned = NetworkPlanner.Plan(NetworkConfig.Default, attachment, Facts with { HostAddresses = Here });
        planned.Before.OfType<AddElements>().Single().CallTexts.Should()
            .ContainSingle(c => c.Contains("80", StringComparison.Ordinal)
                && c.Contains("ports", StringComparison.Ordinal))
            .Which.Should().Contain(element);
    }

    [Fact]
    public void Where_the_host_has_IPv6_switched_off_it_is_switched_on_for_the_bridge_and_inside()
    {
        var planned = NetworkPlanner.Plan(NetworkConfig.Default, new Attachment("box", "child:box"), Facts with
        {
            DisablesIPv6 = true,
        });
        var titles = planned.Before.Concat(planned.Inside).Select(s => s.Title).ToList();
        titles.IndexOf("set net/ipv6/conf/minic0/disable_ipv6 to 0").Should().BePositive().And
            .BeLessThan(titles.IndexOf("give minic0 the address fd00:44::1/64"));
        titles.IndexOf("set net/ipv6/conf/all/disable_ipv6 to 0 inside").Should().BePositive().And
            .BeLessThan(titles.IndexOf("give eth0 the address fd00:44::2/64"));
    }

    [Fact]
    public void The_next_address_comes_after_the_last_one()
    {
        var facts = Facts with
        {
            Leased = new HashSet<IPAddress> { IPAddress.Parse("10.44.0.2"), IPAddress.Parse("10.44.0.4") },
            Last = [IPAddress.Parse("10.44.0.3"), null],
        };
        NetworkPlanner.Plan(NetworkConfig.Default, new Attachment("box", "child:box"),
            facts).Result.Ips!.Select(ip => ip.Address).Should().Equal("10.44.0.5/16", "fd00:44::2/64");
    }

    [Fact]
    public void What_cannot_be_is_refused_in_words_worth_reading()
    {
        var full = Facts with
        {
            Leased = Enumerable.Range(2, 5).Select(i => IPAddress.Parse($"10.1.0.{i}")).ToHashSet(),
        };
        var small = Small("10.1.0.0/29");
        (string What, NetworkConfig Config, Attachment Attachment, NetworkFacts Facts)[] bad =
        [
            ("a full network", small, new("box", "child:box"), full),
            ("an address in use", small, new("box", "child:box") { Ips = ["10.1.0.3"] }, full),
            ("an address of another network", small, new("box", "child:box") { Ips = ["10.9.0.3"] }, Facts),
            ("two addresses of one range", small, new("box", "child:box") { Ips = ["10.1.0.3", "10.1.0.4"] }, Facts),
            ("no address", small, new("box", "child:box") { Ips = ["box"] }, Facts),
            ("ports without portmap", small, new("box", "child:box") { PortMappings = [new(80, 80)] }, Facts),
            ("a port out of range", NetworkConfig.Default, new("box", "child:box")
            {
                PortMappings = [new(80000, 80)],
            }, Facts),
            ("an unknown protocol", NetworkConfig.Default, new("box", "child:box")
            {
                PortMappings = [new(80, 80, "icmp")],
            }, Facts),
            ("a host name for an address", NetworkConfig.Default, new("box", "child:box")
            {
                PortMappings = [new(80, 80, HostIp: "localhost")],
            }, Facts),
            .. Hosts.Select(host =>
                ($"published on {host}", NetworkConfig.Default, new Attachment("box", "child:box")
                {
                    PortMappings = [new(80, 80, HostIp: host)],
                }, Facts with { HostAddresses = Here })),
            ("127.0.0.1 without snat", NetworkConfig.Default with
            {
                Plugins = [NetworkConfig.Default.Bridge!, NetworkConfig.Default.Portmap! with { Snat = false }],
            }, new("box", "child:box") { PortMappings = [new(80, 80, HostIp: "127.0.0.1")] }, Facts),
            ("a port twice in two forms", NetworkConfig.Default, new("box", "child:box")
            {
                PortMappings = [new(80, 80, HostIp: "203.0.113.2"), new(80, 81, HostIp: "::ffff:203.0.113.2")],
            }, Facts),
            ("a port on all addresses twice", NetworkConfig.Default, new("box", "child:box")
            {
                PortMappings = [new(80, 80), new(80, 81, HostIp: "0.0.0.0")],
            }, Facts),
            ("a port twice", NetworkConfig.Default, new("box", "child:box")
            {
                PortMappings = [new(80, 80), new(80, 81, "TCP")],
            }, Facts),
            ("IPv6 without IPv6", NetworkConfig.Default, new("box", "child:box")
            {
                PortMappings = [new(80, 80, HostIp: "::")],
            }, Facts with { HasIPv6 = false }),
            ("a long interface name", NetworkConfig.Default, new("box", "child:box")
            {
                IfName = "an-interface-too-far",
            }, Facts),
        ];
        var text = new StringBuilder();
        foreach (var (what, config, attachment, facts) in bad)
        {
            var message = FluentActions.Invoking(() => NetworkPlanner.Plan(config, attachment, facts)).Should()
                .Throw<MinicException>(what).Which.Message;
            text.Append("# ").Append(what).Append('\n').Append(message).Append('\n');
        }

        Golden.Check(text.ToString(), "bad-attachments.txt");
    }

    [Fact]
    public void Names_of_veths_fit_and_differ()
    {
        Bridge.VethName("box", "eth0").Should().HaveLength(15).And.StartWith("veth");
        new[] { Bridge.VethName("box", "eth0"), Bridge.VethName("box", "eth1"),
            Bridge.VethName("box2", "eth0") }.Should().OnlyHaveUniqueItems();
    }

    private static NetworkConfig Small(string subnet) => NetworkConfig.Parse("small.conflist", $$"""
        { "cniVersion": "1.1.0", "name": "small", "plugins": [{ "type": "bridge", "bridge": "small0", "isDefaultGateway": true, "ipMasq": true,
          "dns": { "nameservers": ["192.0.2.53"] },
          "ipam": { "type": "host-local", "subnet": "{{subnet}}", "routes": [{ "dst": "192.0.2.0/24" }] } }] }
        """);

    // What one step does is told of the dual stack: here which there are, in their order.
    private static string Titles(NetworkConfig config, Attachment attachment, NetworkFacts? facts = null)
    {
        var planned = NetworkPlanner.Plan(config, attachment, facts ?? Facts);
        var titles = planned.Before.Select(s => s.Title).Append("-- the process is made --")
            .Concat(planned.Inside.Select(s => s.Title));
        return string.Join('\n', titles) + "\n"
            + System.Text.Json.JsonSerializer.Serialize(planned.Result, CniJson.Default.Result) + "\n";
    }

    private static string Show(NetworkConfig config, Attachment attachment, NetworkFacts? facts = null)
    {
        var planned = NetworkPlanner.Plan(config, attachment, facts ?? Facts);
        var text = new StringBuilder();
        foreach (var step in planned.Before)
            Show(text, step);
        text.Append("-- the process is made --\n\n");
        foreach (var step in planned.Inside)
            Show(text, step);
        return text.Append(System.Text.Json.JsonSerializer.Serialize(planned.Result, CniJson.Default.Result))
            .Append('\n').ToString();
    }

    private static void Show(StringBuilder text, Step step)
    {
        text.Append(step.Title).Append("   [").Append(step.Man).Append(", ").Append(step.Lab).Append("]\n  ")
            .Append(step.Why).Append('\n');
        IEnumerable<string> calls = step is MakeNatTable ? ["(NatTable.Text)"] : step.CallTexts;
        foreach (var call in calls)
            text.Append("    ").Append(call).Append('\n');
        IEnumerable<string> lines = step is MakeNatTable ? [step.ByHand[0]] : step.ByHand;
        foreach (var line in lines)
            text.Append("    $ ").Append(line).Append('\n');
        foreach (var line in step.UndoByHand)
            text.Append("    undo$ ").Append(line).Append('\n');
        text.Append('\n');
    }
}
