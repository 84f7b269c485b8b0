// From a manifest to a plan: the sandbox with its network, then the containers in it, one after the other
// (lab 21-pod; Kubernetes' v1/Pod).
//
//     pod cgroup, files, volumes
//     pause: new network, IPC, UTS and pid namespaces       <- the network is attached while it waits
//     init containers, each to its end
//     containers: join network, IPC, UTS of pause; mounts (and pids, unless shared) of their own

using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Planning;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;
using MiniContainer.Pods.Manifest;

namespace MiniContainer.Pods.Planning;

/// <summary>Plans pods.</summary>
public static class PodPlanner
{
    /// <summary>Adds the steps that make a pod.</summary>
    /// <param name="plan">Takes the steps.</param>
    /// <param name="setup">The manifest and what it leaves open.</param>
    /// <param name="network">What attaches the child "pause" to its network; null with the host's.</param>
    /// <param name="facts">The machine.</param>
    public static void Add(Plan plan, PodSetup setup, NetworkSteps? network, Facts facts)
    {
        var pod = setup.Pod;
        // Some volumes are there only once the plan has made them, and those are directories all.
        var volumes = setup.Pod.Volumes.Where(v => v.HostPath is null).Select(v => VolumePath(setup, v)).ToList();
        var made = facts with { IsDirectory = path => volumes.Contains(path) || facts.IsDirectory(path) };
        foreach (var step in network?.Before ?? [])
            plan.Add(step);
        AddFiles(plan, setup);
        var cgroup = CgroupPlanner.Add(plan, PodSpec(setup), setup.Id, facts);
        PausePlanner.Add(plan, setup, network, cgroup, facts);
        foreach (var container in pod.InitContainers)
        {
            AddContainer(plan, setup, container, made);
            plan.Add(new AwaitSuccess(PodSetup.ChildOf(container.Name))
            {
                Log = setup.LogOf(container.Name),
                KeptLogs = setup.KeptLogs,
                Why = "The next container may count on what this one prepared.",
            });
        }

        foreach (var container in pod.Containers)
            AddContainer(plan, setup, container, made);
    }

    private static void AddContainer(Plan plan, PodSetup setup, Container container, Facts facts)
    {
        var directory = Path.Combine(setup.StateDirectory, "containers", container.Name);
        var image = setup.Images[container.Image];
        plan.Add(new MakeDirectory(directory, 0x1c0)
        {
            Tree = true,
            Why = $"What belongs to container {container.Name} alone.",
        });
        var log = "log:" + setup.LogOf(container.Name);
        var spec = PodContainerSpec.Of(setup, container, image);
        plan.Add(new WriteFile(Path.Combine(directory, Bundle.ConfigName), SpecJson.Write(spec))
        {
            Why = "The container is a bundle like any other; exec reads here what its processes may do.",
        });
        ContainerPlanner.Add(plan, new Bundle(directory, spec),
            new ContainerSetup($"{setup.Id}/{container.Name}", directory)
        {
            Child = PodSetup.ChildOf(container.Name),
            Stdio = ["null", log, log],
            Joins = Joins(setup),
            Volumes = Sources(setup, container),
            Overlay = new OverlayRoot([image], Path.Combine(directory, "upper"), Path.Combine(directory, "work"),
                Path.Combine(directory, "merged")),
        }, facts);
    }

    // Of what containers may change, all except the whole of an empty directory, whose name on the host only minic
    // knows.
    private static Dictionary<string, VolumeSource> Sources(PodSetup setup, Container container)
    {
        var sources = new Dictionary<string, VolumeSource>();
        foreach (var mount in container.VolumeMounts)
        {
            var volume = setup.Pod.Volumes.First(v => v.Name == mount.Name);
            var (path, source) = (VolumePath(setup, volume), SourceOf(setup, mount));
            if (volume.HostPath is null && source == path)
                continue;
            // A path of the host that lies in another volume of the pod: its containers may change what it leads to.
            var outer = Writable(setup).Where(p => IsIn(path, p)).Append(path).MinBy(p => p.Length)!;
            sources[source] = new VolumeSource(outer, source == outer ? "" : Path.GetRelativePath(outer, source),
                source == path ? volume.HostPathType : "");
        }

        return sources;
    }

    // A process that may write to / may do anything anyway.
    private static IEnumerable<string> Writable(PodSetup setup) => setup.Pod.InitContainers.Concat(setup.Pod.Containers)
        .SelectMany(c => c.VolumeMounts).Where(m => !m.ReadOnly).Select(m => SourceOf(setup, m)).Where(p => p != "/");

