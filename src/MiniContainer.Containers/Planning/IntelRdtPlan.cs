// Cache and memory bandwidth of Intel's processors: a directory of resctrl is a class of service, into which the
// container is put (filesystems/resctrl.rst; runtime-spec, "IntelRdt").

using MiniContainer.Containers.Oci;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Containers.Planning;

/// <summary>Plans the member intelRdt of config.json.</summary>
internal static class IntelRdtPlan
{
    /// <summary>Adds the class of service.</summary>
    /// <returns>The files by which a process joins it; none where nothing was asked for.</returns>
    public static IReadOnlyList<string> Add(Plan plan, LinuxIntelRdt? rdt, string id)
    {
        if (rdt is null)
            return [];
        var directory = $"{Facts.Resctrl}/{(string.IsNullOrEmpty(rdt.ClosId) ? id : rdt.ClosId)}";
        List<string> schemata = [.. Lines(rdt), .. rdt.Schemata ?? []];
        // A class that is named and not described was made by the user, and must be there already.
        if (schemata.Count > 0 || string.IsNullOrEmpty(rdt.ClosId))
            plan.Add(new MakeDirectory(directory, 0x1ed)
            {
                Why = "A class of service, whose cache and memory bandwidth are counted for itself.",
            });
        if (schemata.Count > 0)
            plan.Add(new SetFile($"{directory}/schemata", string.Concat(schemata.Select(s => s + "\n")))
            {
                Why = "Which part of each cache, and how much of the way to memory, it may use.",
            });
        if (rdt.EnableMonitoring != true)
            return [$"{directory}/tasks"];
        var group = $"{directory}/mon_groups/{id}";
        plan.Add(new MakeDirectory(group, 0x1ed)
        {
            Why = "What the container takes of the caches and of the way to memory is told in here.",
        });
        // The class first: a process that changes its class leaves the monitoring group of the old one.
        return [$"{directory}/tasks", $"{group}/tasks"];
    }

    // Of two ways to give the bandwidth, memBwSchema counts.
    private static string[] Lines(LinuxIntelRdt rdt)
    {
        var cache = (rdt.L3CacheSchema ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return string.IsNullOrEmpty(rdt.MemBwSchema)
            ? cache : [.. cache.Where(l => !l.StartsWith("MB:", StringComparison.Ordinal)), rdt.MemBwSchema];
    }
}
