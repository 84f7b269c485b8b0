// What only Linux has: namespaces, id mappings, devices, the cgroup and its limits, and what is hidden in /proc and
// /sys. The `linux` member of config.json. Labs: 02-uts to 10-privileges.
// https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md

using System.Text.Json.Serialization;

namespace MiniContainer.Containers.Oci;

/// <summary>The Linux part of a container's configuration (config-linux.md).</summary>
public sealed record Linux
{
    /// <summary>Namespaces to create or join; those not listed stay the runtime's.</summary>
    public IReadOnlyList<LinuxNamespace>? Namespaces { get; init; }

    /// <summary>User ids of a new user namespace (user_namespaces(7)).</summary>
    public IReadOnlyList<LinuxIdMapping>? UidMappings { get; init; }

    /// <summary>Group ids of a new user namespace.</summary>
    public IReadOnlyList<LinuxIdMapping>? GidMappings { get; init; }

    /// <summary>Clock offsets of a new time namespace, by "monotonic" and "boottime" (time_namespaces(7)).</summary>
    public IReadOnlyDictionary<string, LinuxTimeOffset>? TimeOffsets { get; init; }

    /// <summary>Device nodes to make, besides the default ones.</summary>
    public IReadOnlyList<LinuxDevice>? Devices { get; init; }

    /// <summary>Network devices of the host to move into the container, by name (since 1.3).</summary>
    public IReadOnlyDictionary<string, LinuxNetDevice>? NetDevices { get; init; }

    /// <summary>
    /// The cgroup: an absolute path is below the cgroup mount point, a relative one where the runtime chooses.
    /// </summary>
    public string? CgroupsPath { get; init; }

    /// <summary>Limits, set in the cgroup.</summary>
    public LinuxResources? Resources { get; init; }

    /// <summary>
    /// Propagation of the root mount: shared, slave, private or unbindable, or recursively rshared ….
    /// </summary>
    public string? RootfsPropagation { get; init; }

    /// <summary>The filter of system calls (seccomp(2)).</summary>
    public LinuxSeccomp? Seccomp { get; init; }

    /// <summary>Kernel parameters to set, by sysctl(8) name.</summary>
    public IReadOnlyDictionary<string, string>? Sysctl { get; init; }

    /// <summary>Paths in the container that cannot be read.</summary>
    public IReadOnlyList<string>? MaskedPaths { get; init; }

    /// <summary>Paths in the container that cannot be written.</summary>
    public IReadOnlyList<string>? ReadonlyPaths { get; init; }

    /// <summary>The SELinux context of the mounts.</summary>
    public string? MountLabel { get; init; }

    /// <summary>The execution domain (personality(2)).</summary>
    public LinuxPersonality? Personality { get; init; }

    /// <summary>Intel's cache and memory bandwidth allocation.</summary>
    public LinuxIntelRdt? IntelRdt { get; init; }

    /// <summary>The NUMA memory policy (set_mempolicy(2), since 1.3).</summary>
    public LinuxMemoryPolicy? MemoryPolicy { get; init; }
}

/// <summary>A namespace to create, or with a path to join (config-linux.md, "Namespaces").</summary>
/// <param name="Type">pid, network, mount, ipc, uts, user, cgroup or time.</param>
/// <param name="Path">An absolute path to a namespace file, such as /proc/1234/ns/net; null creates a new one.</param>
public sealed record LinuxNamespace(string Type, string? Path = null);

/// <summary>A range of ids (user_namespaces(7), "uid_map").</summary>
/// <param name="ContainerId">The first id in the container.</param>
/// <param name="HostId">The first id on the host.</param>
/// <param name="Size">How many.</param>
public sealed record LinuxIdMapping(
    [property: JsonPropertyName("containerID")] uint ContainerId,
    [property: JsonPropertyName("hostID")] uint HostId,
    uint Size);

/// <summary>A clock's offset (time_namespaces(7)).</summary>
/// <param name="Secs">Seconds.</param>
/// <param name="Nanosecs">Nanoseconds.</param>
public sealed record LinuxTimeOffset(long Secs = 0, uint Nanosecs = 0);

/// <summary>A device node (mknod(2)).</summary>
public sealed record LinuxDevice
{
    /// <summary>An absolute path in the container.</summary>
    public required string Path { get; init; }

    /// <summary>c or u for a character device, b for a block device, p for a FIFO.</summary>
    public required string Type { get; init; }

    /// <summary>The major number; none for a FIFO.</summary>
    public long? Major { get; init; }

    /// <summary>The minor number; none for a FIFO.</summary>
    public long? Minor { get; init; }

    /// <summary>Permission bits, a decimal number in JSON; 0666 where not given.</summary>
    public uint? FileMode { get; init; }

    /// <summary>The owner, an id of the container.</summary>
    public uint? Uid { get; init; }

    /// <summary>The group, an id of the container.</summary>
    public uint? Gid { get; init; }
}

/// <summary>A network device to move into the container.</summary>
/// <param name="Name">Its name there; null keeps the host's.</param>
public sealed record LinuxNetDevice(string? Name = null);

/// <summary>An execution domain (personality(2)).</summary>
/// <param name="Domain">LINUX or LINUX32.</param>
/// <param name="Flags">None are defined.</param>
public sealed record LinuxPersonality(string Domain, IReadOnlyList<string>? Flags = null);

/// <summary>A NUMA memory policy (set_mempolicy(2)).</summary>
/// <param name="Mode">MPOL_DEFAULT, MPOL_BIND, MPOL_INTERLEAVE ….</param>
/// <param name="Nodes">A list of nodes: "0-3,7".</param>
/// <param name="Flags">MPOL_F_*.</param>
public sealed record LinuxMemoryPolicy(string Mode, string? Nodes = null, IReadOnlyList<string>? Flags = null);

#pragma warning disable CS1591 // config-linux.md, "IntelRdt", documents each member
/// <summary>Intel Resource Director Technology (config-linux.md, "IntelRdt").</summary>
public sealed record LinuxIntelRdt
{
    [JsonPropertyName("closID")]
    public string? ClosId { get; init; }

    public IReadOnlyList<string>? Schemata { get; init; }

    public string? L3CacheSchema { get; init; }

    public string? MemBwSchema { get; init; }

    public bool? EnableMonitoring { get; init; }
}
#pragma warning restore CS1591
