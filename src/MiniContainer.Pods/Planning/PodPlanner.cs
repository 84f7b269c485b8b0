// From a manifest to a plan: the sandbox with its network, then the containers in it, one after the other
// (lab 21-pod; Kubernetes' v1/Pod).
//
//     pod cgroup, files, volumes
//     pause: new network, IPC, UTS and pid namespaces       <- the network is attached while it waits
//     init containers, each to its end
//     containers: join network, IPC, UTS of pause; mounts (and pids, unless shared) of their own

using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Planning;
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
        var volumes = setup.Pod.Volumes.Where(v => v is { HostPath: null } or { HostPathType: "DirectoryOrCreate" }).Select(v => VolumePath(setup, v)).ToList();
        var made = facts with { IsDirectory = path => volumes.Any(v => (path + "/").StartsWith(v + "/", StringComparison.Ordinal)) || facts.IsDirectory(path) };
        foreach (var step in network?.Before ?? [])
            plan.Add(step);
        AddFiles(plan, setup);
        var cgroup = CgroupPlanner.Add(plan, PodSpec(setup), setup.Id, facts);
        PausePlanner.Add(plan, setup, network, cgroup, facts);
        foreach (var container in pod.InitContainers)
        {
            AddContainer(plan, setup, container, made);
            plan.Add(new AwaitSuccess(container.Name) { Why = "The next container may count on what this one prepared." });
        }

        foreach (var container in pod.Containers)
            AddContainer(plan, setup, container, made);
    }

    private static void AddContainer(Plan plan, PodSetup setup, Container container, Facts facts)
    {
        var directory = Path.Combine(setup.StateDirectory, "containers", container.Name);
        var image = setup.Images[container.Image];
        plan.Add(new MakeDirectory(directory, 0x1c0) { Tree = true, Why = $"What belongs to container {container.Name} alone." });
        var log = "log:" + setup.LogOf(container.Name);
        var spec = PodContainerSpec.Of(setup, container, image);
        plan.Add(new WriteFile(Path.Combine(directory, Bundle.ConfigName), SpecJson.Write(spec)) { Why = "The container is a bundle like any other; exec reads here what its processes may do." });
        ContainerPlanner.Add(plan, new Bundle(directory, spec), new ContainerSetup(container.Name, directory)
        {
            Stdio = ["null", log, log],
            Joins = Joins(setup),
            Overlay = new OverlayRoot([image], Path.Combine(directory, "upper"), Path.Combine(directory, "work"), Path.Combine(directory, "merged")),
        }, facts);
    }

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
        plan.Add(new MakeDirectory(Path.Combine(setup.StateDirectory, "logs"), 0x1c0) { Tree = true, Why = "What the containers print goes straight into files: no process stands between." });
        var etc = Path.Combine(setup.StateDirectory, "etc");
        plan.Add(new MakeDirectory(etc, 0x1ed) { Why = "Small files that all containers of the pod see." });
        plan.Add(new WriteFile(Path.Combine(etc, "hosts"), Hosts(setup)) { Why = "The pod knows itself by name." });
        plan.Add(new WriteFile(Path.Combine(etc, "hostname"), setup.Pod.Hostname + "\n") { Why = "Some programs read the name from here." });
        plan.Add(new WriteFile(Path.Combine(etc, "resolv.conf"), setup.ResolvConf) { Why = "Whom to ask for other names." });
        AddVolumes(plan, setup);
    }

    private static void AddVolumes(Plan plan, PodSetup setup)
    {
        foreach (var volume in setup.Pod.Volumes.Where(v => v.HostPath is null))
            plan.Add(new MakeDirectory(VolumePath(setup, volume), 0x1ff /* 0777 */) { Tree = true, Why = $"The empty directory {volume.Name}, which lives as long as the pod." });
        foreach (var volume in setup.Pod.Volumes.Where(v => v is { HostPath: not null, HostPathType: "DirectoryOrCreate" }))
            plan.Add(new MakeDirectory(volume.HostPath!, 0x1ed) { Kept = true, Why = $"Volume {volume.Name} asks for it, and keeps it." });
        var mounts = setup.Pod.InitContainers.Concat(setup.Pod.Containers).SelectMany(c => c.VolumeMounts).Where(m => m.SubPath is { Length: > 0 });
        foreach (var (name, subPath) in mounts.Select(m => (m.Name, m.SubPath!)).Distinct())
        {
            if (setup.Pod.Volumes.First(v => v.Name == name) is { HostPath: null } volume)
                plan.Add(new MakeDirectory(Path.Combine(VolumePath(setup, volume), subPath), 0x1ff) { Tree = true, Why = "A part of that volume that a container mounts alone." });
        }
    }

    /// <summary>Where a volume is on the host.</summary>
    internal static string VolumePath(PodSetup setup, Volume volume) =>
        volume.HostPath ?? Path.Combine(setup.StateDirectory, "volumes", volume.Name);

    // The pod's own cgroup: above those of its containers, which share what it allows.
    private static Spec PodSpec(PodSetup setup) => DefaultSpec.Create() with
    {
        Linux = new Linux
        {
            CgroupsPath = $"minic/{setup.Id}/sandbox",
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
