// A world and where its parts lie. Everything is computed from the name; what there is of it its journal says.
//
//     /run/minic-lab/              a private bind mount of itself (why: Nodes/Lifecycle/NodesHome.cs)
//       NAME/                      locked (flock(2)) while it is built or taken down
//         journal                  what was done to build it
//         host/net mnt uts time    empty files, with the namespaces bound to them
//         host/run                 the host's /run; host/etc: what it writes to /etc
//         internet/...             the same
//         web.log dns.log          what the servers say

using System.Text.RegularExpressions;
using MiniContainer.Kernel;
using MiniContainer.Nodes.Lifecycle;
using MiniContainer.Nodes.Model;
using MiniContainer.Plans;

namespace MiniContainer.Labs.Worlds;

/// <summary>A world, up or not.</summary>
internal sealed partial record World
{
    /// <summary>The world that is meant where none is named.</summary>
    public const string DefaultName = "world";

    /// <summary>A world by its name.</summary>
    /// <exception cref="MinicException">The name cannot be a directory's.</exception>
    public World(string name)
    {
        if (!Valid().IsMatch(name))
        {
            throw new MinicException($"name the world \"{name}\"", "it is no plain name",
                "Use up to 40 letters, digits, dashes, dots and underscores, a letter or digit first.");
        }

        Name = name;
        Path = Home.State[name];
        Host = new Node("host", $"{Path}/host") { ResolvConf = WorldNetwork.ResolvConf };
        Internet = new Node("internet", $"{Path}/internet") { ResolvConf = WorldNetwork.ResolvConf, Forwards = true };
    }

    /// <summary>The directory of all worlds.</summary>
    public static NodesHome Home { get; } = new(new StateRoot("/run/minic-lab", KnownSteps.Kinds));

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its directory.</summary>
    public string Path { get; }

    /// <summary>Where labs and tests run.</summary>
    public Node Host { get; }

    /// <summary>What the host sees of the rest of the world.</summary>
    public Node Internet { get; }

    /// <summary>Both places.</summary>
    public IReadOnlyList<Node> Places => [Host, Internet];

    /// <summary>Both places, and the cable between them.</summary>
    public Topology Topology => new(Name, Path, Places, [WorldNetwork.Cable(Host, Internet)]);

    /// <summary>Whether it is up, and can be entered from here.</summary>
    public bool IsUp => TopologyState.IsUp(Home.State, Path);

    /// <summary>The log of a server.</summary>
    public string Log(string server) => $"{Path}/{server}.log";

    /// <summary>A place by its name.</summary>
    /// <exception cref="MinicException">It is neither host nor internet.</exception>
    public Node PlaceNamed(string name) =>
        Places.FirstOrDefault(p => p.Name == name)
        ?? throw new MinicException($"find the place \"{name}\"", "a world has none of that name",
            "Say host or internet.");

    /// <summary>Brings it up, unless it is.</summary>
    /// <param name="foreground">Whether it is up for as long as we run; else until <see cref="Down"/>.</param>
    /// <returns>False if it was up already.</returns>
    /// <exception cref="MinicException">It could not be built; nothing of it is left.</exception>
    public bool Up(bool foreground) =>
        new TopologyLauncher(Home, $"world {Name}", Topology, WorldPlanner.Plan(this)) { Foreground = foreground }.Up();

    /// <summary>Takes it down with all that lives in it, if it is there.</summary>
    /// <returns>False if it was not.</returns>
    /// <exception cref="MinicException">Something is left, and will be tried again the next time.</exception>
    public bool Down() => TopologyRemoval.Down(Home, Name);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$")]
    private static partial Regex Valid();
}
