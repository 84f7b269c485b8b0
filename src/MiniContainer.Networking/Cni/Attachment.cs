// What is to be attached to a network: CNI's parameters of ADD (CNI_CONTAINERID, CNI_NETNS, CNI_IFNAME) and what the
// runtime may hand over by its conventions (portMappings, ips, mac). Lab 22-cni.
// https://github.com/containernetworking/cni/blob/spec-v1.1.0/SPEC.md#parameters

using MiniContainer.Networking.Cni;

namespace MiniContainer.Networking;

/// <summary>A container that is to be attached to a network.</summary>
/// <param name="ContainerId">The container's id, or the pod's.</param>
/// <param name="NetworkNamespace">
/// Its network namespace: "child:NAME" for that of a child of the plan, or a path.
/// </param>
public sealed record Attachment(string ContainerId, string NetworkNamespace)
{
    /// <summary>The name of the interface that it gets.</summary>
    public string IfName { get; init; } = "eth0";

    /// <summary>Ports to publish on the host.</summary>
    public IReadOnlyList<PortMapping> PortMappings { get; init; } = [];

    /// <summary>Addresses that it asks for, at most one of each set of ranges.</summary>
    public IReadOnlyList<string> Ips { get; init; } = [];

    /// <summary>The hardware address that it asks for; null for one made from its address.</summary>
    public string? Mac { get; init; }
}
