// The labs' programs name the cgroups of their containers box…, and remove them at the end. A program that was killed
// could not: its cgroups stay, empty, outside of every namespace (lab 08-cgroups; cgroups(7)).

using System.Globalization;
using MiniContainer.Kernel;

namespace MiniContainer.Labs.Learning;

/// <summary>Removes cgroups that containers of labs have left.</summary>
internal static class BoxCgroups
{
    private const string Prefix = "box";

    /// <summary>Removes those without processes whose makers have ended.</summary>
    public static void Remove()
    {
        // Where the programs make them: below our own in version 1, at the root of version 2.
        var above = Cgroups.Hierarchies().Select(h => h.IsV2 ? h.MountPoint : h.Own).Distinct();
        foreach (var left in above.Where(Directory.Exists)
            .SelectMany(a => Directory.EnumerateDirectories(a, Prefix + "*")).Where(HasNoMaker).ToList())
            RemoveTree(left);
    }

    // box-4711 was made by process 4711; while that lives it may only just have made it.
    private static bool HasNoMaker(string cgroup) =>
        cgroup.Split('-')[^1] is var word
        && !(int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            && Processes.Stat(pid) is not null);

    // rmdir(2) refuses a cgroup that holds processes, so this can harm no process.
    private static void RemoveTree(string cgroup)
    {
        foreach (var below in Directory.EnumerateDirectories(cgroup))
            RemoveTree(below);
        _ = Directories.TryRemove(cgroup);
    }
}
