// Machines for planners to plan for: none of them is the one that the tests run on.

using MiniContainer.Kernel;

namespace MiniContainer.Testing;

/// <summary>Cgroup hierarchies as three kinds of machines have them.</summary>
public static class Machines
{
    /// <summary>cgroup version 2 alone, as Debian and Ubuntu have it.</summary>
    public static IReadOnlyList<CgroupHierarchy> V2 { get; } = [new([], "/sys/fs/cgroup", "/sys/fs/cgroup/user.slice")];

    /// <summary>cgroup version 1, with an empty version 2 beside it.</summary>
    public static IReadOnlyList<CgroupHierarchy> Hybrid { get; } =
    [
        new(["pids"], "/sys/fs/cgroup/pids", "/sys/fs/cgroup/pids"),
        new(["devices"], "/sys/fs/cgroup/devices", "/sys/fs/cgroup/devices"),
        new(["cpuset"], "/sys/fs/cgroup/cpuset", "/sys/fs/cgroup/cpuset"),
        new(["memory"], "/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory/outer"),
        new(["cpu", "cpuacct"], "/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct"),
        new(["name=systemd"], "/sys/fs/cgroup/systemd", "/sys/fs/cgroup/systemd"),
        new([], "/sys/fs/cgroup/unified", "/sys/fs/cgroup/unified"),
    ];
}
