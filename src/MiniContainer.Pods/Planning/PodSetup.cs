// What a pod needs besides its manifest.

using MiniContainer.Containers.Planning;
using MiniContainer.Pods.Manifest;

namespace MiniContainer.Pods.Planning;

/// <summary>How a manifest is to be made into a pod.</summary>
/// <param name="Pod">The manifest.</param>
/// <param name="StateDirectory">Where its journal, logs and files are.</param>
/// <param name="Images">The directory of each image that it names.</param>
public sealed record PodSetup(Pod Pod, string StateDirectory, IReadOnlyDictionary<string, string> Images)
{
    /// <summary>The content of /etc/resolv.conf in the containers.</summary>
    public string ResolvConf { get; init; } = "";

    /// <summary>The pod's addresses, for /etc/hosts; none with the host's network.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>CNI's container id, and the name under which all cgroups of the pod are.</summary>
    public string Id => "pod-" + Pod.Name;

    /// <summary>The namespaces that the sandbox holds for all containers.</summary>
    public ulong SandboxNamespaces => CloneFlags.NEWIPC | (Pod.HostNetwork ? 0 : CloneFlags.NEWNET | CloneFlags.NEWUTS);

    /// <summary>The log of a container: its standard output and standard error, as they were written.</summary>
    public string LogOf(string container) => Path.Combine(StateDirectory, "logs", container + ".log");
}
