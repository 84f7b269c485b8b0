// Network configurations: the built-in one, both old forms, and Golden/bad-networks.txt, the messages for those that
// cannot be, to be read and judged as prose.

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MiniContainer.Kernel;
using MiniContainer.Networking.Cni;
using MiniContainer.Testing;

namespace MiniContainer.Networking.Tests.Cni;

public class NetworkConfigTests
{
    private static readonly (string What, string Json)[] Bad =
    [
        ("malformed", "{\n  \"name\": \"n\",\n}"),
        ("not an object", "[]"),
        ("nothing given", "{}"),
        ("a version of the future", List("""{ "type": "loopback" }""", version: "2.0.0")),
        ("a bad name", List("""{ "type": "loopback" }""", name: "-net/work")),
        ("no plugins", List("")),
        ("an unknown plugin", List("""{ "type": "brigde" }""")),
        ("a plugin of others", List("""{ "type": "calico" }""")),
        ("a plugin without a type", List("""{ "bridge": "br0" }""")),
        ("a plugin that is no object", List("\"bridge\"")),
        ("a plugin twice", List("""{ "type": "loopback" }, { "type": "loopback" }""")),
        ("wrong types",
            List("""{ "type": "bridge", "isGateway": "yes", "mtu": "1500", "ipam": { "type": "host-local", "ranges": [{ "subnet": "10.0.0.0/24" }] } }""")),
        ("a long bridge name", List("""{ "type": "bridge", "bridge": "a-bridge-too-far" }""")),
        ("a bridge name with a slash", List("""{ "type": "bridge", "bridge": "br/0" }""")),
        ("VLANs and MAC checks",
            List("""{ "type": "bridge", "vlan": 5, "vlanTrunk": [{ "id": 7 }], "macspoofchk": true }""")),
        ("hairpin and promiscuous", List("""{ "type": "bridge", "hairpinMode": true, "promiscMode": true }""")),
        ("an MTU out of range", List("""{ "type": "bridge", "mtu": 10 }""")),
        ("iptables",
            List("""{ "type": "bridge", "ipMasqBackend": "iptables" }, { "type": "portmap", "backend": "iptables" }""")),
        ("a gateway without addresses", List("""{ "type": "bridge", "isDefaultGateway": true }""")),
        ("addresses of a portmap",
            List("""{ "type": "portmap", "ipam": { "type": "host-local", "subnet": "10.0.0.0/24" } }""")),
        ("an unknown IPAM", Ipam("""{ "type": "dhcp", "subnet": "10.0.0.0/24" }""")),
        ("no range", Ipam("""{ "type": "host-local" }""")),
        ("an empty set", Ipam("""{ "type": "host-local", "ranges": [[]] }""")),
        ("not a subnet", Range("""{ "subnet": "10.0.0" }""")),
        ("a short address", Range("""{ "subnet": "10.1/16" }""")),
        ("a prefix too long", Range("""{ "subnet": "10.0.0.0/33" }""")),
        ("host bits", Range("""{ "subnet": "10.44.3.1/16" }""")),
        ("host bits of IPv6", Range("""{ "subnet": "fd00:44::1/64" }""")),
        ("a /31", Range("""{ "subnet": "10.0.0.0/31" }""")),
        ("a /32", Range("""{ "subnet": "10.0.0.1/32" }""")),
        ("a /127", Range("""{ "subnet": "fd00::/127" }""")),
        ("a gateway outside", Range("""{ "subnet": "10.0.0.0/24", "gateway": "10.0.1.1" }""")),
        ("a gateway of the other family", Range("""{ "subnet": "10.0.0.0/24", "gateway": "fd00::1" }""")),
        ("a gateway that is no address", Range("""{ "subnet": "10.0.0.0/24", "gateway": "gw" }""")),
        ("the broadcast address", Range("""{ "subnet": "10.0.0.0/24", "rangeEnd": "10.0.0.255" }""")),
        ("the network's address", Range("""{ "subnet": "10.0.0.0/24", "rangeStart": "10.0.0.0" }""")),
        ("a range reversed",
            Range("""{ "subnet": "10.0.0.0/24", "rangeStart": "10.0.0.20", "rangeEnd": "10.0.0.10" }""")),
        ("the gateway alone",
            Range("""{ "subnet": "10.0.0.0/24", "rangeStart": "10.0.0.1", "rangeEnd": "10.0.0.1" }""")),
        ("overlap in a set",
            Ipam("""{ "type": "host-local", "ranges": [[{ "subnet": "10.0.0.0/24" }, { "subnet": "10.0.0.128/25" }]] }""")),
        ("overlap of sets",
            Ipam("""{ "type": "host-local", "ranges": [[{ "subnet": "10.0.0.0/8" }], [{ "subnet": "10.44.0.0/16" }]] }""")),
        ("two families in a set",
            Ipam("""{ "type": "host-local", "ranges": [[{ "subnet": "10.0.0.0/24" }, { "subnet": "fd00::/64" }]] }""")),
        ("bad routes",
            Ipam("""{ "type": "host-local", "subnet": "10.0.0.0/24", "routes": [{ "dst": "default" }, { "dst": "0.0.0.0/0", "gw": "fd00::1" }] }""")),
        ("a name server by name", List("""{ "type": "loopback", "dns": { "nameservers": ["dns.example"] } }""")),
    ];

