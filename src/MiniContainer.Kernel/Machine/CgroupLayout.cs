// Which versions of cgroups a machine has, and which controllers: version 1 has a hierarchy for each, version 2 one for
// all, and a hybrid machine has its controllers in version 1 beside an empty version 2 (lab 08-cgroups; cgroups(7)).

namespace MiniContainer.Kernel;

/// <summary>Which versions of cgroups there are.</summary>
public enum CgroupVersion
{
    /// <summary>No hierarchy is mounted.</summary>
    None,

    /// <summary>Version 1 alone.</summary>
    V1,

    /// <summary>Controllers in version 1, and a version 2 without any.</summary>
    Hybrid,

    /// <summary>Version 2 alone.</summary>
    V2,
}

/// <summary>The cgroups of a machine.</summary>
/// <param name="Hierarchies">What is mounted.</param>
/// <param name="Unified">The controllers that version 2 has, at its root: "cpu", "io" ….</param>
public sealed record CgroupLayout(IReadOnlyList<CgroupHierarchy> Hierarchies, IReadOnlyList<string> Unified)
{
    /// <summary>This machine's, now.</summary>
    public static CgroupLayout Read()
    {
        var hierarchies = Cgroups.Hierarchies();
        return new(hierarchies, hierarchies.FirstOrDefault(h => h.IsV2) is { } v2 ? In(v2.MountPoint) : []);
    }

    /// <summary>The version.</summary>
    public CgroupVersion Version => (Hierarchies.Any(h => !h.IsV2), Hierarchies.Any(h => h.IsV2)) switch
    {
        (true, true) => CgroupVersion.Hybrid,
        (true, false) => CgroupVersion.V1,
        (false, true) => CgroupVersion.V2,
        _ => CgroupVersion.None,
    };

    /// <summary>Whether a controller is there, in either version.</summary>
    /// <param name="controller">"memory", "pids", "cpu".</param>
    public bool Has(string controller) => Controllers.Contains(controller);

    /// <summary>All controllers, those of version 1 first; named hierarchies, such as systemd's, have none.</summary>
    public IReadOnlyList<string> Controllers =>
        [.. Hierarchies.SelectMany(h => h.Controllers).Where(c => !c.Contains('=', StringComparison.Ordinal))
            .Concat(Unified).Distinct()];

    /// <summary>The controllers that a cgroup of version 2 can hand on.</summary>
    /// <param name="cgroup">Its directory.</param>
    public static IReadOnlyList<string> In(string cgroup) =>
        (Knob.TryRead($"{cgroup}/cgroup.controllers") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
