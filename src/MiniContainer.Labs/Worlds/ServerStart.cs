// Starts a server in the internet. Its sockets are opened here, by a thread that visits the namespace, and handed over as
// descriptors 3 and up, as systemd does it (sd_listen_fds(3)): they take connections before the server has even started, so
// `lab world up` need not wait for it.

using System.Net.Sockets;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Labs.Worlds;

/// <summary>Starts servers.</summary>
internal static class ServerStart
{
    /// <summary>Starts `lab serve NAME` as a daemon.</summary>
    /// <param name="world">The world.</param>
    /// <param name="netns">The network namespace of its internet.</param>
    /// <param name="name">"web" or "dns".</param>
    /// <param name="sockets">Opens its sockets; called inside the namespace.</param>
    public static void Start(World world, System.Runtime.InteropServices.SafeHandle netns, string name, Func<IReadOnlyList<Socket>> sockets)
    {
        var opened = NetworkNamespace.Run(netns, sockets);
        try
        {
            var names = opened.Select((_, i) => $"socket:{3 + i}").ToList();
            // Once the tape has come to its execve nothing ties the server to us: we leave, and init inherits it.
            using var playing = PlanPlay.Start(Plan(world, name, names), [.. names.Zip(opened, (n, s) => (n, (System.Runtime.InteropServices.SafeHandle)s.SafeHandle))]);
        }
        finally
        {
            foreach (var socket in opened)
                socket.Dispose();
        }
    }

    private static Plan Plan(World world, string name, List<string> sockets)
    {
        var plan = new Plan();
        var log = "log:" + world.Log(name);
        IReadOnlyList<string> descriptors = ["null", log, log, .. sockets, "status", .. Place.Kinds.Select(k => "ns:" + world.Internet.Pin(k))];
        plan.Add(new CloneChild(name, 0, descriptors) { Kept = 3 + sockets.Count, Why = "A server is a process that stays." });
        var tape = new TapeWriter(plan, name, descriptors);
        CommandRun.Join(tape, world.Internet);
        tape.Story.Setsid("The caller's terminal is none of its business, nor are its signals.");
        IReadOnlyList<string> command = [.. Self.Command, "serve", name, sockets.Count.ToString(System.Globalization.CultureInfo.InvariantCulture)];
        tape.Story.Execve([command[0]], command, CommandRun.Environment_(), "The same program in another role.");
        plan.Add(new AwaitExec(name) { Why = "If anything failed, it is known now." });
        return plan;
    }
}
