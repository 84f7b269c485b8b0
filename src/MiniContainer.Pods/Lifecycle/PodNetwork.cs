// The seam between a pod and its network: what to do before the sandbox is made, and while it waits. Networking fills it
// in; a pod with the host's network does without (lab 22-cni).

using MiniContainer.Plans;

namespace MiniContainer.Pods.Lifecycle;

/// <summary>A planned attachment to a network.</summary>
/// <param name="Addresses">The pod's addresses, without prefix lengths.</param>
/// <param name="ResolvConf">The content of /etc/resolv.conf.</param>
/// <param name="Before">Adds what comes before the sandbox: the network itself, the lease.</param>
/// <param name="While">Adds what is done to the sandbox while it waits; its argument is the child's name in the plan.</param>
public sealed record PodNetwork(IReadOnlyList<string> Addresses, string ResolvConf, Action<Plan> Before, Action<Plan, string> While) : IDisposable
{
    /// <summary>Held from planning until the lease is on disk: addresses are chosen under it.</summary>
    public IDisposable? Lock { get; init; }

    /// <inheritdoc/>
    public void Dispose() => Lock?.Dispose();
}
