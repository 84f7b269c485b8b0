// The topology of these tests: two hosts, and a router between them.
//
//     left eth0 10.1.0.2/24 ------ 10.1.0.1/24 eth0 router eth1 10.2.0.1/24 ------ 10.2.0.2/24 eth0 right

using MiniContainer.Networking.Steps;
using MiniContainer.Nodes.Lifecycle;
using MiniContainer.Nodes.Model;
using MiniContainer.Nodes.Planning;
using MiniContainer.Nodes.Steps;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Nodes.Tests;

internal static class Line
{
    public static StepKinds Kinds { get; } =
        new(() => [PlanSteps.Family, NetworkingSteps.Family, NodesSteps.Family]);

    public static Topology In(string home)
    {
        var path = $"{home}/line";
        var left = new Node("left", $"{path}/left") { ResolvConf = "nameserver 10.1.0.1\n" };
        var router = new Node("router", $"{path}/router") { Forwards = true };
        var right = new Node("right", $"{path}/right");
        return new Topology("line", path, [left, router, right],
        [
            new Cable(
                new CableEnd(left, "eth0", "02:00:00:00:01:02", ["10.1.0.2/24", "fd01::2/64"])
                {
                    Gateways = ["10.1.0.1", "fd01::1"],
                },
                new CableEnd(router, "eth0", "02:00:00:00:01:01", ["10.1.0.1/24", "fd01::1/64"])),
            new Cable(
                new CableEnd(right, "eth0", "02:00:00:00:02:02", ["10.2.0.2/24"]) { Gateways = ["10.2.0.1"] },
                new CableEnd(router, "eth1", "02:00:00:00:02:01", ["10.2.0.1/24"])),
        ]);
    }

    public static Plan PlanOf(Topology topology, string home, NodeFacts facts)
    {
        var plan = new Plan();
        TopologyPlanner.Add(plan, topology, facts, home);
        return plan;
    }

    public static TopologyLauncher Launcher(NodesHome home)
    {
        var topology = In(home.State.Path);
        return new(home, "topology line", topology, PlanOf(topology, home.State.Path, NodeFacts.Read([])));
    }
}
