// What can be limited, and by whom (lab 08-cgroups; cgroups(7), cgroup-v2.rst "Delegation").

using MiniContainer.Kernel;

namespace MiniContainer.Cli.Doctor;

/// <summary>Examines the cgroups.</summary>
internal static class CgroupChecks
{
    private const string Area = "cgroups";
    private const string ForLimits = "--memory, --pids, --cpus; minic update; lab 08-cgroups";

    private static readonly string[] Wanted = ["memory", "pids", "cpu"];

    /// <summary>All of them.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="layout">The machine's cgroups.</param>
    public static IEnumerable<Finding> All(Caller caller, CgroupLayout layout)
    {
        yield return Version(layout);
        if (layout.Version == CgroupVersion.None)
            yield break;
        yield return Controllers(layout);
        var v2 = layout.Hierarchies.FirstOrDefault(h => h.IsV2);
        if (!caller.IsMachineRoot)
            yield return HandedOver(v2 is null ? null : v2 with { Delegation = Cgroups.Delegated(v2) });
        if (v2 is not null && Directories.MayWrite($"{v2.Own}/cgroup.procs"))
            yield return BornInto(v2.Own);
        yield return Machine.HasSystemd
            ? new(Area, "systemd", Verdict.Ok, "it runs", ForSystemd)
            : new(Area, "systemd", Verdict.Note, "it does not run; minic makes cgroups itself", ForSystemd);
    }

    private const string ForSystemd = "systemd-run, which hands a cgroup to an ordinary user";

    private static Finding Version(CgroupLayout layout) => layout.Version switch
    {
        CgroupVersion.None => new(Area, "version", Verdict.Note, "no hierarchy is mounted", ForLimits)
        {
            Remedy = "mount -t cgroup2 cgroup2 /sys/fs/cgroup",
        },
        CgroupVersion.V1 => new(Area, "version", Verdict.Ok, "1", ForLimits),
        CgroupVersion.Hybrid => new(Area, "version", Verdict.Ok,
            layout.Unified.Count == 0 ? "hybrid: the controllers are in version 1"
                : $"hybrid: {string.Join(", ", layout.Unified)} in version 2, the others in version 1", ForLimits),
        _ => new(Area, "version", Verdict.Ok, "2", ForLimits),
    };

    private static Finding Controllers(CgroupLayout layout)
    {
        string[] absent = [.. Wanted.Where(c => !layout.Has(c))];
        var there = string.Join(", ", layout.Controllers);
        return absent.Length == 0
            ? new(Area, "controllers", Verdict.Ok, there, ForLimits)
            : new(Area, "controllers", Verdict.Note,
                $"no {string.Join(", ", absent)}; there are {(there.Length == 0 ? "none" : there)}", ForLimits);
    }

    private static Finding HandedOver(CgroupHierarchy? v2)
    {
        const string name = "handed to you";
        var handed = v2?.Delegation is { Own: null, Above: null } || v2?.CanLimit != true
            ? [] : CgroupLayout.In(v2.Limitable);
        string[] absent = [.. Wanted.Except(handed)];
        return absent.Length == 0
            ? new(Area, name, Verdict.Ok, $"{string.Join(", ", handed)}, in {v2!.Limitable}", ForLimits)
            : new(Area, name, Verdict.Note,
                handed.Count == 0 ? "no cgroup that could be limited" : $"no {string.Join(", ", absent)}", ForLimits)
            {
                Remedy = Machine.HasSystemd && v2 is not null
                    ? "systemd-run --user --scope -p Delegate=yes bash" : null,
                AsRoot = false,
            };
    }

    private static Finding BornInto(string cgroup)
    {
        const string name = "born into one", what = "a child that is in its cgroup from its first instruction on";
        return Trial.BornInto(cgroup) is { } failed
            ? new(Area, name, Verdict.Note, failed, what)
            : new(Area, name, Verdict.Ok, "clone3 with CLONE_INTO_CGROUP", what);
    }
}
