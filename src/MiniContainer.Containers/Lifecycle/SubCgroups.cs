// exec --cgroup: a command may join a cgroup below the container's, one that a process inside has made (lab 08-cgroups;
// cgroups(7)). In version 1 each controller may have another one: --cgroup memory:a --cgroup cpu,cpuacct:b.

using MiniContainer.Kernel;

namespace MiniContainer.Containers.Lifecycle;

/// <summary>Reads [CONTROLLER,...:]PATH.</summary>
public static class SubCgroups
{
    /// <summary>The cgroups to join.</summary>
    /// <param name="cgroups">The container's cgroup directories.</param>
    /// <param name="given">What --cgroup said; none for the container's own.</param>
    /// <param name="hierarchies">Those of the machine.</param>
    /// <exception cref="MinicException">
    /// A path leads out of the container's cgroup, or nowhere; or there is no such controller.
    /// </exception>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> cgroups, IReadOnlyList<string> given,
        IReadOnlyList<CgroupHierarchy> hierarchies)
    {
        var result = cgroups.ToArray();
        foreach (var text in given)
        {
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 && given.Count > 1)
                throw Wrong(text, "without a controller it means all of them, so it can be given once only");
            if (colon < 0)
                result = [.. cgroups.Select(c => OrOwn(c, Below(c, text, text)))];
            else
                foreach (var controller in text[..colon].Split(','))
                {
                    var i = IndexOf(cgroups, controller, hierarchies);
                    result[i] = i < 0
                        ? throw Wrong(text, $"unknown controller {controller}")
                        : Below(cgroups[i], text[(colon + 1)..], text);
                }
        }

        return result;
    }

    private static int IndexOf(IReadOnlyList<string> cgroups, string controller,
        IReadOnlyList<CgroupHierarchy> hierarchies)
    {
        var mount = hierarchies.FirstOrDefault(h => h.Controllers.Contains(controller))?.MountPoint;
        return mount is null
            ? -1 : cgroups.ToList().FindIndex(c => c.StartsWith(mount + "/", StringComparison.Ordinal));
    }

    // A cpuset of version 1 that was given no processors or no memory nodes refuses every process (ENOSPC).
    private static string OrOwn(string own, string below) =>
        File.Exists($"{below}/tasks") && (IsEmpty($"{below}/cpuset.cpus") || IsEmpty($"{below}/cpuset.mems"))
        ? own : below;

    private static bool IsEmpty(string file) => File.Exists(file) && string.IsNullOrEmpty(Knob.TryRead(file));

    private static string Below(string cgroup, string path, string text)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(cgroup + "/" + path));
        if (full != cgroup && !full.StartsWith(cgroup + "/", StringComparison.Ordinal))
            throw Wrong(text,
                $"bad sub cgroup path: {path} is not a sub cgroup path, for it leads out of the container's cgroup");
        return Directory.Exists(full)
            ? full : throw Wrong(text, $"adding pid of the command to {full}/cgroup.procs: no such file or directory");
    }

    private static MinicException Wrong(string text, string problem) =>
        new($"read --cgroup {text}", problem, "Write [CONTROLLER:]PATH, a path below the container's own cgroup.");
}
