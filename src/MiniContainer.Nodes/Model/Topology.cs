// Nodes, and the cables between them: what containerlab(1) and Mininet call a topology. It lies in a directory of its
// own, which holds its journal beside its nodes (lab 13-netns; veth(4)).

namespace MiniContainer.Nodes.Model;

/// <summary>Nodes and the cables between them.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Path">Its directory.</param>
/// <param name="Nodes">The nodes.</param>
/// <param name="Cables">The cables.</param>
public sealed record Topology(string Name, string Path, IReadOnlyList<Node> Nodes, IReadOnlyList<Cable> Cables);

/// <summary>A cable: a veth of which each end is in a node.</summary>
/// <param name="One">One end; the message that makes the cable is sent from its node.</param>
/// <param name="Other">The other end.</param>
public sealed record Cable(CableEnd One, CableEnd Other)
{
    /// <summary>Both ends.</summary>
    public IReadOnlyList<CableEnd> Ends => [One, Other];
}

/// <summary>One end of a cable.</summary>
/// <param name="Node">The node that it is in.</param>
/// <param name="Link">Its name there: "eth0".</param>
/// <param name="Mac">Its hardware address: "02:00:cb:00:71:02".</param>
/// <param name="Addresses">Its addresses, with prefix lengths: "203.0.113.2/24".</param>
public sealed record CableEnd(Node Node, string Link, string Mac, IReadOnlyList<string> Addresses)
{
    /// <summary>
    /// The routers, at most one of each family, by which the node reaches what is on none of its links.
    /// </summary>
    public IReadOnlyList<string> Gateways { get; init; } = [];
}
