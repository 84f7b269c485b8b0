// A pod as Kubernetes' v1/Pod describes it, as far as minic can run it; member for member, with Kubernetes' defaults
// filled in and everything checked. Read by PodReader. Lab: 21-pod.
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/

using MiniContainer.Containers.Oci;
using MiniContainer.Networking.Cni;

namespace MiniContainer.Pods.Manifest;

/// <summary>A pod (v1/Pod).</summary>
public sealed record Pod
{
    /// <summary>
    /// The annotation that limits the tasks of each container of the pod; Kubernetes has no field for it.
    /// </summary>
    public const string PidsAnnotation = "minic/pids";

    /// <summary>The pod's name, a DNS subdomain (RFC 1123).</summary>
    public required string Name { get; init; }

    /// <summary>Its namespace (Kubernetes' kind, not Linux's).</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>Labels, by which services will select it.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Annotations.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>The host name: spec.hostname, else the pod's name, cut to 63 characters.</summary>
    public required string Hostname { get; init; }

    /// <summary>Whether it uses the host's network.</summary>
    public bool HostNetwork { get; init; }

    /// <summary>Whether its containers see each other's processes.</summary>
    public bool ShareProcessNamespace { get; init; }

    /// <summary>Lines for /etc/hosts.</summary>
    public IReadOnlyList<HostAlias> HostAliases { get; init; } = [];

    /// <summary>Default, ClusterFirst, ClusterFirstWithHostNet or None.</summary>
    public string DnsPolicy { get; init; } = "ClusterFirst";

    /// <summary>Settings that go into /etc/resolv.conf besides the policy's; null for none.</summary>
    public Dns? DnsConfig { get; init; }

    /// <summary>Always, OnFailure or Never.</summary>
    public string RestartPolicy { get; init; } = "Always";

    /// <summary>Seconds between SIGTERM and SIGKILL when the pod is stopped.</summary>
    public long TerminationGracePeriodSeconds { get; init; } = 30;

    /// <summary>What holds for all containers that do not say otherwise.</summary>
    public PodSecurityContext SecurityContext { get; init; } = new();

    /// <summary>
    /// The most tasks that each container may have; null for no limit (<see cref="PidsAnnotation"/>).
    /// </summary>
    public long? Pids { get; init; }

    /// <summary>Run to their end, one after the other, before the others start.</summary>
    public IReadOnlyList<Container> InitContainers { get; init; } = [];

    /// <summary>Run side by side.</summary>
    public required IReadOnlyList<Container> Containers { get; init; }

    /// <summary>What containers can mount.</summary>
    public IReadOnlyList<Volume> Volumes { get; init; } = [];

    /// <summary>Fields that were given and have no effect here, each a line with its place.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>A container of a pod.</summary>
public sealed record Container
{
    /// <summary>Its name in the pod, a DNS label.</summary>
    public required string Name { get; init; }

    /// <summary>The name of a built root file system, or the path of one.</summary>
    public required string Image { get; init; }

    /// <summary>Replaces the image's entrypoint; $(VAR) is expanded already.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Replaces the image's arguments; $(VAR) is expanded already.</summary>
    public IReadOnlyList<string> Args { get; init; } = [];

    /// <summary>The working directory; null for the image's.</summary>
    public string? WorkingDir { get; init; }

    /// <summary>The environment as NAME=VALUE, in order; $(VAR) is expanded already.</summary>
    public IReadOnlyList<string> Env { get; init; } = [];

    /// <summary>Ports; those with a host port are published.</summary>
    public IReadOnlyList<ContainerPort> Ports { get; init; } = [];

    /// <summary>Bytes of memory at most; null for no limit.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>Bytes of memory asked for.</summary>
    public long? MemoryRequest { get; init; }

    /// <summary>CPU at most; null for no limit.</summary>
    public CpuQuantity? CpuLimit { get; init; }

    /// <summary>CPU asked for; the weight against others.</summary>
    public CpuQuantity? CpuRequest { get; init; }

