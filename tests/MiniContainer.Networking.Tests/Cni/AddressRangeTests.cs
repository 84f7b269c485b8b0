// The next free address: in order, round and round, never the network's, the broadcast's or the gateway's.

using System.Net;
using MiniContainer.Networking.Cni;

namespace MiniContainer.Networking.Tests.Cni;

public class AddressRangeTests
{
    private static readonly HashSet<IPAddress> None = [];

    private static RangeSet Set(string ranges) => NetworkConfig.Parse("n",
        $$"""{ "cniVersion": "1.1.0", "name": "n", "plugins": [{ "type": "bridge", "ipam": { "type": "host-local", "ranges": [[{{ranges}}]] } }] }""").RangeSets.Single();

    private static AddressRange Range(string subnet) => Set($$"""{ "subnet": "{{subnet}}" }""").Ranges.Single();

    [Fact]
    public void A_slash_30_gives_its_one_address_and_is_exhausted()
    {
        var range = Range("10.0.0.0/30");
        range.Next(None, null).Should()
            .Be(IPAddress.Parse("10.0.0.2"), ".1 is the gateway, .0 the network, .3 the broadcast");
        range.Next(new HashSet<IPAddress> { IPAddress.Parse("10.0.0.2") }, null).Should().BeNull();
    }

    [Fact]
    public void IPv6_has_no_broadcast_address()
    {
        var range = Range("fd00::/126");
        range.Last.ToString().Should().Be("fd00::3");
        range.Next(None, IPAddress.Parse("fd00::2"))!.ToString().Should().Be("fd00::3");
    }

    [Fact]
    public void It_goes_on_after_the_last_and_comes_round()
    {
        var range = Range("10.0.0.0/29");
        var last = (IPAddress?)null;
        var given = Enumerable.Range(0, 7).Select(_ => (last = range.Next(None, last)!).ToString()["10.0.0.".Length..]);
        given.Should().Equal("2", "3", "4", "5", "6", "2", "3");
    }

    [Fact]
    public void Used_addresses_are_passed_over_wherever_they_lie()
    {
        var used = new HashSet<IPAddress>
        {
            IPAddress.Parse("10.0.0.2"),
            IPAddress.Parse("10.0.0.6"),
            IPAddress.Parse("10.0.0.3"),
        };
        Range("10.0.0.0/29").Next(used, IPAddress.Parse("10.0.0.5"))!.ToString().Should().Be("10.0.0.4");
    }

    [Fact]
    public void Every_address_of_a_network_is_given_once()
    {
        var range = Range("10.0.0.0/24");
        var used = new HashSet<IPAddress>();
        for (var address = range.Next(used, null); address is not null; address = range.Next(used, address))
        {
            used.Add(address).Should().BeTrue();
        }

        used.Should().HaveCount(253).And.NotContain(IPAddress.Parse("10.0.0.1"));
    }

    [Fact]
    public void A_large_network_is_no_slower()
    {
        var range = Range("fd00:44::/64");
        range.Next(None, IPAddress.Parse("fd00:44::ffff:ffff:ffff:ffff"))!.ToString().Should().Be("fd00:44::2");
        range.Next(None, IPAddress.Parse("10.0.0.1"))!.ToString().Should()
            .Be("fd00:44::2", "a last address of another family is none");
    }

    [Fact]
    public void A_set_goes_from_range_to_range()
    {
        var set = Set("""{ "subnet": "10.0.0.0/30" }, { "subnet": "10.0.1.0/30" }""");
        var first = set.Next(None, null)!.Value;
        first.Address.ToString().Should().Be("10.0.0.2");
        var used = new HashSet<IPAddress> { first.Address };
        var second = set.Next(used, first.Address)!.Value;
        second.Address.ToString().Should().Be("10.0.1.2");
        second.Range.Gateway.ToString().Should().Be("10.0.1.1");
        used.Add(second.Address);
        set.Next(used, second.Address).Should().BeNull();
    }

    [Theory]
    [InlineData("10.0.0.2", true)]
    [InlineData("10.0.0.254", true)]
    [InlineData("10.0.0.1", false)]
    [InlineData("10.0.0.0", false)]
    [InlineData("10.0.0.255", false)]
    [InlineData("10.0.1.2", false)]
    [InlineData("::a00:2", false)]
    public void Only_what_may_be_given_is_contained(string address, bool contained) =>
        Range("10.0.0.0/24").Contains(IPAddress.Parse(address)).Should().Be(contained);
}