    [Fact]
    public void Every_bad_network_is_refused_in_words_worth_reading()
    {
        var text = new StringBuilder();
        foreach (var (what, json) in Bad)
        {
            var message = FluentActions.Invoking(() => NetworkConfig.Parse("n.conflist", json)).Should()
                .Throw<MinicException>(what).Which.Message;
            text.Append("# ").Append(what).Append('\n').Append(message).Append('\n');
        }

        text.Append(FluentActions.Invoking(() => NetworkConfig.Load("/nowhere.conflist")).Should()
            .Throw<MinicException>().Which.Message);
        Golden.Check(text.ToString(), "bad-networks.txt");
    }

    [Fact]
    public void The_built_in_network_is_dual_stack_and_publishes_ports()
    {
        var network = NetworkConfig.Default;
        network.Name.Should().Be("minic");
        network.CniVersion.Should().Be("1.1.0");
        network.Bridge.Should()
            .BeEquivalentTo(
                new { Bridge = "minic0", IsGateway = true, IsDefaultGateway = true, IpMasq = true,
                    HairpinMode = true });
        network.Portmap!.Capabilities.Should().Contain("portMappings", true);
        network.RangeSets.Select(set => set.Ranges.Single().Subnet).Should().Equal("10.44.0.0/16", "fd00:44::/64");
        network.RangeSets.Select(set => set.Ranges.Single().Gateway.ToString()).Should()
            .Equal("10.44.0.1", "fd00:44::1");
        Golden.Check(NetworkConfig.DefaultJson, "minic.conflist");
    }

    [Fact]
    public void A_single_plugin_is_a_list_of_one_and_the_flat_range_a_set_of_one()
    {
        var network = NetworkConfig.Parse("n.conf", """
            { "cniVersion": "0.3.1", "name": "old", "type": "bridge", "bridge": "cni0",
              "ipam": { "type": "host-local", "subnet": "10.1.0.0/24", "rangeStart": "10.1.0.10", "rangeEnd": "10.1.0.20", "gateway": "10.1.0.254" } }
            """);
        network.Plugins.Should().ContainSingle().Which.Should().BeOfType<BridgeConfig>().Which.Bridge.Should()
            .Be("cni0");
        var range = network.RangeSets.Should().ContainSingle().Which.Ranges.Single();
        range.First.ToString().Should().Be("10.1.0.10");
        range.Last.ToString().Should().Be("10.1.0.20");
        range.Gateway.ToString().Should().Be("10.1.0.254");
    }

    [Fact]
    public void The_newest_version_that_both_speak_is_chosen() =>
        NetworkConfig.Parse("n",
            """{ "cniVersion": "0.4.0", "cniVersions": ["0.4.0", "1.0.0", "9.9.9"], "name": "n", "disableCheck": true, "disableGC": true, "plugins": [{ "type": "loopback" }] }""")
            .Should().BeEquivalentTo(new { CniVersion = "1.0.0", DisableCheck = true, DisableGc = true });

    [Fact]
    public void A_result_survives_writing_and_reading()
    {
        var result = new Result
        {
            CniVersion = "1.1.0",
            Interfaces = [new("minic0", "0a:58:0a:2c:00:01", 1500),
                new("eth0", "0a:58:0a:2c:00:02", 1500, "/run/netns/a")],
            Ips = [new("10.44.0.2/16", "10.44.0.1", 1)],
            Routes = [new("0.0.0.0/0", "10.44.0.1", Priority: 5, Table: 254, Scope: 0)],
            Dns = new Dns { Nameservers = ["203.0.113.53"], Search = ["example"] },
        };
        var json = JsonSerializer.Serialize(result, CniJson.Default.Result);
        JsonSerializer.Deserialize(json, CniJson.Default.Result).Should().BeEquivalentTo(result);
        Golden.Check(json + "\n", "result.json");
        JsonNode.Parse(
            JsonSerializer.Serialize(new Error("1.1.0", 7, "bad", "very"),
                CniJson.Default.Error))!["msg"]!.GetValue<string>().Should().Be("bad");
    }

    [Fact]
    public void Port_mappings_have_the_conventions_names()
    {
        var config =
            JsonSerializer.Deserialize(
                """{ "portMappings": [{ "hostPort": 8080, "containerPort": 80, "protocol": "udp", "hostIP": "127.0.0.1" }] }""", CniJson.Default.RuntimeConfig)!;
        config.PortMappings.Should().Equal(new PortMapping(8080, 80, "udp", "127.0.0.1"));
    }

    private static string List(string plugins, string version = "1.1.0", string name = "n") => $$"""
        {
          "cniVersion": "{{version}}", "name": "{{name}}",
          "plugins": [
            {{plugins}}
          ]
        }
        """;

    private static string Ipam(string ipam) => List($$"""{ "type": "bridge", "ipam": {{ipam}} }""");

    private static string Range(string range) => Ipam($$"""{ "type": "host-local", "ranges": [[{{range}}]] }""");
}
