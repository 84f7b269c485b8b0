// The mounts of config.json, with all that has to be known before the first of them is made: where they lead, what they
// show, and whether they have to be made before pivot_root (labs 06-mounts, 07-layers; runtime-spec, "Mounts").
//
//     made before, attached after     what names paths of the host: bind mounts, overlays, file systems of a device
//                                     proc and sysfs for a user namespace: the kernel wants to see those of the host
//                                     any mount before one of these: mountinfo lists them as they are made
//     made after                      the rest; a bind mount of what lies in the container's root, which an earlier
//                                     one may have brought

using MiniContainer.Containers.Oci;
using MiniContainer.Plans;
using static Tmds.Linux.LibC;

namespace MiniContainer.Containers.Planning;

/// <summary>A mount of config.json.</summary>
/// <param name="Index">Its place there.</param>
/// <param name="Mount">As it is written there.</param>
/// <param name="Options">Its options.</param>
/// <param name="Target">Where it goes: a path of the container without links.</param>
internal sealed record PlannedMount(int Index, Mount Mount, MountOptions Options, string Target)
{
    // File systems of the kernel's own, which have neither a source nor options that are paths.
    private static readonly string[] Sourceless = ["proc", "sysfs", "tmpfs", "devpts", "mqueue", "cgroup", "cgroup2"];

    /// <summary>A bind mount's source on the host; null of another mount.</summary>
    public string? Source { get; init; }

    /// <summary>The volume that a bind mount's source is, or is in; null of any other.</summary>
    public VolumeSource? Volume { get; init; }

    /// <summary>The name of the descriptor by which minic gives the volume to the child.</summary>
    public string? VolumeName { get; init; }

    /// <summary>A bind mount's source as a path of the container; null for one that is not in its root.</summary>
    public string? Inside { get; init; }

    /// <summary>Whether the target has to be a directory.</summary>
    public bool IsDirectory { get; init; } = true;

    /// <summary>The file system's own options; null for none.</summary>
    public string? Data { get; init; }

    /// <summary>Whether minic picks a bind mount's source up, or makes the file system, and not the child.</summary>
    public bool IsGiven { get; init; }

    /// <summary>
    /// Whether an earlier bind mount brings the host's own cgroup hierarchy to its target: the kernel refuses the same
    /// file system on top of itself (EBUSY), but not a bind mount of a part of it.
    /// </summary>
    public bool IsOnHosts { get; init; }

    /// <summary>Whether it is made before pivot_root, and attached after it.</summary>
    public bool IsEarly { get; init; }

    /// <summary>Whether it is one of the two of which a user namespace gets one only if it can see one.</summary>
    public bool IsOfKernel => !Options.IsBind && Mount.Type is "proc" or "sysfs";

    /// <summary>Whether its source or its options may name paths of the host.</summary>
    public bool NamesHost => !Options.IsBind && !IsRemount && !Sourceless.Contains(Mount.Type);

    // The child is under the container's rules for devices when it mounts.
    private bool IsOnDevice =>
        NamesHost && Mount.Source?.StartsWith("/dev/", StringComparison.Ordinal) == true
        && ChildTape.CanMakeMount(Flags, Data);

    /// <summary>Whether it is made writable, and closed when all is in it.</summary>
    public bool IsClosedLate => Mount.Type == "tmpfs" && !Options.IsBind && Options.IsReadOnly;

    /// <summary>MS_* flags to make it with.</summary>
    public ulong Flags => IsClosedLate ? Options.Flags & ~(ulong)MS_RDONLY : Options.Flags;

    private bool IsRemount => (Options.Flags & (ulong)MS_REMOUNT) != 0;

    /// <summary>The mounts of a bundle, in their order.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="root">The container's root on the host, or where it will be.</param>
    /// <param name="paths">Follows paths in it; is told of each mount.</param>
    /// <param name="setup">Which sources are volumes.</param>
    /// <param name="changesUser">Whether the child is in another user namespace than minic.</param>
    /// <param name="facts">The machine.</param>
    public static IReadOnlyList<PlannedMount> Read(Bundle bundle, string root, ImagePaths paths, ContainerSetup setup,
        bool changesUser, Facts facts)
    {
        var mounts = (bundle.Spec.Mounts ?? []).Select((m, i) => Read(bundle, root, paths, m, i, facts))
            .Select(m => m.OfVolume(bundle, setup)).ToList();
        if (mounts.FindIndex(m => m.Mount.Type == "cgroup") is >= 0 and var at
            && CgroupMounts.IsOnHosts(mounts, at, facts))
            mounts[at] = mounts[at] with { IsOnHosts = true };
        var ofCgroups = CgroupMounts.NeedHost(bundle.Spec, facts);
        var last = mounts.FindLastIndex(NeedsHost);
        return
        [
            .. mounts.Select((m, i) => m with
            {
                IsGiven = m.Volume is not null
                    || m.Inside is null && BindSources.IsGiven(m.Mount, m.Options, changesUser, facts.Caller)
                    || !changesUser && m.IsOnDevice,
                IsEarly = NeedsHost(m) || i < last && m.CanBeEarly(),
            }),
        ];

        bool NeedsHost(PlannedMount m) => m.Source is not null && m.Inside is null || m.NamesHost
            || m.IsOfKernel && m.CanBeEarly() && (changesUser || facts.Caller.InUserNamespace)
            || m.Mount.Type == "cgroup" && !m.Options.IsBind && ofCgroups || m.IsOnHosts;
    }

