// The shell lines of the steps, really run: what they make cannot be told from what the steps make, and their undo
// leaves nothing.

using System.Text;
using System.Text.RegularExpressions;
using MiniContainer.Kernel;
using MiniContainer.Networking.Cni;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Networking.Tests;

public partial class ByHandTests
{
    private static readonly string[] Inside = ["ip -br link", "ip -br address", "ip route", "ip -6 route",
        "cat /proc/sys/net/ipv6/conf/eth0/accept_dad"];

    [Fact]
    public void By_hand_is_the_same_as_by_minic_and_so_is_the_way_back()
    {
        PortMapping[] ports = [new PortMapping(8080, 80), new PortMapping(53, 53, "udp", World.Host4)];
        using var ours = World.Make();
        using var pod = ours.Attach("box", ports: ports);

        using var world = World.Make();
        var before = world.Snapshot();
        var (plan, _) = NetworkNamespace.Run(world.Host,
            () => Pod.Planned(world.Networks, "box", NetworkConfig.Default, ports));
        var pid = World.Run(world.Host, Script(plan));
        try
        {
            Settled(world.Snapshot()).Should().Be(Settled(ours.Snapshot()));
            using (var netns = NetworkNamespace.Open($"/proc/{pid}/ns/net"))
            {
                foreach (var command in Inside)
                    World.Run(netns, command).Should().Be(World.Run(pod.Netns, command), command);
            }
        }
        finally
        {
            World.Run(world.Host, Undo(plan, pid));
        }

        world.Snapshot().Should().Be(before);
    }

    [Fact]
    public void The_undo_by_hand_leaves_the_network_to_its_other_users()
    {
        using var world = World.Make();
        using var other = world.Attach("other");
        var before = world.Snapshot();
        var (plan, _) = NetworkNamespace.Run(world.Host,
            () => Pod.Planned(world.Networks, "box", NetworkConfig.Default, [new PortMapping(8080, 80)]));
        var pid = World.Run(world.Host, Script(plan));
        World.Run(world.Host, Undo(plan, pid));
        World.Run(world.Host, Undo(plan, "4194305"));
        world.Snapshot().Should().Be(before);
    }

    private static string Script(Plan plan)
    {
        var script = new StringBuilder("set -eu\n");
        foreach (var step in plan.Steps.Where(s => s.Actor == "minic"))
        {
            if (step is CloneChild)
                script.Append(
                    "unshare -n sleep 1000 </dev/null >/dev/null 2>&1 & CHILD=$!\nuntil [ \"$(readlink "
                        + "/proc/$CHILD/ns/net)\" != \"$(readlink /proc/self/ns/net)\" ]; do sleep 0.01; done\n");
            else if (step is not (Release or AwaitExec))
                script.AppendJoin('\n', step.ByHand).Append('\n');
        }

        return script.Append("echo $CHILD\n").ToString();
    }

    private static string Undo(Plan plan, string pid)
    {
        var script = new StringBuilder($"CHILD={pid}\n");
        foreach (var step in plan.Steps.Reverse())
        {
            if (step is CloneChild)
                script.Append("kill -KILL $CHILD 2>/dev/null; while [ -e /proc/$CHILD ]; do sleep 0.01; done\n");
            else if (step.Shared is null)
                script.AppendJoin('\n', step.UndoByHand).Append('\n');
        }

        return script.Append("true\n").ToString();
    }

    // Link-local addresses are tentative for a second after the bridge's first port came up. And the one has a journal
    // of what is shared, the other lines for its undo.
    private static string Settled(string snapshot) => Tentative().Replace(snapshot, "");

    [GeneratedRegex("fe80::[0-9a-f:]+/64 *| +$|^ROOT/.*/(journal|[.]by-hand)\n", RegexOptions.Multiline)]
    private static partial Regex Tentative();
}
