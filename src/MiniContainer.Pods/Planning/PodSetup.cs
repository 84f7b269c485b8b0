// What a pod needs besides its manifest.

using MiniContainer.Kernel;
using MiniContainer.Pods.Manifest;

namespace MiniContainer.Pods.Planning;

/// <summary>How a manifest is to be made into a pod.</summary>
/// <param name="Pod">The manifest.</param>
/// <param name="StateDirectory">Where its journal, logs and files are.</param>
/// <param name="Images">The directory of each image that it names.</param>
public sealed record PodSetup(Pod Pod, string StateDirectory, IReadOnlyDictionary<string, string> Images)
{
    /// <summary>Where the logs go if an init container fails; null for nowhere.</summary>
    public string? KeptLogs { get; init; }

    /// <summary>The content of /etc/resolv.conf in the containers.</summary>
    public string ResolvConf { get; init; } = "";

    /// <summary>The pod's addresses, for /etc/hosts; none with the host's network.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>CNI's container id, and the name under which all cgroups of the pod are.</summary>
    public string Id => FileName.Fit("pod-" + Pod.Name);

    /// <summary>The name of the sandbox's cgroup, below the pod's.</summary>
    public const string SandboxCgroup = "sandbox";

    /// <summary>The namespaces that the sandbox holds for all containers.</summary>
    public ulong SandboxNamespaces => CloneFlags.NEWIPC | (Pod.HostNetwork ? 0 : CloneFlags.NEWNET | CloneFlags.NEWUTS);

    /// <summary>The name of a container's process in the plan: its own, unless that is the sandbox's.</summary>
    /// <remarks>No name of a user's has a dot at its end.</remarks>
    public static string ChildOf(string container) => container == PausePlanner.Child ? container + "." : container;

    /// <summary>The container of a child of the plan: <see cref="ChildOf"/> the other way round.</summary>
    public static string ContainerOf(string child) => child.TrimEnd('.');

    /// <summary>
    /// The cgroup of a container: "tasks" is a file of each cgroup of version 1, and "sandbox" the cgroup of pause.
    /// </summary>
    public string CgroupOf(string container) =>
        $"minic/{Id}/{container}{(container is "tasks" or SandboxCgroup ? "." : "")}";

    /// <summary>The log of a container: its standard output and standard error, as they were written.</summary>
    public string LogOf(string container) => Path.Combine(StateDirectory, "logs", container + ".log");
}
