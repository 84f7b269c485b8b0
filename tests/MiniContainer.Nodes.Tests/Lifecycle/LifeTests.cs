// Topologies come and go: what is built carries packets, and what is left behind is put right.

using System.Diagnostics;
using MiniContainer.Kernel;
using MiniContainer.Nodes.Lifecycle;
using MiniContainer.Nodes.Model;
using MiniContainer.Nodes.Steps;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;
using MiniContainer.Testing;

namespace MiniContainer.Nodes.Tests.Lifecycle;

public sealed class LifeTests : IDisposable
{
    // Not below /tmp, which nodes have for themselves; and with a space, as a person's directory may have.
    private readonly NodesHome home = new(new StateRoot($"/var/tmp/minic nodes {Guid.NewGuid():N}", Line.Kinds));

    public LifeTests()
    {
        Assert.SkipUnless(Environment.UserName == "root", "needs root");
        try
        {
            NetworkNamespace.Create().Dispose();
        }
        catch (MinicException e)
        {
            Assert.SkipWhen(true, $"needs network namespaces: {e.Message}");
        }
    }

    private Topology Topology => Line.In(home.State.Path);

    public void Dispose()
    {
        foreach (var name in home.Names)
            _ = TopologyRemoval.Down(home, name);
        home.LeaveIfEmpty();
        Directory.Exists(home.State.Path).Should().BeFalse();
        File.ReadAllText("/proc/self/mountinfo").Should().NotContain("minic\\040nodes");
    }

    [Fact]
    public void A_packet_crosses_a_router_and_each_node_has_its_own_name_etc_and_run()
    {
        var there = "/usr/bin:/bin".Split(':').Any(d => File.Exists($"{d}/busybox"));
        Assert.SkipUnless(there, "needs the Debian package busybox");
        Line.Launcher(home).Up().Should().BeTrue();
        Line.Launcher(home).Up().Should().BeFalse("it is up");
        TopologyState.IsUp(home.State, Topology.Path).Should().BeTrue();
        In(Topology.Nodes[0], """
            for to in 10.2.0.2 fd01::1; do busybox ping -q -c 1 -W 2 $to >&2; done
            hostname; cat /etc/resolv.conf; ls /run
            """).Should().Be("left\nnameserver 10.1.0.1\nlock\nnetns\n");
        In(Topology.Nodes[1], "cat /proc/sys/net/ipv4/ip_forward; ls /sys/class/net")
            .Should().Be("1\neth0\neth1\nlo\n");
        Topology.Nodes.SelectMany(n => NodeProcesses.Find(n.Namespaces())).Should().BeEmpty("a node needs no process");
    }

    [Fact]
    public void Down_ends_who_lives_there_and_may_be_said_twice()
    {
        Line.Launcher(home).Up();
        using var sleeper = Start(Topology.Nodes[2], "exec sleep 1000");
        SpinWait.SpinUntil(() => NodeProcesses.Find(Topology.Nodes[2].Namespaces()).Count == 1, 10_000).Should()
            .BeTrue();
        TopologyRemoval.Down(home, "line").Should().BeTrue();
        sleeper.WaitForExit(Pace.Seconds(10)).Should().BeTrue();
        TopologyRemoval.Down(home, "line").Should().BeFalse();
    }

    [Fact]
    public void One_whose_owner_has_died_goes_before_another_is_built()
    {
        Line.Launcher(home).Up();
        var journal = $"{Topology.Path}/journal";
        foreach (var (was, after) in new[] { ("{\"up\":true}\n", ""), ("\"foreground\":false", "\"foreground\":true") })
        {
            // As a lab that was killed on the way, or in the foreground, leaves it.
            var text = File.ReadAllText(journal).Replace(was, after, StringComparison.Ordinal);
            text = text.Replace(
                $"\"owner\":{{\"pid\":{Environment.ProcessId}", "\"owner\":{\"pid\":4194304", StringComparison.Ordinal);
            File.WriteAllText(journal, text);
            TopologyState.IsUp(home.State, Topology.Path).Should().BeFalse();
            TopologyRemoval.TakeDownLeftOvers(home);
            home.Names.Should().BeEmpty();
            Line.Launcher(home).Up().Should().BeTrue();
        }
    }

    [Fact]
    public void One_whose_taking_down_was_begun_goes_too()
    {
        Line.Launcher(home).Up();
        File.AppendAllText($"{Topology.Path}/journal", "{\"down\":true}\n");
        Line.Launcher(home).Up().Should().BeTrue("what was left of it is gone, and it is built anew");
        TopologyState.IsUp(home.State, Topology.Path).Should().BeTrue();
    }

    [Fact]
    public void A_claim_without_a_journal_is_taken_away_and_what_another_version_made_is_not()
    {
        Directory.CreateDirectory(home.State["claimed"]);
        Directory.CreateDirectory(home.State["older"] + "/host");
        TopologyRemoval.TakeDownLeftOvers(home);
        home.Names.Should().Equal("older");
        FluentActions.Invoking(() => TopologyRemoval.Down(home, "older"))
            .Should().Throw<MinicException>().WithMessage("*there is no journal*");
        Directory.Delete(home.State["older"], recursive: true);
    }

    [Fact]
    public void A_line_of_the_journal_that_cannot_be_read_is_named_and_kept()
    {
        Line.Launcher(home).Up();
        var journal = $"{Topology.Path}/journal";
        File.AppendAllText(journal, "{\"n\":900,\"begin\":{\"make-vxlan\":{}}}\n");
        FluentActions.Invoking(() => TopologyRemoval.Down(home, "line"))
            .Should().Throw<MinicException>().WithMessage("*make-vxlan*");
        File.ReadAllText(journal).Should().Contain("make-vxlan");
        File.WriteAllLines(journal, File.ReadAllLines(journal)
            .Where(l => !l.Contains("make-vxlan", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_plan_that_fails_at_its_end_leaves_nothing()
    {
        var launcher = Line.Launcher(home);
        launcher.Plan.Add(new SetFile("/nonexistent/knob", "1") { Why = "It cannot be." });
        FluentActions.Invoking(launcher.Up).Should().Throw<MinicException>().WithMessage("*/nonexistent/knob*");
        home.Names.Should().BeEmpty();
    }

    private static string In(Node node, string script)
    {
        using var process = Start(node, script);
        var output = process.StandardOutput.ReadToEnd();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0, errors);
        return output;
    }

    private static Process Start(Node node, string script) => Process.Start(new ProcessStartInfo("nsenter",
        [$"--net={node.Pin("net")}", $"--uts={node.Pin("uts")}", $"--mount={node.Pin("mnt")}", "sh", "-euc", script])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
