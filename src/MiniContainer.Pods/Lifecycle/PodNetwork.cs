// The attachment of a pod: its sandbox is what CNI calls the container, the ports of all its containers are its ports
// (labs 16-ports, 21-pod, 22-cni).

using MiniContainer.Kernel;
using MiniContainer.Networking;
using MiniContainer.Networking.Cni;
using MiniContainer.Plans;
using MiniContainer.Pods.Manifest;
using MiniContainer.Pods.Planning;

namespace MiniContainer.Pods.Lifecycle;

/// <summary>A planned attachment to a network.</summary>
/// <param name="Steps">The steps.</param>
/// <param name="Addresses">The pod's addresses, without prefix lengths.</param>
/// <param name="ResolvConf">The content of /etc/resolv.conf.</param>
public sealed record PodNetwork(NetworkSteps Steps, IReadOnlyList<string> Addresses, string ResolvConf) : IDisposable
{
    /// <summary>Plans the attachment of a pod; null if it uses the host's network.</summary>
    /// <param name="root">The directory of all state.</param>
    /// <param name="pod">The manifest.</param>
    /// <param name="network">The network's name.</param>
    /// <exception cref="Kernel.MinicException">There is no such network, or no address is free ….</exception>
    public static PodNetwork? Plan(StateRoot root, Pod pod, string network) =>
        Plan(root, pod, network, AttachmentPlanner.Plan);

    /// <summary>The same for those who only want to read the plan: no lock is taken.</summary>
    /// <inheritdoc cref="Plan(StateRoot, Pod, string)" path="/exception"/>
    public static PodNetwork? PlanToLook(StateRoot root, Pod pod, string network) =>
        Plan(root, pod, network, AttachmentPlanner.PlanToLook);

    private static PodNetwork? Plan(StateRoot root, Pod pod, string network,
        Func<string, string, Attachment, (NetworkSteps, Result)> attach)
    {
        if (pod.HostNetwork)
            return null;
        var (steps, result) = attach(root.Path, network,
            new Attachment(FileName.Fit("pod-" + pod.Name), "child:" + PausePlanner.Child)
            {
                PortMappings = PortsOf(pod),
            });
        var addresses = (result.Ips ?? []).Select(ip => ip.Address.Split('/')[0]).ToList();
        return new PodNetwork(steps, addresses, DnsOf(pod, result.Dns));
    }

    /// <inheritdoc/>
    public void Dispose() => Steps.Dispose();

    /// <summary>What is published of a pod.</summary>
    /// <param name="pod">The manifest.</param>
    public static IReadOnlyList<PortMapping> PortsOf(Pod pod) =>
    [
        .. pod.Containers.SelectMany(c => c.Ports).Where(p => p.HostPort is not null)
            .Select(p => new PortMapping(p.HostPort!.Value, p.Number, p.Protocol.ToLowerInvariant(), p.HostIp)),
    ];

    /// <summary>The content of /etc/resolv.conf of a pod.</summary>
    /// <param name="pod">The manifest.</param>
    /// <param name="ofNetwork">The network's settings; null with the host's network.</param>
    public static string DnsOf(Pod pod, Networking.Cni.Dns? ofNetwork)
    {
        // On the host's network a server on the host's loopback can be reached.
        var text = pod.HostNetwork
            ? File.Exists(Networking.ResolvConf.HostPath) ? File.ReadAllText(Networking.ResolvConf.HostPath) : ""
            : Networking.ResolvConf.Text(pod.DnsPolicy == "Default" ? null : ofNetwork);
        if (pod.DnsConfig is not { } own)
            return text;
        var settings = pod.DnsPolicy == "None" ? new Networking.Cni.Dns() : Networking.ResolvConf.Parse(text);
        return Networking.ResolvConf.Compose(settings with
        {
            Nameservers = [.. settings.Nameservers ?? [], .. own.Nameservers ?? []],
            Search = [.. settings.Search ?? [], .. own.Search ?? []],
            Options = [.. settings.Options ?? [], .. own.Options ?? []],
        });
    }
}
