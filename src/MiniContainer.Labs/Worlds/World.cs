// A world and where its parts lie. Everything is computed from the name, so `lab world down NAME` needs nothing else: the
// kernel's own mount table, and /proc, say what is there of it.
//
//     /run/minic-lab/              a private bind mount of itself (why: Home.cs)
//       NAME/                      locked (flock(2)) while it is built or taken down
//         status                   who builds it or stays for it; "standing" once it is up
//         host/net mnt uts time    empty files, with the namespaces bound to them
//         host/run                 the host's /run; host/etc: what it writes to /etc
//         internet/...             the same
//         web.log dns.log          what the servers say

using System.Text.RegularExpressions;
using MiniContainer.Kernel;

namespace MiniContainer.Labs.Worlds;

/// <summary>A world, up or not.</summary>
internal sealed partial record World
{
    /// <summary>Where all worlds are.</summary>
    public const string Root = "/run/minic-lab";

    /// <summary>The world that is meant where none is named.</summary>
    public const string DefaultName = "world";

    /// <summary>A world by its name.</summary>
    /// <exception cref="MinicException">The name cannot be a directory's.</exception>
    public World(string name)
    {
        if (!Valid().IsMatch(name))
            throw new MinicException($"name the world \"{name}\"", "it is no plain name", "Use up to 40 letters, digits, dashes, dots and underscores, a letter or digit first.");
        Name = name;
        Path = $"{Root}/{name}";
        Host = new Place("host", $"{Path}/host");
        Internet = new Place("internet", $"{Path}/internet");
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its directory.</summary>
    public string Path { get; }

    /// <summary>Where labs and tests run.</summary>
    public Place Host { get; }

    /// <summary>What the host sees of the rest of the world.</summary>
    public Place Internet { get; }

    /// <summary>Both places.</summary>
    public IReadOnlyList<Place> Places => [Host, Internet];

    /// <summary>The log of a server.</summary>
    public string Log(string server) => $"{Path}/{server}.log";

    /// <summary>A place by its name.</summary>
    /// <exception cref="MinicException">It is neither host nor internet.</exception>
    public Place PlaceNamed(string name) =>
        Places.FirstOrDefault(p => p.Name == name) ?? throw new MinicException($"find the place \"{name}\"", "a world has none of that name", "Say host or internet.");

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$")]
    private static partial Regex Valid();
}

/// <summary>A set of namespaces: network, mount, UTS and time.</summary>
/// <param name="Name">"host", or "internet"; its host name too.</param>
/// <param name="Path">Its directory.</param>
internal sealed record Place(string Name, string Path)
{
    /// <summary>The namespaces, in the order in which they are joined: once in another mount namespace, these paths mean nothing.</summary>
    /// <remarks>
    /// The time namespace changes no clock. It is a mark: containers that are started here leave the other three, and may have
    /// no parent left here either, but hardly anything leaves its time namespace; so all that came from a place can be found.
    /// </remarks>
    public static readonly IReadOnlyList<string> Kinds = [.. new[] { "net", "uts", "time", "mnt" }.Where(k => File.Exists($"/proc/self/ns/{k}"))];

    /// <summary>What is to be its /run.</summary>
    public string Run => $"{Path}/run";

    /// <summary>Where what it writes to /etc goes.</summary>
    public string Etc => $"{Path}/etc";

    /// <summary>The file that a namespace is bound to.</summary>
    public string Pin(string kind) => $"{Path}/{kind}";
}
