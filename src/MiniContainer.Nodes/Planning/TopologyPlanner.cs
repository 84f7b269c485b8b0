// The story of a topology: directories, nodes, then the cables between them with their addresses and routes. It touches
// nothing: what it must know of the machine is in its facts. Labs 13-netns to 15-nat, 18-ipv6.

using MiniContainer.Networking.Steps;
using MiniContainer.Nodes.Model;
using MiniContainer.Nodes.Steps;
using MiniContainer.Plans;

namespace MiniContainer.Nodes.Planning;

/// <summary>Plans topologies.</summary>
public static class TopologyPlanner
{
    /// <summary>Adds a topology to a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="topology">What is to be there.</param>
    /// <param name="facts">What the machine is like.</param>
    /// <param name="home">The directory of all topologies.</param>
    public static void Add(Plan plan, Topology topology, NodeFacts facts, string home)
    {
        var planner = new NodePlanner(plan, facts, home);
        foreach (var node in topology.Nodes)
            planner.AddDirectories(node);
        plan.Add(new HoldDirectory(topology.Path)
        {
            Why = "All that is bound below can be unmounted with it at once: each unmount waits for a grace period.",
        });
        foreach (var node in topology.Nodes)
            planner.AddProcess(node);
        foreach (var node in topology.Nodes)
            planner.AddPins(node);
        foreach (var node in topology.Nodes)
            AddSettings(plan, node);
        foreach (var cable in topology.Cables)
            AddCable(plan, cable);
    }

    // A new network namespace begins with the machine's IPv4 settings: here every node is made the same. Before there
    // is a link, since links take over "default" when they are made.
    private static void AddSettings(Plan plan, Node node)
    {
        Set("net/ipv4/ip_forward", node.Forwards ? "1" : "0",
            node.Forwards ? "It is a router." : "It is no router, unless somebody makes it one.");
        Set("net/ipv4/conf/default/rp_filter", "2",
            "An answer may come in by another link than the question went out by.");
        Set("net/ipv6/conf/default/accept_dad", "0",
            "No other node has its addresses: a second of asking would be in vain.");
        plan.Add(new SetLinkUp(node.Pin("net"), "lo")
        {
            Why = "A new network namespace has a loopback, and it is down.",
        });

        void Set(string setting, string value, string why) =>
            plan.Add(new SetSettingInside(node.Pin("net"), setting, value) { Why = why });
    }

    private static void AddCable(Plan plan, Cable cable)
    {
        var (one, other) = (cable.One, cable.Other);
        plan.Add(new LayCable(one.Node.Pin("net"), one.Link, one.Mac, other.Node.Pin("net"), other.Link, other.Mac)
        {
            Why = $"What the {one.Node.Name} sends the {other.Node.Name} receives, and the other way round.",
        });
        // The far end first: a route by a gateway that is not there yet is no error, but no help either.
        foreach (var end in cable.Ends.Reverse())
            AddEnd(plan, end);
        foreach (var end in cable.Ends)
            AddRoutes(plan, end);
    }

    // Addresses first, then up; IPv6 ones without the second of duplicate detection, in which they cannot be used.
    private static void AddEnd(Plan plan, CableEnd end)
    {
        foreach (var address in end.Addresses)
        {
            plan.Add(new AddAddress(end.Node.Pin("net"), end.Link, address)
            {
                Why = $"One of the addresses of the {end.Node.Name}.",
            });
        }

        plan.Add(new SetLinkUp(end.Node.Pin("net"), end.Link)
        {
            Why = "A veth carries packets once both ends are up.",
        });
    }

    private static void AddRoutes(Plan plan, CableEnd end)
    {
        foreach (var gateway in end.Gateways)
        {
            var all = gateway.Contains(':', StringComparison.Ordinal) ? "::/0" : "0.0.0.0/0";
            plan.Add(new AddRoute(end.Node.Pin("net"), all, end.Link, gateway)
            {
                Why = $"What is on no link of the {end.Node.Name} goes to its router.",
            });
        }
    }
}
