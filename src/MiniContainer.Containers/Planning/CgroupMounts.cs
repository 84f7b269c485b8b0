// The container's view of its cgroups at /sys/fs/cgroup (lab 08-cgroups, cgroup_namespaces(7)). With a cgroup namespace
// the root that it sees is its own cgroup. Without one it would see the host's: in version 1 its own cgroups are bound
// there instead, as runc does. (In version 2 runc shows the host's tree then, and so does minic.)

using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using static Tmds.Linux.LibC;

namespace MiniContainer.Containers.Planning;

/// <summary>Plans the mount of type "cgroup".</summary>
internal static class CgroupMounts
{
    private const string OwnRoot = "The cgroup namespace makes the container's own cgroup the root of this.";
    private const string OwnAlone = "Its own cgroup, of which it sees no more.";
    private const string Directories = "Version 1 has a directory per hierarchy.";
    private const string Limits = "A container must not raise its own limits.";

    /// <summary>What was made before pivot_root: descriptors of trees.</summary>
    /// <param name="Top">What is mounted at the destination itself.</param>
    /// <param name="Hierarchies">What is mounted in it, by where the hierarchy is on the host.</param>
    /// <param name="AreBound">Whether those are bind mounts, which have their attributes already.</param>
    public sealed record Made(int? Top, IReadOnlyDictionary<string, int> Hierarchies, bool AreBound);

    /// <summary>Whether it shows the container's own cgroups as paths of the host.</summary>
    public static bool NeedHost(Spec spec, Facts facts) =>
        (spec.Linux?.Namespaces ?? []).All(n => n.Type != "cgroup") && facts.Hierarchies.Any(h => !h.IsV2);

    /// <summary>Whether earlier mounts bring the host's hierarchy of version 2 to where it is to be mounted.</summary>
    /// <param name="mounts">All mounts, in their order.</param>
    /// <param name="at">Which of them it is.</param>
    /// <param name="facts">The machine.</param>
    public static bool IsOnHosts(IReadOnlyList<PlannedMount> mounts, int at, Facts facts)
    {
        var target = mounts[at].Target;
        return !mounts[at].Options.IsBind && facts.Hierarchies is [{ IsV2: true } hierarchy]
            && mounts.Take(at).LastOrDefault(m => (target + "/").StartsWith(m.Target + "/", StringComparison.Ordinal))
                is { Source: { } source, Options.IsBind: true } above
            && (above.Options.Flags & (ulong)MS_REC) != 0
            && source + target[above.Target.Length..] == hierarchy.MountPoint;
    }

    /// <summary>Adds the making of it before pivot_root.</summary>
    /// <param name="tape">Takes the steps.</param>
    /// <param name="mount">The mount.</param>
    /// <param name="spec">The configuration.</param>
    /// <param name="id">The container's id.</param>
    /// <param name="facts">The machine.</param>
    public static Made MakeEarly(ChildTape tape, PlannedMount mount, Spec spec, string id, Facts facts)
    {
        var (flags, bound) = (FlagsOf(mount), NeedHost(spec, facts));
        var made = new Dictionary<string, int>();
        if (mount.IsOnHosts)
            return new Made(OpenTree(tape, CgroupPlanner.OwnPath(facts.Hierarchies[0], spec, id, facts), mount,
                "The host's hierarchy came along with what is mounted there; the kernel refuses it on top of itself."),
                made, AreBound: true);
        if (facts.Hierarchies.All(h => h.IsV2))
            return new Made(facts.Hierarchies.Count == 0 ? null : New("cgroup2", "cgroup", null, OwnRoot), made, bound);
        var top = New("tmpfs", "tmpfs", "mode=755", Directories);
        foreach (var hierarchy in facts.Hierarchies)
        {
            if (bound)
                made[hierarchy.MountPoint] = OpenTree(tape, CgroupPlanner.OwnPath(hierarchy, spec, id, facts), mount,
                    "Without a cgroup namespace the hierarchy itself would show the host's cgroups.");
            else if (New(TypeOf(hierarchy), "cgroup", DataOf(hierarchy), OwnRoot) is { } tree)
                made[hierarchy.MountPoint] = tree;
        }

        return new Made(top, made, bound);

        // What only mount(2) can make is made later.
        int? New(string type, string source, string? data, string why) =>
            ChildTape.CanMakeMount(flags, data) ? tape.MakeMount(type, source, flags, data, why) : null;
    }

