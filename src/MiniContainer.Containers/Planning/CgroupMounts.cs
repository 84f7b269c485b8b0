// The container's view of its cgroups at /sys/fs/cgroup: with a cgroup namespace, the root that it sees is its own cgroup
// (lab 08-cgroups, cgroup_namespaces(7)).

using MiniContainer.Containers.Oci;
using MiniContainer.Plans;
using static Tmds.Linux.LibC;

namespace MiniContainer.Containers.Planning;

/// <summary>Plans the mount of type "cgroup".</summary>
internal static class CgroupMounts
{
    /// <summary>Adds one mount in version 2; in version 1 a tmpfs with one mount per hierarchy in it.</summary>
    public static void Add(ChildTape tape, string target, MountOptions options, Facts facts)
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
                AddHierarchy(tape, target, flags, hierarchy.MountPoint, hierarchy.Controllers, options.IsReadOnly);
        }

        if (options.IsReadOnly && facts.Hierarchies.Count > 0)
            tape.Remount(target, flags | (ulong)MS_RDONLY, "A container must not raise its own limits.");
    }

    private static void AddHierarchy(ChildTape tape, string target, ulong flags, string mountPoint, IReadOnlyList<string> controllers, bool readOnly)
    {
        var directory = $"{target}/{Path.GetFileName(mountPoint)}";
        tape.MakeDirectories(directory, 0x1ed, "One hierarchy's mount point.");
        var data = controllers.Count == 0 ? null : string.Join(",", controllers.Select(c => c.StartsWith("name=", StringComparison.Ordinal) ? "none," + c : c));
        tape.Mount("cgroup", directory, controllers.Count == 0 ? "cgroup2" : "cgroup", flags, data, "The cgroup namespace makes the container's own cgroup the root of this.", "08-cgroups");
        if (readOnly)
            tape.Remount(directory, flags | (ulong)MS_RDONLY, "A container must not raise its own limits.");
        // cpu,cpuacct are one hierarchy with two names.
        foreach (var name in controllers.Count > 1 ? controllers : [])
        {
            if (Path.GetFileName(mountPoint) != name)
                tape.Symlink(Path.GetFileName(mountPoint), $"{target}/{name}", "Each controller is found under its own name.");
        }
    }
}
