// The sources of a container's bind mounts: picked up while the host's files can still be seen, as descriptors of trees that
// are attached nowhere yet (lab 07-layers; open_tree(2), mount_setattr(2)). One whose ids are mapped minic picks up itself,
// before the child is made: in a user namespace of its own that could not do it.

using MiniContainer.Containers.Oci;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Containers.Planning;

/// <summary>Plans what bind mounts are made of.</summary>
internal static class BindSources
{
    // What mount_setattr(2) calls the flags of mount(2); how atime is kept is one field of three values.
    private static readonly (ulong Flag, ulong Attr)[] Attributes =
    [
        (0x1 /* MS_RDONLY */, 0x1), (0x2 /* MS_NOSUID */, 0x2), (0x4 /* MS_NODEV */, 0x4), (0x8 /* MS_NOEXEC */, 0x8),
        (0x100 /* MS_NOSYMFOLLOW */, 0x200000), (0x800 /* MS_NODIRATIME */, 0x80),
    ];

    private const ulong MS_NOATIME = 0x400;
    private const ulong MS_REC = 0x4000;
    private const ulong MS_RELATIME = 1 << 21;
    private const ulong MS_STRICTATIME = 1 << 24;
    private const ulong MOUNT_ATTR__ATIME = 0x70;

    /// <summary>Adds the steps by which minic picks up what the child could not: trees with mapped ids; and where it is in a user
    /// namespace, what nobody of there may get at.</summary>
    /// <returns>The names of their descriptors, in the order of the steps.</returns>
    public static IReadOnlyList<string> AddGiven(Plan plan, Bundle bundle, ContainerSetup setup, ulong made, Kernel.Caller caller)
    {
        var names = new List<string>();
        foreach (var (mount, i) in (bundle.Spec.Mounts ?? []).Select((m, i) => (m, i)))
        {
            var options = MountOptions.Parse(mount.Options);
            if (VolumeName(bundle, setup, mount, options, i) is { } name)
            {
                var volume = setup.Volumes[Bundle.Resolve(bundle.Directory, mount.Source!)];
                plan.Add(new PickUpVolume(name, volume.Volume, volume.Below, volume.Kind) { Why = "Containers may change what lies in it: no link there is followed out of it, and what is found is held." });
                names.Add(name);
                continue;
            }

            if (!IsGiven(mount, options, made, caller))
                continue;
            var linux = bundle.Spec.Linux;
            names.Add(Name(i));
            if (!IsMapped(mount, options))
            {
                plan.Add(new PickUp(Name(i), Bundle.Resolve(bundle.Directory, mount.Source!), (options.Flags & MS_REC) != 0) { Why = "By minic: the container's root is nobody special outside, and may not be let through to it." });
                continue;
            }

            plan.Add(new PickUpMapped(Name(i), Bundle.Resolve(bundle.Directory, mount.Source!), Lines(mount.UidMappings ?? linux?.UidMappings), Lines(mount.GidMappings ?? linux?.GidMappings))
            {
                Recursive = (options.Flags & MS_REC) != 0,
                MapsBelow = options.IdMap == MountIdMap.Tree,
                UserNamespace = mount.UidMappings is null ? linux?.Namespaces?.FirstOrDefault(n => n.Type == "user")?.Path : null,
                Why = "Files seem to belong to others in there, and nothing changes on the disk. By minic: it takes privileges over the file system.",
            });
        }

        return names;
    }

    /// <summary>Picks a source up, with the attributes that its mount is to have.</summary>
    /// <returns>The tree's descriptor.</returns>
    public static int PickUp(ChildTape tape, Bundle bundle, ContainerSetup setup, Mount mount, int index, MountOptions options, bool given)
    {
        var recursive = (options.Flags & MS_REC) != 0;
        var source = Bundle.Resolve(bundle.Directory, mount.Source!);
        var tree = VolumeName(bundle, setup, mount, options, index) is { } volume ? tape.GivenVolume(volume) : given
            ? tape.GivenTree(Name(index), source, recursive)
            : tape.OpenTree(source, recursive, "While the host's files can still be seen.");
        var (set, clear) = Of(options);
        // MS_PRIVATE and the like: mount_setattr(2) takes one, and the last one given counts.
        var propagation = options.Propagation.Count > 0 ? options.Propagation[^1] : 0;
        if ((set | clear) != 0)
            tape.SetAttributes(tree, set, clear, false, 0, "Before it is attached: there is no moment in which it can be written.");
        if (propagation != 0)
            tape.SetAttributes(tree, 0, 0, (propagation & MS_REC) != 0, propagation & ~MS_REC, "Whether what is mounted here appears there, and the other way round.");
        if ((options.TreeSet | options.TreeClear) != 0)
            tape.SetAttributes(tree, options.TreeSet, options.TreeClear, true, 0, "The recursive options mean every mount below too.");
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
    /// <param name="made">CLONE_NEW* of the namespaces that the child is in anew.</param>
    /// <param name="caller">Who runs minic: one without privileges has none to spare, and the same id as the child.</param>
    public static bool IsGiven(Mount mount, MountOptions options, ulong made, Kernel.Caller caller) =>
        IsMapped(mount, options) || options.IsBind && (made & CloneFlags.NEWUSER) != 0 && caller.IsPrivileged;

    /// <summary>The name of the descriptor of a mount whose source is a volume; null of any other.</summary>
    public static string? VolumeName(Bundle bundle, ContainerSetup setup, Mount mount, MountOptions options, int index) =>
        options.IsBind && setup.Volumes.ContainsKey(Bundle.Resolve(bundle.Directory, mount.Source!)) ? $"volume:{setup.Child}:{index}" : null;

    private static bool IsMapped(Mount mount, MountOptions options) =>
        options.IsBind && (options.IdMap != MountIdMap.None || mount.UidMappings is not null);

    private static string Name(int index) => $"mapped:{index}";

    private static (ulong Set, ulong Clear) Of(MountOptions options)
    {
        var set = Attributes.Where(a => (options.Flags & a.Flag) != 0).Aggregate(0UL, (all, a) => all | a.Attr);
        var clear = Attributes.Where(a => (options.Cleared & a.Flag) != 0).Aggregate(0UL, (all, a) => all | a.Attr);
        var atime = options.Flags & (MS_NOATIME | MS_RELATIME | MS_STRICTATIME);
        set |= (atime & MS_NOATIME) != 0 ? 0x10UL : (atime & MS_STRICTATIME) != 0 ? 0x20UL : 0;
        return (set, clear | (atime != 0 ? MOUNT_ATTR__ATIME : 0));
    }
}
