// A node: what looks like a machine of its own, and is a set of namespaces that are bound to files. No process need
// live in it (lab 13-netns; namespaces(7)). Where its parts lie is computed from its directory:
//
//     DIRECTORY/net mnt uts time    empty files, with the namespaces bound to them
//     DIRECTORY/run                 its /run
//     DIRECTORY/etc                 what it writes to /etc

using MiniContainer.Kernel;

namespace MiniContainer.Nodes.Model;

/// <summary>A set of namespaces: network, mount, UTS and time.</summary>
/// <param name="Name">Its name, which is its host name too: "host".</param>
/// <param name="Path">Its directory.</param>
public sealed record Node(string Name, string Path)
{

    /// <summary>
    /// The kinds of namespaces that this kernel has for it, in the order in which they are joined: once in another
    /// mount namespace, the files mean nothing.
    /// </summary>
    /// <remarks>
    /// The time namespace changes no clock. It is a mark: containers that are started here leave the other three, and
    /// may have no parent left here either, but hardly anything leaves its time namespace; so all that came from a node
    /// can be found.
    /// </remarks>
    public static IReadOnlyList<string> Kinds { get; } =
        [.. new[] { "net", "uts", "time", "mnt" }.Where(k => File.Exists($"/proc/self/ns/{k}"))];

    /// <summary>
    /// The directories that a node has for itself: of what the machine has there only what was asked for is seen.
    /// </summary>
    public static IReadOnlyList<string> Own { get; } = ["/tmp", "/run"];

    /// <summary>Whether it passes on IPv4 packets that are for others: a router.</summary>
    public bool Forwards { get; init; }

    /// <summary>Its /etc/resolv.conf; null for the machine's.</summary>
    public string? ResolvConf { get; init; }

    /// <summary>What is to be its /run.</summary>
    public string Run => $"{Path}/run";

    /// <summary>Where what it writes to /etc goes.</summary>
    public string Etc => $"{Path}/etc";

    /// <summary>The file that a namespace is bound to.</summary>
    public string Pin(string kind) => $"{Path}/{kind}";

    /// <summary>The namespaces that are bound to its files, such as "net:[4026532008]".</summary>
    public IReadOnlyList<string> Namespaces() => MountTable.Namespaces([.. Kinds.Select(Pin)]);

    /// <summary>The flag of a kind of namespaces, for clone3(2) and setns(2).</summary>
    public static ulong Flag(string kind) => ProcessNamespaces.Kinds.Single(k => k.File == kind).Flag;
}
