// Cgroups by systemd: the unit that a container gets, and what of the rest of its plan is different then (lab
// 08-cgroups; docs/decisions/0035-systemd.md; org.freedesktop.systemd1(5), runc's docs/systemd.md).
//
// A scope is made around a process that is there. So the unit comes after the clone, while the child waits; then the
// cgroups are where systemd has put them, and minic makes those that are missing, of hierarchies that systemd does not
// use, and writes the files for which systemd has no property.

using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Steps;
using MiniContainer.Containers.Systemd;
using MiniContainer.Kernel;

namespace MiniContainer.Containers.Planning;

/// <summary>A container's unit.</summary>
/// <param name="Start">The step that makes it.</param>
/// <param name="Spec">The configuration, with the unit's cgroup as its cgroupsPath.</param>
/// <param name="Facts">The machine, where that cgroup is the container's to use.</param>
public sealed record PlannedUnit(StartUnit Start, Spec Spec, Facts Facts);

/// <summary>Plans units.</summary>
public static class SystemdPlanner
{
    private const string Annotation = "org.systemd.property.";

    /// <summary>The unit of a container.</summary>
    /// <param name="spec">Its configuration.</param>
    /// <param name="setup">What the configuration leaves open.</param>
    /// <param name="facts">The machine.</param>
    /// <returns>Null if systemd is not to make its cgroups.</returns>
    /// <exception cref="MinicException">cgroupsPath names no unit, or a limit cannot be set there.</exception>
    public static PlannedUnit? Of(Spec spec, ContainerSetup setup, Facts facts)
    {
        if (facts.Systemd is not { } systemd)
            return null;
        var resources = CgroupPlanner.Possible(spec.Linux?.Resources ?? new LinuxResources(), facts.Caller);
        var unit = UnitName.Of(spec.Linux?.CgroupsPath, setup.Id, systemd.User);
        Check(systemd, resources, setup.Id, facts);
        var cgroup = systemd.Cgroup + unit.Path;
        var start = new StartUnit(setup.Child, unit.Name, cgroup, Properties(unit, spec, setup, resources, facts))
        {
            Why = "systemd keeps a list of all cgroups, and one that it has not made it may change or remove. It makes "
                + "a unit around a process that is there, and gives the cgroup of it away (Delegate).",
            User = systemd.User,
            Version = systemd.Version,
        };
        return new(start, spec with { Linux = (spec.Linux ?? new Linux()) with { CgroupsPath = cgroup } }, facts with
        {
            Hierarchies = [.. facts.Hierarchies.Select(h => h with { Delegation = null })],
            MayMakeCgroup = _ => true,
        });
    }

    /// <summary>
    /// The files by which the child still has to join: in version 2 systemd has moved it, and of version 1 it knows not
    /// all hierarchies.
    /// </summary>
    /// <param name="unit">The unit.</param>
    /// <param name="files">The files of all its cgroups.</param>
    public static IReadOnlyList<string> Join(PlannedUnit unit, IReadOnlyList<string> files) =>
        unit.Facts.Hierarchies.Any(h => !h.IsV2) || unit.Start.Unit.EndsWith(".slice", StringComparison.Ordinal)
            ? files : [];

    private static void Check(SystemdFacts systemd, LinuxResources resources, string id, Facts facts)
    {
        if (!systemd.User)
            return;
        if (facts.Hierarchies.FirstOrDefault(h => !h.IsV2) is { } v1)
            throw new MinicException($"make the cgroup of {id}",
                $"{v1.MountPoint} is of version 1, where systemd gives users no cgroups",
                "Leave --systemd-cgroup out; or boot with systemd.unified_cgroup_hierarchy=1.");
        foreach (var hierarchy in facts.Hierarchies)
            CgroupPlanner.CheckControllers($"{hierarchy.MountPoint}{systemd.Cgroup}", hierarchy, resources, id, facts);
    }

    private static List<UnitProperty> Properties(UnitName unit, Spec spec, ContainerSetup setup,
        LinuxResources resources, Facts facts)
    {
        var unified = facts.Hierarchies.All(h => h.IsV2);
        List<UnitProperty> all =
        [
            UnitProperty.Text("Description", $"minic container {setup.Id} ({setup.StateDirectory})"),
            // A slice is where its name says, and only asks for the one above; only a unit of processes is given away.
            .. unit.IsSlice
                ? [UnitProperty.Texts("Wants", unit.Slice)]
                : new[] { UnitProperty.Text("Slice", unit.Slice), UnitProperty.On("Delegate") },
            UnitProperty.On("MemoryAccounting"), UnitProperty.On("CPUAccounting"),
            UnitProperty.On(unified ? "IOAccounting" : "BlockIOAccounting"), UnitProperty.On("TasksAccounting"),
            UnitProperty.Off("DefaultDependencies"),
            .. UnitLimits.Of(resources, facts.Hierarchies, facts.Systemd!.Version),
            .. UnitLimits.Devices(resources.Devices),
        ];
        foreach (var (key, value) in spec.Annotations ?? new Dictionary<string, string>())
        {
            if (!key.StartsWith(Annotation, StringComparison.Ordinal))
                continue;
            var asked = VariantText.Read(key[Annotation.Length..], value);
            all.RemoveAll(p => p.Name == asked.Name);
            all.Add(asked);
        }

        return all;
    }
}
