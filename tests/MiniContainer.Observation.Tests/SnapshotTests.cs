// That two moments are told apart: what is gone, what has come, and whose it is.

namespace MiniContainer.Observation.Tests;

public class SnapshotTests
{
    private static Snapshot Of(params (string Whose, string What, string[] Lines)[] seen)
    {
        var snapshot = new Snapshot();
        foreach (var (whose, what, lines) in seen)
            snapshot.Add(whose, what, lines);
        return snapshot;
    }

    [Fact]
    public void A_line_counts_as_often_as_it_is_there()
    {
        var before = Of((Snapshot.Host, "mounts", ["/a", "/a", "/b"]));
        var after = Of((Snapshot.Host, "mounts", ["/a", "/c"]));

        after.Since(before).Parts.Should().ContainSingle()
            .Which.Should().BeEquivalentTo(new DifferencePart(Snapshot.Host, "mounts", ["/a", "/b"], ["/c"]));
        after.Since(after).Parts.Should().BeEmpty();
    }

    [Fact]
    public void A_process_is_told_as_a_difference_to_the_host()
    {
        var before = Of((Snapshot.Host, "host name", ["host"]), ("box", Snapshot.Process, ["pid 7"]));
        var after = Of((Snapshot.Host, "host name", ["host"]), ("box", Snapshot.Process, ["pid 7"]),
            ("box", "host name", ["box"]));

        after.Since(before).Parts.Should().ContainSingle()
            .Which.Should().BeEquivalentTo(new DifferencePart("box", "host name", ["host"], ["box"]));
    }

    [Fact]
    public void Of_a_process_that_has_ended_only_that_is_told()
    {
        var before = Of(("box", Snapshot.Process, ["pid 7"]), ("box", "mounts", ["/"]));

        Of().Since(before).Parts.Should().ContainSingle()
            .Which.Should().BeEquivalentTo(new DifferencePart("box", Snapshot.Process, ["pid 7"], []));
    }

    [Fact]
    public void Elements_of_one_set_stand_in_one_line()
    {
        var before = Of((Snapshot.Host, Snapshot.Capabilities, ["CapBnd SYS_ADMIN", "CapBnd SYS_BOOT", "CapEff KILL"]));

        Of((Snapshot.Host, Snapshot.Capabilities, ["CapEff KILL"])).Since(before).Parts.Should().ContainSingle()
            .Which.Gone.Should().Equal("CapBnd SYS_ADMIN, SYS_BOOT");
    }

    [Fact]
    public void Of_our_own_process_the_kernel_shows_what_it_is()
    {
        ProcessSnapshot.Number(Environment.ProcessId).Should().StartWith($"pid {Environment.ProcessId}");
        ProcessSnapshot.Mounts(null).Should().Contain(line => line.StartsWith("/  ", StringComparison.Ordinal));
        ProcessSnapshot.Inherited(null).Select(part => part.What)
            .Should().Contain(["namespaces", "identity", "limits", Snapshot.Capabilities]);
        NetworkView.Of(null).Links.Should().Contain(link => link.Name == "lo");
    }

    [Fact]
    public void Rules_of_nft_stand_each_for_themselves()
    {
        const string Ruleset = """
            table inet minic {
            	set hosts {
            		type ipv4_addr
            		elements = { 10.44.0.2,
            			     10.44.0.3 }
            	}

            	chain empty {
            	}

            	chain input {
            		type filter hook input priority filter; policy accept;
            		meta l4proto { tcp, udp } counter packets 7 bytes 520 accept
            	}
            }
            """;

        NetworkSnapshot.Flatten(Ruleset).Should().Equal(
            "table inet minic: set hosts: type ipv4_addr", "table inet minic: set hosts: elements = { 10.44.0.2,",
            "table inet minic: set hosts: 10.44.0.3 }",
            "table inet minic: chain empty",
            "table inet minic: chain input: type filter hook input priority filter; policy accept;",
            "table inet minic: chain input: meta l4proto { tcp, udp } counter accept");
    }
}
