// Limits over limits: what an update names takes the place of what there is, and the rest stays (lab 08-cgroups).

namespace MiniContainer.Containers.Oci;

/// <summary>Lays limits over others.</summary>
public static class ResourcesOverlay
{
    /// <summary>The limits with a change.</summary>
    /// <param name="limits">What is there.</param>
    /// <param name="change">What is to change: members that are null stay.</param>
    public static LinuxResources With(this LinuxResources limits, LinuxResources change) => limits with
    {
        Memory = Over(limits.Memory, change.Memory),
        Cpu = Over(limits.Cpu, change.Cpu),
        Pids = change.Pids?.Limit is null ? limits.Pids : change.Pids,
        BlockIo = Over(limits.BlockIo, change.BlockIo),
        HugepageLimits = change.HugepageLimits ?? limits.HugepageLimits,
        Network = change.Network ?? limits.Network,
        Rdma = change.Rdma ?? limits.Rdma,
        Unified = change.Unified is { Count: > 0 } unified
            ? (limits.Unified ?? new Dictionary<string, string>()).Where(u => !unified.ContainsKey(u.Key))
                .Concat(unified).ToDictionary(u => u.Key, u => u.Value)
            : limits.Unified,
    };

    private static LinuxMemory? Over(LinuxMemory? old, LinuxMemory? update) =>
        old is null || Named(update) is not { } change ? Named(update) ?? old : old with
    {
        Limit = change.Limit ?? old.Limit,
        Reservation = change.Reservation ?? old.Reservation,
        Swap = change.Swap ?? old.Swap,
        Swappiness = change.Swappiness ?? old.Swappiness,
        DisableOomKiller = change.DisableOomKiller ?? old.DisableOomKiller,
        CheckBeforeUpdate = change.CheckBeforeUpdate ?? old.CheckBeforeUpdate,
    };

    // As runc has it: zero is no word at all, and memory without a limit, with no word of swap, is swap without one.
    private static LinuxMemory? Named(LinuxMemory? change) => change is null ? null : change with
    {
        Limit = NotZero(change.Limit),
        Reservation = NotZero(change.Reservation),
        Swap = NotZero(change.Swap) ?? (change.Limit < 0 ? -1 : null),
    };

    private static long? NotZero(long? value) => value is 0 ? null : value;

    private static ulong? NotZero(ulong? value) => value is 0 ? null : value;

    private static LinuxCpu? Over(LinuxCpu? old, LinuxCpu? change) =>
        old is null || change is null ? change ?? old : old with
    {
        Shares = NotZero(change.Shares) ?? old.Shares,
        Quota = NotZero(change.Quota) ?? old.Quota,
        Burst = change.Burst ?? old.Burst,
        Period = NotZero(change.Period) ?? old.Period,
        RealtimeRuntime = NotZero(change.RealtimeRuntime) ?? old.RealtimeRuntime,
        RealtimePeriod = NotZero(change.RealtimePeriod) ?? old.RealtimePeriod,
        Cpus = change.Cpus is { Length: > 0 } cpus ? cpus : old.Cpus,
        Mems = change.Mems is { Length: > 0 } mems ? mems : old.Mems,
        Idle = change.Idle ?? old.Idle,
    };

    private static LinuxBlockIo? Over(LinuxBlockIo? old, LinuxBlockIo? change) =>
        old is null || change is null ? change ?? old : old with
    {
        Weight = change.Weight is 0 ? old.Weight : change.Weight ?? old.Weight,
        LeafWeight = change.LeafWeight is 0 ? old.LeafWeight : change.LeafWeight ?? old.LeafWeight,
        WeightDevice = change.WeightDevice ?? old.WeightDevice,
        ThrottleReadBpsDevice = change.ThrottleReadBpsDevice ?? old.ThrottleReadBpsDevice,
        ThrottleWriteBpsDevice = change.ThrottleWriteBpsDevice ?? old.ThrottleWriteBpsDevice,
        ThrottleReadIopsDevice = change.ThrottleReadIopsDevice ?? old.ThrottleReadIopsDevice,
        ThrottleWriteIopsDevice = change.ThrottleWriteIopsDevice ?? old.ThrottleWriteIopsDevice,
    };
}