    /// <summary>Volumes to mount.</summary>
    public IReadOnlyList<VolumeMount> VolumeMounts { get; init; } = [];

    /// <summary>Its privileges, the pod's filled in.</summary>
    public ContainerSecurityContext SecurityContext { get; init; } = new();

    /// <summary>Whether it gets a terminal.</summary>
    public bool Tty { get; init; }

    /// <summary>Whether its stdin stays open.</summary>
    public bool Stdin { get; init; }
}

/// <summary>A port of a container.</summary>
/// <param name="Number">The port in the pod, 1 to 65535.</param>
/// <param name="HostPort">The port on the host; null is not published.</param>
/// <param name="Protocol">TCP, UDP or SCTP.</param>
/// <param name="HostIp">The host's address; null for all.</param>
/// <param name="Name">A name for services; null for none.</param>
public sealed record ContainerPort(int Number, int? HostPort, string Protocol, string? HostIp, string? Name);

/// <summary>A line of /etc/hosts.</summary>
/// <param name="Ip">The address.</param>
/// <param name="Hostnames">Its names.</param>
public sealed record HostAlias(string Ip, IReadOnlyList<string> Hostnames);

/// <summary>A volume: a path of the host, or an empty directory that goes away with the pod.</summary>
/// <param name="Name">Its name in the pod.</param>
/// <param name="HostPath">A path of the host; null for an empty directory.</param>
/// <param name="HostPathType">
/// Directory, DirectoryOrCreate, File, FileOrCreate, Socket, CharDevice, BlockDevice or "".
/// </param>
/// <param name="InMemory">Whether the empty directory is a tmpfs.</param>
/// <param name="SizeLimit">Bytes at most; null for no limit.</param>
public sealed record Volume(string Name, string? HostPath, string HostPathType, bool InMemory, long? SizeLimit);

/// <summary>A volume in a container.</summary>
/// <param name="Name">The volume's name.</param>
/// <param name="MountPath">Where in the container, an absolute path.</param>
/// <param name="ReadOnly">Whether it is read-only there.</param>
/// <param name="SubPath">The part of the volume to mount; null for the whole.</param>
public sealed record VolumeMount(string Name, string MountPath, bool ReadOnly, string? SubPath);

/// <summary>Privileges of all containers of a pod.</summary>
public sealed record PodSecurityContext
{
    /// <summary>The user id; null for the image's.</summary>
    public uint? RunAsUser { get; init; }

    /// <summary>The group id; null for the image's.</summary>
    public uint? RunAsGroup { get; init; }

    /// <summary>A supplementary group that owns the volumes; null for none.</summary>
    public uint? FsGroup { get; init; }

    /// <summary>More supplementary groups.</summary>
    public IReadOnlyList<uint> SupplementalGroups { get; init; } = [];

    /// <summary>Kernel parameters of the pod's namespaces.</summary>
    public IReadOnlyDictionary<string, string> Sysctls { get; init; } = new Dictionary<string, string>();
}

/// <summary>Privileges of a container.</summary>
public sealed record ContainerSecurityContext
{
    /// <summary>The user id; null for the image's.</summary>
    public uint? RunAsUser { get; init; }

    /// <summary>The group id; null for the image's.</summary>
    public uint? RunAsGroup { get; init; }

    /// <summary>All capabilities, all devices, nothing masked.</summary>
    public bool Privileged { get; init; }

    /// <summary>Whether the root is read-only.</summary>
    public bool ReadOnlyRootFilesystem { get; init; }

    /// <summary>Whether execve may grant privileges; false is no_new_privs (prctl(2)).</summary>
    public bool AllowPrivilegeEscalation { get; init; } = true;

    /// <summary>Capabilities to add, as CAP_NET_ADMIN, or ALL.</summary>
    public IReadOnlyList<string> AddCapabilities { get; init; } = [];

    /// <summary>Capabilities to drop, as CAP_MKNOD, or ALL; dropped first.</summary>
    public IReadOnlyList<string> DropCapabilities { get; init; } = [];
}