    private static PlannedMount Read(Bundle bundle, string root, ImagePaths paths, Mount mount, int index, Facts facts)
    {
        var options = MountOptions.Parse(mount.Options);
        var planned = new PlannedMount(index, mount, options, "/");
        planned = planned with { Target = paths.Place(mount.Destination, followLast: !planned.IsOfKernel) };
        if (!options.IsBind)
        {
            var (data, mode) = DataOf(planned, paths, bundle.Spec.Linux?.MountLabel);
            if (!planned.IsRemount)
                paths.New(planned.Target, mode, leadsOut: mount.Type == "proc");
            return planned with { Data = data };
        }

        var source = Bundle.Resolve(bundle.Directory, mount.Source!);
        if (BindSources.IsMapped(mount, options) || ImagePaths.Below(root, source) is not { } inside)
        {
            paths.Bind(planned.Target, source);
            return planned with { Source = source, IsDirectory = facts.IsDirectory(source) };
        }

        inside = paths.Place(inside);
        var look = paths.Look(inside);
        paths.BindInside(planned.Target, inside);
        return planned with
        {
            Source = source,
            Inside = inside,
            IsDirectory = look?.IsDirectory ?? facts.IsDirectory(source),
        };
    }

    // The root of a tmpfs gets the permissions of what it covers, as with runc, unless its options say otherwise; where
    // nothing is there yet, those that the kernel gives it.
    private static (string? Data, uint Mode) DataOf(PlannedMount mount, ImagePaths paths, string? label)
    {
        var (data, mode) = (mount.Options.Data, 0x1edu);
        if (mount.Mount.Type == "tmpfs")
        {
            var asked = data.Split(',').LastOrDefault(o => o.StartsWith("mode=", StringComparison.Ordinal))?[5..];
            var covered = asked is null && paths.Look(mount.Target) is { IsDirectory: true, Permissions: var p }
                ? p : (uint?)null;
            mode = covered ?? ParseMode(asked) ?? 0x3ff;
            if (covered is not null && !mount.IsRemount)
                data = $"mode={Convert.ToString(mode, 8)}{(data.Length > 0 ? "," : "")}{data}";
        }

        data = SecurityLabels.MountData(data, mount.Mount.Type, label);
        return (data.Length > 0 ? data : null, mode);
    }

    private static uint? ParseMode(string? octal) =>
        octal is { Length: > 0 and < 6 } && octal.All(c => c is >= '0' and <= '7') ? Convert.ToUInt32(octal, 8) : null;

    // Containers may change what lies in a volume: minic itself picks up what is mounted of it.
    private PlannedMount OfVolume(Bundle bundle, ContainerSetup setup) =>
        Options.IsBind && setup.Volumes.TryGetValue(Bundle.Resolve(bundle.Directory, Mount.Source!), out var volume)
            ? this with { Inside = null, Volume = volume, VolumeName = $"volume:{setup.Child}:{Index}" } : this;

    private bool CanBeEarly() => !IsRemount && Inside is null
        && (Options.IsBind || NamesHost || Mount.Type == "cgroup" || ChildTape.CanMakeMount(Flags, Data));
}

/// <summary>The root of a container.</summary>
/// <param name="Path">Where it is on the host, or where its layers will be joined.</param>
/// <param name="Paths">Follows paths in it, once all mounts are made.</param>
/// <param name="Mounts">Its mounts.</param>
internal sealed record PlannedRoot(string Path, ImagePaths Paths, IReadOnlyList<PlannedMount> Mounts)
{
    /// <summary>The root of a bundle.</summary>
    public static PlannedRoot Of(Bundle bundle, ContainerSetup setup, bool changesUser, Facts facts)
    {
        var path = setup.Overlay?.Merged ?? System.IO.Path.TrimEndingDirectorySeparator(bundle.RootPath);
        var paths = new ImagePaths(setup.Overlay is { } overlay ? [overlay.Upper, .. overlay.Lower] : [path],
            facts.Look);
        return new PlannedRoot(path, paths, PlannedMount.Read(bundle, path, paths, setup, changesUser, facts));
    }
}
