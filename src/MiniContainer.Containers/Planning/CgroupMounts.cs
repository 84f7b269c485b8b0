// The container's view of its cgroups at /sys/fs/cgroup (lab 08-cgroups, cgroup_namespaces(7)). With a cgroup namespace the
// root that it sees is its own cgroup. Without one it would see the host's: in version 1 its own cgroups are bound there
// instead, as runc does. (In version 2 runc shows the host's tree then, and so does minic.)

using MiniContainer.Containers.Oci;
using MiniContainer.Plans;
using static Tmds.Linux.LibC;

namespace MiniContainer.Containers.Planning;

/// <summary>Plans the mount of type "cgroup".</summary>
internal static class CgroupMounts
{
    /// <summary>Picks up the container's own cgroups where it has no cgroup namespace.</summary>
    /// <param name="tape">Takes the steps.</param>
    /// <param name="trees">Takes their numbers, by where they are to be attached.</param>
    /// <param name="target">The destination of the mount.</param>
    /// <param name="attributes">The attributes of each (mount_setattr(2)).</param>
    /// <param name="spec">The configuration.</param>
    /// <param name="id">The container's id.</param>
    /// <param name="facts">The machine.</param>
    public static void PickUp(ChildTape tape, Dictionary<string, int> trees, string target, ulong attributes, Spec spec, string id, Facts facts)
    {
        if ((spec.Linux?.Namespaces ?? []).Any(n => n.Type == "cgroup") || facts.Hierarchies.All(h => h.IsV2))
            return;
        foreach (var hierarchy in facts.Hierarchies)
        {
            var tree = tape.OpenTree(CgroupPlanner.OwnPath(hierarchy, spec, id, facts), false, "Without a cgroup namespace the hierarchy itself would show the host's cgroups.");
            tape.SetAttributes(tree, attributes, 0, false, 0, "A container must not raise its own limits.");
            trees[Directory(target, hierarchy.MountPoint)] = tree;
        }
    }

    /// <summary>Adds one mount in version 2; in version 1 a tmpfs with one mount per hierarchy in it.</summary>
    public static void Add(ChildTape tape, Dictionary<string, int> trees, string target, MountOptions options, Facts facts)
    {
        // The superblock of a hierarchy is the host's: read-only must be said of the mount alone, afterwards.
        var flags = options.Flags & ~(ulong)MS_RDONLY & ~(ulong)MS_RELATIME;
        if (facts.Hierarchies.All(h => h.IsV2))
        {
            if (facts.Hierarchies.Count > 0)
                tape.Mount("cgroup", target, "cgroup2", flags, null, "The cgroup namespace makes the container's own cgroup the root of this.", "08-cgroups");
        }
        else
        {
            tape.Mount("tmpfs", target, "tmpfs", flags, "mode=755", "Version 1 has a directory per hierarchy.", "08-cgroups");
            foreach (var hierarchy in facts.Hierarchies)
                AddHierarchy(tape, trees, target, flags, hierarchy.MountPoint, hierarchy.Controllers, options.IsReadOnly);
        }

        if (options.IsReadOnly && facts.Hierarchies.Count > 0)
            tape.Remount(target, flags | (ulong)MS_RDONLY, "A container must not raise its own limits.");
    }

    private static string Directory(string target, string mountPoint) => $"{target}/{Path.GetFileName(mountPoint)}";

    private static void AddHierarchy(ChildTape tape, Dictionary<string, int> trees, string target, ulong flags, string mountPoint, IReadOnlyList<string> controllers, bool readOnly)
    {
        var directory = Directory(target, mountPoint);
        tape.MakeDirectories(directory, 0x1ed, "One hierarchy's mount point.");
        if (trees.TryGetValue(directory, out var tree))
        {
            tape.Attach(tree, directory, "Its own cgroup in this hierarchy.");
            Link();
            return;
        }

        var data = controllers.Count == 0 ? null : string.Join(",", controllers.Select(c => c.StartsWith("name=", StringComparison.Ordinal) ? "none," + c : c));
        tape.Mount("cgroup", directory, controllers.Count == 0 ? "cgroup2" : "cgroup", flags, data, "The cgroup namespace makes the container's own cgroup the root of this.", "08-cgroups");
        if (readOnly)
            tape.Remount(directory, flags | (ulong)MS_RDONLY, "A container must not raise its own limits.");
        Link();

        // cpu,cpuacct are one hierarchy with two names.
        void Link()
        {
            foreach (var name in (controllers.Count > 1 ? controllers : []).Where(c => c != Path.GetFileName(mountPoint)))
                tape.Symlink(Path.GetFileName(mountPoint), $"{target}/{name}", "Each controller is found under its own name.");
        }
    }
}
