// The limits of a container, as config.json writes them; the cgroup planner turns them into files of cgroup v1 or v2.
// The units are those of the specification: bytes, microseconds, counts; -1 is "no limit" where the type is signed.
// https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#control-groups   Lab: 08-cgroups.

using System.Text.Json.Serialization;

namespace MiniContainer.Containers.Oci;

#pragma warning disable CS1591 // config-linux.md, "Control groups", documents each member

/// <summary>Limits set in the container's cgroup (config-linux.md, "Control groups").</summary>
public sealed record LinuxResources
{
    /// <summary>Rules of the device controller, applied in this order: later ones win.</summary>
    public IReadOnlyList<LinuxDeviceCgroup>? Devices { get; init; }

    public LinuxMemory? Memory { get; init; }

    public LinuxCpu? Cpu { get; init; }

    public LinuxPids? Pids { get; init; }

    [JsonPropertyName("blockIO")]
    public LinuxBlockIo? BlockIo { get; init; }

    public IReadOnlyList<LinuxHugepageLimit>? HugepageLimits { get; init; }

    public LinuxNetwork? Network { get; init; }

    /// <summary>Limits of RDMA, by device.</summary>
    public IReadOnlyDictionary<string, LinuxRdma>? Rdma { get; init; }

    /// <summary>Files of cgroup v2 and what to write there, last and as it stands.</summary>
    public IReadOnlyDictionary<string, string>? Unified { get; init; }
}

/// <summary>A rule of the device controller: "allow c 1:3 rwm".</summary>
/// <param name="Allow">Or deny.</param>
/// <param name="Type">c, b, or a (or null) for all devices.</param>
/// <param name="Major">null or -1 for all.</param>
/// <param name="Minor">null or -1 for all.</param>
/// <param name="Access">Some of r (read), w (write), m (mknod).</param>
public sealed record LinuxDeviceCgroup(
    bool Allow, string? Type = null, long? Major = null, long? Minor = null, string? Access = null);

/// <summary>Limits of memory, in bytes.</summary>
public sealed record LinuxMemory
{
    public long? Limit { get; init; }

    public long? Reservation { get; init; }

    /// <summary>Memory and swap together, as cgroup v1 counts.</summary>
    public long? Swap { get; init; }

    public long? Kernel { get; init; }

    [JsonPropertyName("kernelTCP")]
    public long? KernelTcp { get; init; }

    /// <summary>0 to 100.</summary>
    public ulong? Swappiness { get; init; }

    [JsonPropertyName("disableOOMKiller")]
    public bool? DisableOomKiller { get; init; }

    public bool? UseHierarchy { get; init; }

    public bool? CheckBeforeUpdate { get; init; }
}

/// <summary>Shares and limits of CPU time, in microseconds.</summary>
public sealed record LinuxCpu
{
    /// <summary>The weight against siblings, 2 to 262144; 1024 is the kernel's default.</summary>
    public ulong? Shares { get; init; }

    /// <summary>CPU time in each period; -1 is no limit.</summary>
    public long? Quota { get; init; }

    public ulong? Burst { get; init; }

    /// <summary>1000 to 1000000.</summary>
    public ulong? Period { get; init; }

    public long? RealtimeRuntime { get; init; }

    public ulong? RealtimePeriod { get; init; }

    /// <summary>CPUs to run on: "0-3,7" (cpuset(7)).</summary>
    public string? Cpus { get; init; }

    /// <summary>Memory nodes to use.</summary>
    public string? Mems { get; init; }

    public long? Idle { get; init; }
}

/// <summary>The limit of tasks (pids controller).</summary>
/// <param name="Limit">Tasks; -1 is no limit, null leaves it as it is (since 1.3).</param>
public sealed record LinuxPids(long? Limit = null);

/// <summary>A limit of huge pages.</summary>
/// <param name="PageSize">"2MB", "1GB" ….</param>
/// <param name="Limit">Bytes.</param>
public sealed record LinuxHugepageLimit(string PageSize, ulong Limit);

/// <summary>Weights and limits of block I/O.</summary>
public sealed record LinuxBlockIo
{
    /// <summary>10 to 1000.</summary>
    public ushort? Weight { get; init; }

    public ushort? LeafWeight { get; init; }

    public IReadOnlyList<LinuxWeightDevice>? WeightDevice { get; init; }

    public IReadOnlyList<LinuxThrottleDevice>? ThrottleReadBpsDevice { get; init; }

    public IReadOnlyList<LinuxThrottleDevice>? ThrottleWriteBpsDevice { get; init; }

    [JsonPropertyName("throttleReadIOPSDevice")]
    public IReadOnlyList<LinuxThrottleDevice>? ThrottleReadIopsDevice { get; init; }

    [JsonPropertyName("throttleWriteIOPSDevice")]
    public IReadOnlyList<LinuxThrottleDevice>? ThrottleWriteIopsDevice { get; init; }
}

public sealed record LinuxWeightDevice(long Major, long Minor, ushort? Weight = null, ushort? LeafWeight = null);

public sealed record LinuxThrottleDevice(long Major, long Minor, ulong Rate);

/// <summary>Marks and priorities of packets (net_cls, net_prio).</summary>
public sealed record LinuxNetwork
{
    [JsonPropertyName("classID")]
    public uint? ClassId { get; init; }

    public IReadOnlyList<LinuxInterfacePriority>? Priorities { get; init; }
}

public sealed record LinuxInterfacePriority(string Name, uint Priority);

public sealed record LinuxRdma(uint? HcaHandles = null, uint? HcaObjects = null);
#pragma warning restore CS1591
