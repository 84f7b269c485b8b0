// A container of a manifest as a config.json: Docker's default, with what the manifest says put in its place, so that
// pods go the same way as bundles (lab 21-pod; runtime-spec; Kubernetes' v1/Pod).

using MiniContainer.Containers.Oci;
using MiniContainer.Pods.Manifest;

namespace MiniContainer.Pods.Planning;

/// <summary>Makes the OCI configuration of a pod's container.</summary>
public static class PodContainerSpec
{
    private static readonly string[] SharedFiles = ["hosts", "hostname", "resolv.conf"];

    /// <summary>The configuration.</summary>
    /// <param name="setup">The pod.</param>
    /// <param name="container">The container in it.</param>
    /// <param name="image">The image's directory.</param>
    public static Spec Of(PodSetup setup, Container container, string image)
    {
        var pod = setup.Pod;
        var security = container.SecurityContext;
        var spec = DefaultSpec.Create(image, [.. container.Command, .. container.Args], pod.Hostname);
        var capabilities = Capabilities(security, spec.Process!.Capabilities!.Bounding!);
        return spec with
        {
            Annotations = pod.Annotations.Count > 0 ? pod.Annotations : null,
            Hostname = null,
            Process = spec.Process with
            {
                Env = Environment(spec.Process.Env!, container, pod.Hostname),
                Cwd = container.WorkingDir ?? "/",
                User = new User
                {
                    Uid = security.RunAsUser ?? 0,
                    Gid = security.RunAsGroup ?? 0,
                    AdditionalGids = Groups(pod),
                },
                NoNewPrivileges = !security.AllowPrivilegeEscalation,
                Capabilities = capabilities,
            },
            Root = new Root { Path = image, Readonly = security.ReadOnlyRootFilesystem },
            Mounts = [.. Mounts(spec.Mounts!, security), .. PodFiles(setup),
                .. container.VolumeMounts.Select(m => VolumeMount(setup, m))],
            Linux = spec.Linux! with
            {
                Namespaces =
                    [.. spec.Linux.Namespaces!.Where(n => n.Type is "mount" or "cgroup"
                        || n.Type == "pid" && !pod.ShareProcessNamespace)],
                CgroupsPath = setup.CgroupOf(container.Name),
                Resources = Resources(pod, container, spec.Linux.Resources!),
                MaskedPaths = security.Privileged ? null : spec.Linux.MaskedPaths,
                ReadonlyPaths = security.Privileged ? null : spec.Linux.ReadonlyPaths,
            },
        };
    }

    private static List<string> Environment(IReadOnlyList<string> defaults, Container container, string hostname) =>
        [.. defaults.Where(d =>
            !container.Env.Any(e =>
                e.StartsWith(d[..(d.IndexOf('=', StringComparison.Ordinal) + 1)], StringComparison.Ordinal))),
                $"HOSTNAME={hostname}", .. container.Env];

    private static List<uint> Groups(Pod pod) =>
        pod.SecurityContext.FsGroup is { } group
        ? [.. pod.SecurityContext.SupplementalGroups, group] : [.. pod.SecurityContext.SupplementalGroups];

    private static Containers.Oci.Capabilities Capabilities(ContainerSecurityContext security,
        IReadOnlyList<string> defaults)
    {
        var all = Kernel.Capabilities.All;
        IReadOnlyList<string> set = security.Privileged
            ? all : Expand(security.DropCapabilities).Contains("ALL") ? [] : defaults;
        var dropped = Expand(security.DropCapabilities);
        var added = Expand(security.AddCapabilities);
        set = [.. (added.Contains("ALL") ? all : set.Concat(added)).Distinct()
            .Where(c => !dropped.Contains(c) || added.Contains(c))];
        return new Containers.Oci.Capabilities { Bounding = set, Effective = set, Permitted = set };

        // Kubernetes leaves the prefix out.
        static List<string> Expand(IReadOnlyList<string> names) =>
            [.. names.Select(n => n == "ALL" || n.StartsWith("CAP_", StringComparison.Ordinal) ? n : "CAP_" + n)];
    }

    private static IEnumerable<Mount> Mounts(IReadOnlyList<Mount> defaults, ContainerSecurityContext security) =>
        security.Privileged
        ? defaults.Select(m => m with { Options = [.. (m.Options ?? []).Where(o => o != "ro")] }) : defaults;

    private static IEnumerable<Mount> PodFiles(PodSetup setup) =>
        SharedFiles.Select(name => new Mount
        {
            Destination = "/etc/" + name,
            Type = "bind",
            Source = Path.Combine(setup.StateDirectory, "etc", name),
            Options = ["bind"],
        });

    private static Mount VolumeMount(PodSetup setup, VolumeMount mount) => new()
    {
        Destination = mount.MountPath,
        Type = "bind",
        Source = PodPlanner.SourceOf(setup, mount),
        Options = mount.ReadOnly ? ["rbind", "ro"] : ["rbind"],
    };

    private static LinuxResources Resources(Pod pod, Container container, LinuxResources defaults) => defaults with
    {
        Devices = container.SecurityContext.Privileged
            ? [new LinuxDeviceCgroup(true, "a", Access: "rwm")] : defaults.Devices,
        Memory = (container.MemoryLimit ?? container.MemoryRequest) is null ? null : new LinuxMemory
        {
            Limit = container.MemoryLimit,
            Reservation = container.MemoryRequest,
        },
        Pids = pod.Pids is { } pids ? new LinuxPids(pids) : null,
        Cpu = Cpu(container),
    };

    private static LinuxCpu? Cpu(Container container)
    {
        if (container.CpuLimit is null && container.CpuRequest is null)
            return null;
        return new LinuxCpu
        {
            Quota = container.CpuLimit?.Quota,
            Period = container.CpuLimit is null ? null : CpuQuantity.Period,
            Shares = (container.CpuRequest ?? container.CpuLimit)!.Value.Shares,
        };
    }
}
