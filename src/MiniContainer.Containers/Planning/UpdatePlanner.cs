// From limits that are to change to a plan: the knobs whose value is another one afterwards (lab 08-cgroups). What an
// update does not name stays, and some knobs are made of several members: cpu.max of quota and period, version 2's swap
// of swap and memory. So the new limits are laid over those in force, and the two lists of knobs are compared.

using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Steps;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Containers.Planning;

/// <summary>A container's cgroups and the limits that they have.</summary>
/// <param name="Cgroups">The steps that made its cgroups.</param>
/// <param name="InForce">Its limits: those of config.json, and what updates have changed since.</param>
public sealed record Limited(IReadOnlyList<MakeCgroup> Cgroups, LinuxResources InForce)
{
    /// <summary>Its unit of systemd; null if minic made its cgroups.</summary>
    public StartUnit? Unit { get; init; }
}

/// <summary>Plans updates of limits.</summary>
public static class UpdatePlanner
{
    /// <summary>The plan of an update.</summary>
    /// <param name="container">What is limited.</param>
    /// <param name="change">What is to change; the rest stays.</param>
    /// <param name="facts">The machine.</param>
    /// <param name="read">The first line of a knob, or null if there is none.</param>
    /// <exception cref="MinicException">Something is asked for that cannot be done.</exception>
    public static Plan Plan(Limited container, LinuxResources change, Facts facts, Func<string, string?> read)
    {
        Unsupported.Check(change, facts);
        var after = container.InForce.With(change);
        var plan = new Plan();
        if (container.Unit is { } unit)
            TellSystemd(plan, unit, container.InForce, after, facts);
        foreach (var cgroup in container.Cgroups)
        {
            var hierarchy = HierarchyOf(cgroup, facts);
            // systemd hands on what it gives away.
            if (hierarchy.IsV2 && container.Unit is null)
                HandControllersOn(plan, cgroup, hierarchy, after, read);
            if (!CgroupPlanner.OnlyCounts(hierarchy, after, facts))
                SetChanged(plan, cgroup.Path, hierarchy, container.InForce, after, read);
        }

        plan.Add(new KeepLimits(SpecJson.Write(after)) { Why = "The next update may name a part of them only." });
        return plan;
    }

    /// <summary>The plan that takes an update back which failed halfway: the knobs as they are before it.</summary>
    /// <param name="update">The plan of the update.</param>
    /// <param name="read">The first line of a knob, or null if there is none.</param>
    public static Plan Back(Plan update, Func<string, string?> read)
    {
        var back = new Plan();
        foreach (var set in update.Steps.OfType<SetFile>().Reverse())
        {
            if (read(set.Path) is { } was)
                back.Add(set with { Value = was, Why = "The update failed, and a part of it is none." });
        }

        foreach (var set in update.Steps.OfType<SetUnitProperties>())
            back.Add(set with { Properties = set.Before, Why = "systemd would set the new limits again." });

        return back;
    }

    // Before the files: it writes some of them itself when it hears of a limit.
    private static void TellSystemd(Plan plan, StartUnit unit, LinuxResources before, LinuxResources after, Facts facts)
    {
        var old = UnitLimits.Of(before, facts.Hierarchies, unit.Version);
        var changed = UnitLimits.Of(after, facts.Hierarchies, unit.Version).Except(old).ToList();
        if (changed.Count == 0)
            return;
        plan.Add(new SetUnitProperties(unit.Unit, unit.User, changed,
            [.. changed.Select(c => old.FirstOrDefault(o => o.Name == c.Name) ?? UnitLimits.Lifted(c))])
        {
            Why = "systemd would set the limits back that it knows, at the next systemctl daemon-reload.",
        });
    }

    // The mount point that fits best: version 2 may be mounted above those of version 1.
    private static CgroupHierarchy HierarchyOf(MakeCgroup cgroup, Facts facts) =>
        facts.Hierarchies.Where(h => cgroup.Path.StartsWith(h.MountPoint + "/", StringComparison.Ordinal))
            .MaxBy(h => h.MountPoint.Length)
        ?? throw new MinicException("update the limits", $"no hierarchy of cgroups is mounted above {cgroup.Path}",
            "Mount it where it was when the container was made.");

    private static void SetChanged(Plan plan, string path, CgroupHierarchy hierarchy, LinuxResources before,
        LinuxResources after, Func<string, string?> read)
    {
        // Rules of devices are no limits, and other programs add theirs; as with runc an update leaves them alone.
        var old = CgroupPlanner.Limits(hierarchy, before with { Devices = null }).Select(l => (l.File, l.Value))
            .ToHashSet();
        var changed = CgroupPlanner.Limits(hierarchy, after with { Devices = null })
            .Where(l => !old.Contains((l.File, l.Value))).ToList();
        // The kernel refuses memory beyond memory and swap together at any moment: where it grows, the sum goes first.
        var limit = changed.FindIndex(l => l.File == "memory.limit_in_bytes");
        var sum = changed.FindIndex(l => l.File == "memory.memsw.limit_in_bytes");
        if (limit >= 0 && sum > limit && IsMore(changed[limit].Value, read($"{path}/memory.memsw.limit_in_bytes")))
            (changed[limit], changed[sum]) = (changed[sum], changed[limit]);
        // Nor more time than the cgroup above has, counted with one new figure and one old: that which gives less goes
        // first.
        var period = changed.FindIndex(l => l.File == "cpu.cfs_period_us");
        var quota = changed.FindIndex(l => l.File == "cpu.cfs_quota_us");
        if (period >= 0 && quota > period
            && Share(read($"{path}/cpu.cfs_quota_us"), changed[period].Value) > Share(changed[quota].Value,
                read($"{path}/cpu.cfs_period_us")))
            (changed[period], changed[quota]) = (changed[quota], changed[period]);
        foreach (var file in changed)
        {
            if (file.File == "memory.max" && after.Memory?.CheckBeforeUpdate == true
                && IsMore(read($"{path}/memory.current") ?? "0", file.Value))
                throw new MinicException("update the limits",
                    $"{read($"{path}/memory.current")} bytes of memory are in use, more than {file.Value}",
                    "Without checkBeforeUpdate the kernel would end processes.");
            plan.Add(CgroupPlanner.Set(path, file));
        }
    }

    // Without a quota there is nothing to be refused.
    private static decimal Share(string? quota, string? period) =>
        Number(quota) is var q && q == decimal.MaxValue ? 0 : q / Math.Max(1, Number(period));

    private static bool IsMore(string value, string? than) => Number(value) > Number(than);

    private static decimal Number(string? text) =>
        decimal.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= 0
        ? number : decimal.MaxValue;

    private static void HandControllersOn(Plan plan, MakeCgroup cgroup, CgroupHierarchy hierarchy, LinuxResources after,
        Func<string, string?> read)
    {
        var available = (read($"{cgroup.Path}/cgroup.controllers") ?? "").Split(' ');
        var missing = CgroupPlanner.Limits(hierarchy, after).Select(l => l.File.Split('.')[0])
            .Where(c => c != "cgroup" && !available.Contains(c)).Distinct().ToList();
        if (missing.Count > 0)
            plan.Add(new DelegateControllers(cgroup.Path, cgroup.Under, missing)
            {
                Why = "A cgroup has the files of those controllers alone that the ones above hand on.",
            });
    }
}
