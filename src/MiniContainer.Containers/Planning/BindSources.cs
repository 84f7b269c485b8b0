// The sources of a container's bind mounts: picked up while the host's files can still be seen, as descriptors of trees
// that are attached nowhere yet (lab 07-layers; open_tree(2), mount_setattr(2)). minic itself picks up a tree whose ids
// are mapped, before the child is made: in a user namespace of its own the child could not do it.

using MiniContainer.Containers.Oci;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;
using static MiniContainer.Kernel.Abi;
using static MiniContainer.Kernel.TapeCalls;

namespace MiniContainer.Containers.Planning;

/// <summary>Plans what bind mounts are made of.</summary>
internal static class BindSources
{
    // What mount_setattr(2) calls the flags of mount(2); how atime is kept is one field of three values.
    private static readonly (ulong Flag, ulong Attr)[] Attributes =
    [
        (MS_RDONLY, MOUNT_ATTR_RDONLY), (MS_NOSUID, MOUNT_ATTR_NOSUID), (MS_NODEV, MOUNT_ATTR_NODEV),
        (MS_NOEXEC, MOUNT_ATTR_NOEXEC), (MS_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW),
        (MS_NODIRATIME, MOUNT_ATTR_NODIRATIME),
    ];

    /// <summary>Adds the steps by which minic picks up what the child could not: trees with mapped ids; and if the
    /// child is in a user namespace, what no user of that namespace may get at.</summary>
    /// <returns>The names of their descriptors, in the order of the steps.</returns>
    public static IReadOnlyList<string> AddGiven(Plan plan, Bundle bundle, IEnumerable<PlannedMount> mounts)
    {
        var names = new List<string>();
        foreach (var planned in mounts.Where(m => m.IsGiven))
        {
            var (mount, options, source, index) = (planned.Mount, planned.Options, planned.Source!, planned.Index);
            if (planned.Volume is { } volume)
            {
                names.Add(planned.VolumeName!);
                plan.Add(new OpenVolume(planned.VolumeName!, volume.Volume, volume.Below, volume.Kind)
                {
                    Why = "Containers may change what lies in it: no link there is followed out of it, and what is "
                        + "found is held.",
                });
                continue;
            }

            var linux = bundle.Spec.Linux;
            names.Add(Name(index));
            if (planned.NamesHost)
            {
                plan.Add(new MakeFileSystem(Name(index), mount.Type!, mount.Source!, planned.Flags, planned.Data)
                {
                    Why = "By minic: the child will be under the container's rules for devices, which need not allow "
                        + "this one.",
                });
                continue;
            }

            if (!IsMapped(mount, options))
            {
                plan.Add(new OpenHostTree(Name(index), source, (options.Flags & MS_REC) != 0)
                {
                    Why = "By minic: the container's root is nobody special outside, and may not be let through to it.",
                });
                continue;
            }

            plan.Add(
                new OpenMappedTree(Name(index), source, Lines(mount.UidMappings ?? linux?.UidMappings),
                    Lines(mount.GidMappings ?? linux?.GidMappings))
            {
                Recursive = (options.Flags & MS_REC) != 0,
                MapsBelow = options.IdMap == MountIdMap.Tree,
                UserNamespace = mount.UidMappings is null
                    ? linux?.Namespaces?.FirstOrDefault(n => n.Type == "user")?.Path : null,
                Why = "Files seem to belong to others in there, and nothing changes on the disk. By minic: it takes "
                    + "privileges over the file system.",
            });
        }

        return names;
    }

    /// <summary>Picks a source up, with the attributes that its mount is to have.</summary>
    /// <param name="tape">The child's tape.</param>
    /// <param name="mount">The mount.</param>
    /// <param name="staysPeer">Whether what is mounted on it may appear on the host, where config.json lets it.</param>
    /// <returns>The tree's descriptor.</returns>
    public static int OpenTree(ChildTape tape, PlannedMount mount, bool staysPeer)
    {
        var options = mount.Options;
        var recursive = (options.Flags & MS_REC) != 0;
        var tree = mount.Inside is { } inside
            ? tape.OpenTreeInside(inside, recursive,
                "It lies in the container's root, where an earlier mount may have brought it; so it is looked for in "
                    + "there.")
            : mount.VolumeName is { } volume ? tape.GivenVolume(volume)
            : mount.IsGiven ? tape.GivenTree(Name(mount.Index), mount.Source!, recursive)
            : tape.OpenTree(mount.Source!, recursive, "While the host's files can still be seen.");
        var (set, clear) = Of(options);
        if ((set | clear) != 0)
            tape.SetAttributes(tree, set, clear, false, 0,
                "Before it is attached: there is no moment in which it can be written.");
        if (mount.IsGiven && !staysPeer
            && (options.Propagation.Count == 0 || options.Propagation[0] != (MS_PRIVATE | MS_REC)))
            tape.SetAttributes(tree, 0, 0, true, MS_SLAVE,
                "minic picked it up among the host's mounts: what the container mounts on it must not appear there.");
        foreach (var propagation in options.Propagation)
            tape.SetAttributes(tree, 0, 0, (propagation & MS_REC) != 0, propagation & ~MS_REC,
                "Whether what is mounted here appears there, and the other way round.");
        if ((options.TreeSet | options.TreeClear) != 0)
            tape.SetAttributes(tree, options.TreeSet, options.TreeClear, true, 0,
                "The recursive options mean every mount below too.");
        return tree;
    }

    /// <summary>The attributes that options set, as mount_setattr(2) has them.</summary>
    public static ulong AttributesOf(MountOptions options) => Of(options).Set;

    /// <summary>A user namespace's maps as the kernel reads them.</summary>
    public static string Lines(IReadOnlyList<LinuxIdMapping>? maps) =>
        string.Concat((maps ?? []).Select(m => $"{m.ContainerId} {m.HostId} {m.Size}\n"));

    /// <summary>Whether minic picks a mount's source up, and not the child.</summary>
    /// <param name="mount">The mount.</param>
    /// <param name="options">Its options.</param>
    /// <param name="changesUser">Whether the child is in another user namespace than minic.</param>
    /// <param name="caller">
    /// Who runs minic: an unprivileged caller has no privileges to spare, and the same id as the child.
    /// </param>
    public static bool IsGiven(Mount mount, MountOptions options, bool changesUser, Kernel.Caller caller) =>
        IsMapped(mount, options) || options.IsBind && changesUser && caller.IsPrivileged;

    /// <summary>Whether its ids are mapped.</summary>
    public static bool IsMapped(Mount mount, MountOptions options) =>
        options.IsBind && (options.IdMap != MountIdMap.None || mount.UidMappings is not null);

    /// <summary>The name of the descriptor by which minic gives a mount to the child.</summary>
    public static string Name(int index) => $"mapped:{index}";

    private static (ulong Set, ulong Clear) Of(MountOptions options)
    {
        var set = Attributes.Where(a => (options.Flags & a.Flag) != 0).Aggregate(0UL, (all, a) => all | a.Attr);
        var clear = Attributes.Where(a => (options.Cleared & a.Flag) != 0).Aggregate(0UL, (all, a) => all | a.Attr);
        var atime = options.Flags & (MS_NOATIME | MS_RELATIME | MS_STRICTATIME);
        set |= (atime & MS_NOATIME) != 0 ? MOUNT_ATTR_NOATIME
            : (atime & MS_STRICTATIME) != 0 ? MOUNT_ATTR_STRICTATIME : 0;
        return (set, clear | (atime != 0 ? MOUNT_ATTR__ATIME : 0));
    }
}
