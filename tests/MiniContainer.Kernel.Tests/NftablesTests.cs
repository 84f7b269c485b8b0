// Rules in a throw-away namespace, looked at with nft(8).

using System.Text.Json.Nodes;
using MiniContainer.Kernel.Tests.Netlink;

namespace MiniContainer.Kernel.Tests;

public class NftablesTests
{
    private const string Masquerade = """
        table ip minic {
            map ports { type inet_service : ipv4_addr . inet_service; }
            chain postrouting {
                type nat hook postrouting priority srcnat;
                ip saddr 10.0.0.0/24 masquerade
            }
        }
        """;

    [Fact]
    public void A_table_is_made_and_nft_shows_it()
    {
        using var world = Make();
        Nftables.Run(Masquerade, world.Netns).Should().BeEmpty();
        Nftables.Run("add element ip minic ports { 8080 : 10.0.0.2 . 80 }", world.Netns);
        var ruleset = JsonNode.Parse(world.Inside("nft -j list ruleset"))!["nftables"]!.AsArray();
        ruleset.Should().ContainSingle(o => o!["table"] != null).Which!["table"]!["name"]!.GetValue<string>().Should()
            .Be("minic");
        world.Inside("nft list map ip minic ports").Should().Contain("8080 : 10.0.0.2 . 80");
        Nftables.List("ruleset", world.Netns).Trim().Should().Be(world.Inside("nft list ruleset"));
        JsonNode.Parse(Nftables.List("table ip minic", world.Netns, json: true))!["nftables"]!.AsArray().Should()
            .NotBeEmpty();
        Nftables.List("ruleset").Should().NotContain("10.0.0.2 . 80", "the tests' own namespace is another");
    }

    [Fact]
    public void Bad_syntax_is_told_with_line_and_column()
    {
        using var world = Make();
        var bad = () =>
            Nftables.Run(
                "add table ip minic\nadd chain ip minic input { type filtre hook input priority 0; }\nadd rule ip "
                    + "minic input tpc dport 80 accept", world.Netns);
        bad.Should().Throw<MinicException>()
            .WithMessage("apply nft commands: commands:2:*filtre*^^^*commands:3:*tpc*^^^*");
        Nftables.List("ruleset", world.Netns).Should().BeEmpty("bad input changes nothing");
    }

    [Fact]
    public void All_or_nothing()
    {
        using var world = Make();
        var half = () => Nftables.Run($"{Masquerade}\nadd rule ip minic nowhere accept", world.Netns);
        half.Should().Throw<MinicException>().WithMessage("*No such file or directory*");
        Nftables.List("ruleset", world.Netns).Should().BeEmpty();
    }

    [Fact]
    public void Undoing_twice()
    {
        using var world = Make();
        Nftables.Run(Masquerade, world.Netns);
        Nftables.Run("add element ip minic ports { 8080 : 10.0.0.2 . 80 }", world.Netns);
        const string delete = "delete element ip minic ports { 8080 : 10.0.0.2 . 80 }";
        Nftables.TryRun(delete, world.Netns).Should().BeTrue();
        Nftables.TryRun(delete, world.Netns).Should().BeFalse("the element is gone");
        Nftables.TryRun("delete table ip minic", world.Netns).Should().BeTrue();
        Nftables.TryRun("delete table ip minic", world.Netns).Should().BeFalse("the table is gone");
        Nftables.TryRun(delete, world.Netns).Should().BeFalse("its table is gone");
        Nftables.TryList("table ip minic", world.Netns).Should().BeNull();
        var other = () => Nftables.TryRun("delete tabel ip minic", world.Netns);
        other.Should().Throw<MinicException>("a mistake is no absence");
    }

    [Fact]
    public void From_many_threads_each_in_its_own_namespace()
    {
        Make().Dispose();
        Parallel.For(0, 8, i =>
        {
            using var netns = NetworkNamespace.Create();
            for (var round = 0; round < 10; round++)
                Nftables.Run($"add table ip t{i}r{round}", netns);
            Nftables.List("tables", netns).Split('\n', StringSplitOptions.RemoveEmptyEntries).Should()
                .HaveCount(10).And.OnlyContain(line => line.StartsWith($"table ip t{i}r", StringComparison.Ordinal));
        });
    }

    private static NetworkWorld Make()
    {
        NetworkWorld.RequireTool("nft", "nftables");
        return NetworkWorld.Make();
    }
}
