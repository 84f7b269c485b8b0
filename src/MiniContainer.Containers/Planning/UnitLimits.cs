// What systemd calls the limits of a cgroup (lab 08-cgroups; systemd.resource-control(5); runc's docs/systemd.md). It
// writes those files itself, again and again: a limit of which it does not know is gone after systemctl daemon-reload.
// The rest of the files is minic's alone.

using System.Globalization;
using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Systemd;
using MiniContainer.Kernel;

namespace MiniContainer.Containers.Planning;

/// <summary>Turns limits into properties of a unit.</summary>
public static class UnitLimits
{
    // AllowedCPUs and AllowedMemoryNodes, and the window of a CPU quota.
    private const int KnowsCpusets = 244;
    private const int KnowsPeriods = 242;

    /// <summary>The limits of which systemd knows.</summary>
    /// <param name="resources">All limits.</param>
    /// <param name="hierarchies">The machine's hierarchies.</param>
    /// <param name="version">The version of systemd.</param>
    public static IReadOnlyList<UnitProperty> Of(LinuxResources resources, IReadOnlyList<CgroupHierarchy> hierarchies,
        int version)
    {
        var unified = hierarchies.All(h => h.IsV2);
        var files = new Dictionary<string, string>();
        foreach (var file in hierarchies.Where(h => h.IsV2 == unified)
            .SelectMany(h => CgroupPlanner.Limits(h, resources with { Devices = null })))
        {
            files[file.File] = file.Value;
            if (file.Else is { } other)
                files[other.File] = other.Value;
        }

        return [.. Cpu(files, version), .. files.Select(f => Property(f.Key, f.Value, version)).OfType<UnitProperty>()];
    }

    /// <summary>The property that lifts a limit.</summary>
    /// <param name="limit">The property that sets it.</param>
    public static UnitProperty Lifted(UnitProperty limit) => limit.Type == "ay" ? limit with { Words = ["0"] }
        : UnitProperty.Number(limit.Name, limit.Name is "MemoryLow" or "MemoryMin" ? 0 : UnitProperty.Infinity);

    /// <summary>The rules of devices, as far as systemd has words for them.</summary>
    /// <param name="rules">config.json's.</param>
    public static IEnumerable<UnitProperty> Devices(IReadOnlyList<LinuxDeviceCgroup>? rules)
    {
        var all = DeviceRules.Effective(rules).ToList();
        if (all.Count == 0)
            return [];
        var whole = all.FindLastIndex(r => r.Type == 'a');
        var (open, after) = (all[whole].Allow, all[(whole + 1)..]);
        // It can allow devices one by one, and not deny some of them again: then minic's own rules do that alone.
        return open || after.Any(r => !r.Allow || r is { Major: null, Minor: not null })
            ? [UnitProperty.Text("DevicePolicy", "auto"), UnitProperty.Pairs("DeviceAllow", [])]
            : [UnitProperty.Text("DevicePolicy", "strict"),
                UnitProperty.Pairs("DeviceAllow", [.. after.Select(r => (Node(r), r.Access))])];
    }

    private static string Node(DeviceRule rule)
    {
        var kind = rule.Type == 'b' ? "block" : "char";
        return (rule.Major, rule.Minor) switch
        {
            (null, _) => $"{kind}-*",
            ({ } major, null) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{major}"),
            ({ } major, { } minor) => string.Create(CultureInfo.InvariantCulture, $"/dev/{kind}/{major}:{minor}"),
        };
    }

    private static UnitProperty? Property(string file, string value, int version) => file switch
    {
        "memory.max" => Number("MemoryMax", value),
        "memory.high" => Number("MemoryHigh", value),
        "memory.low" => Number("MemoryLow", value),
        "memory.min" => Number("MemoryMin", value),
        "memory.swap.max" => Number("MemorySwapMax", value),
        "memory.limit_in_bytes" => Number("MemoryLimit", value),
        "cpu.weight" => Number("CPUWeight", value),
        "cpu.shares" => Number("CPUShares", value),
        "pids.max" => Number("TasksMax", value),
        "io.weight" => Number("IOWeight", value.StartsWith("default ", StringComparison.Ordinal) ? value[8..] : value),
        "blkio.bfq.weight" => Number("BlockIOWeight", value),
        "cpuset.cpus" when version >= KnowsCpusets => UnitProperty.Mask("AllowedCPUs", value),
        "cpuset.mems" when version >= KnowsCpusets => UnitProperty.Mask("AllowedMemoryNodes", value),
        _ => null,
    };

    // A quota counts in a second, whatever the window; systemd keeps whole percents of it, so it is rounded up to one.
    private static IEnumerable<UnitProperty> Cpu(Dictionary<string, string> files, int version)
    {
        var max = files.GetValueOrDefault("cpu.max")?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var quota = max is { Length: > 0 } ? max[0] : files.GetValueOrDefault("cpu.cfs_quota_us");
        var period = max is { Length: > 1 } ? max[1] : files.GetValueOrDefault("cpu.cfs_period_us");
        if (quota is null && period is null)
            yield break;
        var window = ulong.TryParse(period, CultureInfo.InvariantCulture, out var given) && given > 0 ? given : 100_000;
        if (period is not null && version >= KnowsPeriods)
            yield return UnitProperty.Number("CPUQuotaPeriodUSec", window);
        var limited = ulong.TryParse(quota, CultureInfo.InvariantCulture, out var used) && used > 0;
        yield return UnitProperty.Number("CPUQuotaPerSecUSec", !limited ? UnitProperty.Infinity
            : (ulong)Int128.Min(long.MaxValue, (((Int128)used * 1_000_000 / window) + 9_999) / 10_000 * 10_000));
    }

    // A value that is no plain number, 50M say, is for the kernel alone, by its file.
    private static UnitProperty? Number(string name, string value) =>
        value is "max" or "-1" ? UnitProperty.Number(name, UnitProperty.Infinity)
        : ulong.TryParse(value, CultureInfo.InvariantCulture, out var number) ? UnitProperty.Number(name, number)
        : null;
}
