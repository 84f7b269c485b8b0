// The story of a world: two nodes and a cable, the marks by which they are told from the machine, and the servers of
// the internet. The sockets of a server are opened by minic, in a visit to the internet's namespace, and handed over as
// descriptors 3 and up, as systemd does it (sd_listen_fds(3)): they take connections before the server has even
// started, so `lab world up` need not wait for it. Labs 01-run, 13-netns.

using System.Globalization;
using MiniContainer.Labs.Course;
using MiniContainer.Nodes.Planning;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Labs.Worlds;

/// <summary>Plans worlds.</summary>
internal static class WorldPlanner
{
    /// <summary>The plan of a world.</summary>
    public static Plan Plan(World world)
    {
        var plan = new Plan();
        // A checkout may lie in /tmp or /run, and the user may make the world from a directory there.
        var facts = NodeFacts.Read([Catalogue.FindRoot() ?? AppContext.BaseDirectory, CommandRun.Here()]);
        TopologyPlanner.Add(plan, world.Topology, facts, World.Home.State.Path);
        foreach (var place in world.Places)
        {
            plan.Add(new MarkPlace(place.Path, world.Name, place.Name)
            {
                Why = "What containers and worlds note in there is undone before the place goes, and only in a place.",
            });
        }

        AddServer(plan, world, "web", [.. WorldNetwork.Web.Select(a => (a, 80, "tcp"))]);
        AddServer(plan, world, "dns", [.. WorldNetwork.Dns.SelectMany(a => new[] { (a, 53, "udp"), (a, 53, "tcp") })]);
        return plan;
    }

    private static void AddServer(
        Plan plan, World world, string name, IReadOnlyList<(string Address, int Port, string Protocol)> at)
    {
        List<string> sockets = [];
        foreach (var (address, port, protocol) in at)
        {
            var handle = string.Create(CultureInfo.InvariantCulture, $"socket:{name}:{sockets.Count}");
            sockets.Add(handle);
            plan.Add(new ListenOn(world.Internet.Pin("net"), address, port, protocol, handle)
            {
                Why = "An answer over UDP must come from the address that was asked: each socket has its server's own.",
            });
        }

        var log = "log:" + world.Log(name);
        IReadOnlyList<string> descriptors =
            ["null", log, log, .. sockets, "go", "status", .. NodeTape.Descriptors(world.Internet)];
        plan.Add(new CloneChild(name, 0, descriptors)
        {
            Kept = 3 + sockets.Count, Why = "A server is a process that stays.",
        });
        var tape = new NodeTape(plan, name, descriptors);
        tape.Story.Await("go", "Until its pid is in the journal it does nothing: if lab dies, it ends.");
        tape.Join(world.Internet);
        tape.Story.Setsid("The caller's terminal is none of its business, nor are its signals.");
        IReadOnlyList<string> command =
            [.. LabProgram.Command, "serve", name, sockets.Count.ToString(CultureInfo.InvariantCulture)];
        tape.Story.Execve([command[0]], command, CommandRun.Environment_(), "The same program in another role.");
        plan.Add(new Release(name) { Why = "Its pid is in the journal, by which it can be ended." });
        plan.Add(new AwaitExec(name)
        {
            Why = "If anything failed, it is known now; from here on nothing ties the server to us.",
        });
    }
}
