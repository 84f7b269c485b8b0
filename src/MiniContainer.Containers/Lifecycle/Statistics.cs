// What a container uses, in the JSON that runc's events has and engines read; its cgroups know it (lab 08-cgroups;
// cgroups(7)). Times are nanoseconds, sizes bytes. A limit that is none is the largest number that the kernel counts.

using System.Text.Json.Serialization;

namespace MiniContainer.Containers.Lifecycle;

#pragma warning disable CS1591 // cgroups(7) and cgroup-v2.rst document what is counted

/// <summary>What a container uses.</summary>
public sealed record Statistics
{
    public required CpuStatistics Cpu { get; init; }

    [JsonPropertyName("cpuset")]
    public required CpusetStatistics CpuSet { get; init; }

    public required MemoryStatistics Memory { get; init; }

    public required PidStatistics Pids { get; init; }

    public required BlockIoStatistics Blkio { get; init; }

    /// <summary>By page size: "2MB".</summary>
    public required IReadOnlyDictionary<string, HugePageStatistics> Hugetlb { get; init; }
}

public sealed record CpuStatistics(CpuUsage Usage, Throttling Throttling, Pressure? Psi);

/// <summary>Processor time; by processor in version 1 alone.</summary>
public sealed record CpuUsage
{
    public ulong Total { get; init; }

    public IReadOnlyList<ulong>? Percpu { get; init; }

    [JsonPropertyName("percpu_kernel")]
    public IReadOnlyList<ulong>? PercpuKernel { get; init; }

    [JsonPropertyName("percpu_user")]
    public IReadOnlyList<ulong>? PercpuUser { get; init; }

    public ulong Kernel { get; init; }

    public ulong User { get; init; }
}

public sealed record Throttling(ulong Periods, ulong ThrottledPeriods, ulong ThrottledTime);

/// <summary>Where it may run; empty if it has no cpuset of its own.</summary>
public sealed record CpusetStatistics(IReadOnlyList<uint>? Cpus, IReadOnlyList<uint>? Mems);

public sealed record MemoryStatistics
{
    public ulong Cache { get; init; }

    public required MemoryCount Usage { get; init; }

    /// <summary>Memory and swap together, in either version.</summary>
    public required MemoryCount Swap { get; init; }

    public required MemoryCount Kernel { get; init; }

    [JsonPropertyName("kernelTCP")]
    public required MemoryCount KernelTcp { get; init; }

    /// <summary>memory.stat.</summary>
    public required IReadOnlyDictionary<string, ulong> Raw { get; init; }

    public Pressure? Psi { get; init; }
}

public sealed record MemoryCount(ulong Limit, ulong Usage, ulong Max, ulong Failcnt);

/// <param name="Current">How many there are.</param>
/// <param name="Limit">How many there may be; 0 for no limit.</param>
public sealed record PidStatistics(ulong Current, ulong Limit);

public sealed record BlockIoStatistics(IReadOnlyList<BlockIoCount>? IoServiceBytesRecursive,
    IReadOnlyList<BlockIoCount>? IoServicedRecursive, Pressure? Psi);

public sealed record BlockIoCount(ulong Major, ulong Minor, string Op, ulong Value);

public sealed record HugePageStatistics(ulong Usage, ulong Max, ulong Failcnt);

/// <summary>How long tasks have waited for something, where the kernel counts it (psi.rst).</summary>
public sealed record Pressure(PressureLine Some, PressureLine Full);

/// <param name="Avg10">Percent of the last 10 s.</param>
/// <param name="Avg60">Percent of the last minute.</param>
/// <param name="Avg300">Percent of the last five minutes.</param>
/// <param name="Total">Microseconds in all.</param>
public sealed record PressureLine(double Avg10, double Avg60, double Avg300, ulong Total);
#pragma warning restore CS1591
