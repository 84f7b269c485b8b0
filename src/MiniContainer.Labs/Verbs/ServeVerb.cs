// lab serve: what `lab world up` starts in the internet: a web server and a name server. Not for typing; their sockets
// are descriptors 3 and up.

using System.CommandLine;
using MiniContainer.Labs.Servers;
using MiniContainer.Labs.Worlds;

namespace MiniContainer.Labs.Verbs;

/// <summary>lab serve.</summary>
internal static class ServeVerb
{
    /// <summary>The command with its verbs.</summary>
    public static Command Create()
    {
        var command = new Command("serve", "The servers of the internet.") { Hidden = true };
        command.Add(Server("web", "HTTP, on the listening sockets given.", WebServer.Serve));
        command.Add(Server("dns", "DNS, on the sockets given.", DnsServer.Serve));
        return command;
    }

    private static Command Server(string name, string what, Func<IReadOnlyList<System.Net.Sockets.Socket>, Task> serve)
    {
        var count = new Argument<int>("SOCKETS") { Description = "How many sockets there are, from descriptor 3 on." };
        var command = new Command(name, what) { count };
        command.SetAction(parsed => serve(InheritedSockets.Inherited(parsed.GetValue(count))));
        return command;
    }
}
