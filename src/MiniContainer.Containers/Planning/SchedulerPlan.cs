// The scheduling policy of a container's process (sched_setattr(2); runtime-spec, "Scheduler").

using MiniContainer.Containers.Oci;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Planning;

/// <summary>Plans the scheduler member of config.json.</summary>
internal static class SchedulerPlan
{
    private static readonly Dictionary<string, uint> Policies = new()
    {
        ["SCHED_OTHER"] = 0, ["SCHED_FIFO"] = 1, ["SCHED_RR"] = 2, ["SCHED_BATCH"] = 3, ["SCHED_ISO"] = 4,
        ["SCHED_IDLE"] = 5, ["SCHED_DEADLINE"] = 6,
    };

    private static readonly Dictionary<string, ulong> Flags = new()
    {
        ["SCHED_FLAG_RESET_ON_FORK"] = 1, ["SCHED_FLAG_RECLAIM"] = 2, ["SCHED_FLAG_DL_OVERRUN"] = 4,
        ["SCHED_FLAG_KEEP_POLICY"] = 8,
        ["SCHED_FLAG_KEEP_PARAMS"] = 16, ["SCHED_FLAG_UTIL_CLAMP_MIN"] = 32, ["SCHED_FLAG_UTIL_CLAMP_MAX"] = 64,
    };

    public static void Add(ChildTape tape, Scheduler scheduler) => tape.SetScheduler(
        scheduler.Policy,
        Policies[scheduler.Policy],
        (scheduler.Flags ?? []).Aggregate(0UL, (flags, f) => flags | Flags[f]),
        scheduler.Nice ?? 0,
        (uint)(scheduler.Priority ?? 0),
        (scheduler.Runtime ?? 0, scheduler.Deadline ?? 0, scheduler.Period ?? 0),
        "Before the privileges that a real-time policy needs are given up.");
}