    private static bool IsIn(string path, string outer) =>
        (path + "/").StartsWith(outer.TrimEnd('/') + "/", StringComparison.Ordinal);

    /// <summary>Where what a container mounts is on the host.</summary>
    internal static string SourceOf(PodSetup setup, VolumeMount mount) =>
        Path.TrimEndingDirectorySeparator(
            Path.GetFullPath(
                Path.Combine(VolumePath(setup, setup.Pod.Volumes.First(v => v.Name == mount.Name)),
                    mount.SubPath ?? "")));

    private static List<Join> Joins(PodSetup setup)
    {
        var shown = "/proc/$CHILD_pause/ns/@";
        List<Join> joins = [new("pidfd:" + PausePlanner.Child, setup.SandboxNamespaces, shown)];
        if (setup.Pod.ShareProcessNamespace)
            joins.Add(new Join("pidfd:" + PausePlanner.Child, CloneFlags.NEWPID, shown));
        return joins;
    }

    private static void AddFiles(Plan plan, PodSetup setup)
    {
        plan.Add(new MakeDirectory(Path.Combine(setup.StateDirectory, "logs"), 0x1c0)
        {
            Tree = true,
            Why = "What the containers print goes straight into files: no process stands between.",
        });
        var etc = Path.Combine(setup.StateDirectory, "etc");
        plan.Add(new MakeDirectory(etc, 0x1ed) { Why = "Small files that all containers of the pod see." });
        plan.Add(new WriteFile(Path.Combine(etc, "hosts"), Hosts(setup)) { Why = "The pod knows itself by name." });
        plan.Add(new WriteFile(Path.Combine(etc, "hostname"), setup.Pod.Hostname + "\n")
        {
            Why = "Some programs read the name from here.",
        });
        plan.Add(new WriteFile(Path.Combine(etc, "resolv.conf"), setup.ResolvConf)
        {
            Why = "Whom to ask for other names.",
        });
        AddVolumes(plan, setup);
    }

    private static void AddVolumes(Plan plan, PodSetup setup)
    {
        var group = setup.Pod.SecurityContext.FsGroup;
        // New files in it belong to the group too: that is the set-group-id bit.
        var mode = group is null ? 0x1ffu /* 0777 */ : 0x5ff /* 02777 */;
        foreach (var volume in setup.Pod.Volumes.Where(v => v.HostPath is null))
        {
            plan.Add(new MakeDirectory(VolumePath(setup, volume), mode)
            {
                Tree = true,
                Group = group,
                Why = $"The empty directory {volume.Name}, which lives as long as the pod.",
            });
            if (volume.InMemory)
                plan.Add(new MountTmpfs(VolumePath(setup, volume), mode, group, volume.SizeLimit)
                {
                    Why = "A volume in memory, as its medium says. On the host, where all containers of the pod can "
                        + "bind it from.",
                });
        }

        foreach (var volume in
            setup.Pod.Volumes.Where(v => v is { HostPath: not null, HostPathType: "DirectoryOrCreate" }))
            plan.Add(new MakeDirectory(volume.HostPath!, 0x1ed)
            {
                Kept = true,
                Why = $"Volume {volume.Name} asks for it, and keeps it.",
            });
    }

    /// <summary>Where a volume is on the host.</summary>
    internal static string VolumePath(PodSetup setup, Volume volume) =>
        volume.HostPath is { } host
        ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(host))
        : Path.Combine(setup.StateDirectory, "volumes", volume.Name);

    // The pod's own cgroup: above those of its containers, which share what it allows.
    private static Spec PodSpec(PodSetup setup) => DefaultSpec.Create() with
    {
        Linux = new Linux
        {
            CgroupsPath = $"minic/{setup.Id}/{PodSetup.SandboxCgroup}",
            Resources = new LinuxResources { Devices = DefaultSpec.Create().Linux!.Resources!.Devices },
        },
    };

    // hosts(5), in the form that Kubernetes writes.
    private static string Hosts(PodSetup setup)
    {
        var lines = new List<string> { "127.0.0.1\tlocalhost", "::1\tlocalhost ip6-localhost ip6-loopback" };
        lines.AddRange(setup.Addresses.Select(a => $"{a}\t{setup.Pod.Hostname}"));
        lines.AddRange(setup.Pod.HostAliases.Select(a => $"{a.Ip}\t{string.Join(" ", a.Hostnames)}"));
        return string.Join("\n", lines) + "\n";
    }
}