    /// <summary>Adds one mount in version 2; in version 1 a tmpfs with one mount per hierarchy in it.</summary>
    /// <param name="tape">Takes the steps.</param>
    /// <param name="mount">The mount; its directory is there.</param>
    /// <param name="made">What was made of it before pivot_root; null for nothing.</param>
    /// <param name="facts">The machine.</param>
    public static void Add(ChildTape tape, PlannedMount mount, Made? made, Facts facts)
    {
        var (target, flags) = (mount.Target, FlagsOf(mount));
        if (facts.Hierarchies.All(h => h.IsV2))
        {
            if (facts.Hierarchies.Count > 0)
                Put(made?.Top, "cgroup", target, "cgroup2", null, mount.IsOnHosts ? OwnAlone : OwnRoot);
        }
        else
        {
            Put(made?.Top, "tmpfs", target, "tmpfs", "mode=755", Directories);
            foreach (var hierarchy in facts.Hierarchies)
                AddHierarchy(hierarchy);
        }

        // The superblock of a hierarchy is the host's: read-only must be said of the mount alone, afterwards.
        if (mount.Options.IsReadOnly && facts.Hierarchies.Count > 0 && !mount.IsOnHosts)
            tape.Remount(target, flags | (ulong)MS_RDONLY, Limits);

        void AddHierarchy(CgroupHierarchy hierarchy)
        {
            var directory = $"{target}/{Path.GetFileName(hierarchy.MountPoint)}";
            tape.MakeDirectories(directory, 0x1ed, "One hierarchy's mount point.");
            int? early = made?.Hierarchies.TryGetValue(hierarchy.MountPoint, out var tree) == true ? tree : null;
            Put(early, "cgroup", directory, TypeOf(hierarchy), DataOf(hierarchy),
                made?.AreBound == true ? "Its own cgroup in this hierarchy." : OwnRoot);
            if (mount.Options.IsReadOnly && made?.AreBound != true)
                tape.Remount(directory, flags | (ulong)MS_RDONLY, Limits);
            // cpu,cpuacct are one hierarchy with two names.
            foreach (var name in
                (hierarchy.Controllers.Count > 1
                    ? hierarchy.Controllers : []).Where(c => c != Path.GetFileName(hierarchy.MountPoint)))
                tape.Symlink(Path.GetFileName(hierarchy.MountPoint), $"{target}/{name}",
                    "Each controller is found under its own name.");
        }

        void Put(int? early, string source, string where, string type, string? data, string why)
        {
            if (early is { } tree)
                tape.Attach(tree, where, why);
            else
                tape.Mount(source, where, type, flags, data, why, "08-cgroups");
        }
    }

    private static int OpenTree(ChildTape tape, string path, PlannedMount mount, string why)
    {
        var tree = tape.OpenTree(path, false, why);
        if (BindSources.AttributesOf(mount.Options) is var set and not 0)
            tape.SetAttributes(tree, set, 0, false, 0, Limits);
        return tree;
    }

    private static ulong FlagsOf(PlannedMount mount) => mount.Options.Flags & ~(ulong)MS_RDONLY & ~(ulong)MS_RELATIME;

    private static string TypeOf(CgroupHierarchy hierarchy) => hierarchy.IsV2 ? "cgroup2" : "cgroup";

    private static string? DataOf(CgroupHierarchy hierarchy) => hierarchy.IsV2 ? null
        : string.Join(",",
            hierarchy.Controllers.Select(c => c.StartsWith("name=", StringComparison.Ordinal) ? "none," + c : c));
}
