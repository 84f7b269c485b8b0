// The process of a container: who runs what, where, with which rights and limits. The `process` member of config.json,
// and the whole of a process.json that `exec --process` takes. Labs: 12-oci, 10-privileges.
// https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#process

using System.Text.Json.Serialization;

namespace MiniContainer.Containers.Oci;

/// <summary>The process to run in a container (config.md, "Process").</summary>
public sealed record Process
{
    /// <summary>Whether it gets a pseudoterminal (pty(7)).</summary>
    public bool Terminal { get; init; }

    /// <summary>The pseudoterminal's first size; ignored without <see cref="Terminal"/>.</summary>
    public ConsoleSize? ConsoleSize { get; init; }

    /// <summary>Whom it runs as; root where not given, as runc has it.</summary>
    public User? User { get; init; }

    /// <summary>argv; the first is searched for in the PATH of <see cref="Env"/>, as execvp(3) does.</summary>
    public IReadOnlyList<string>? Args { get; init; }

    /// <summary>The whole environment, as NAME=VALUE.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>The working directory, an absolute path inside the container.</summary>
    public required string Cwd { get; init; }

    /// <summary>The five sets of capabilities; null leaves them as they are.</summary>
    public Capabilities? Capabilities { get; init; }

    /// <summary>Resource limits (setrlimit(2)).</summary>
    public IReadOnlyList<Rlimit>? Rlimits { get; init; }

    /// <summary>Whether execve may never grant privileges (prctl(2), PR_SET_NO_NEW_PRIVS).</summary>
    public bool NoNewPrivileges { get; init; }

    /// <summary>The AppArmor profile to run under.</summary>
    public string? ApparmorProfile { get; init; }

    /// <summary>/proc/self/oom_score_adj, -1000 to 1000; null leaves it as it is.</summary>
    public int? OomScoreAdj { get; init; }

    /// <summary>The scheduling policy (sched_setattr(2)).</summary>
    public Scheduler? Scheduler { get; init; }

    /// <summary>The SELinux label to run with.</summary>
    public string? SelinuxLabel { get; init; }

    /// <summary>The I/O priority (ioprio_set(2)).</summary>
    public IoPriority? IoPriority { get; init; }

    /// <summary>The CPUs on which a process of <c>exec</c> starts and stays (sched_setaffinity(2)).</summary>
    [JsonPropertyName("execCPUAffinity")]
    public ExecCpuAffinity? ExecCpuAffinity { get; init; }
}

/// <summary>The size of a terminal, in characters.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public sealed record ConsoleSize(uint Height, uint Width);

/// <summary>Whom a process runs as, in ids of the container.</summary>
public sealed record User
{
    /// <summary>The user id.</summary>
    public uint Uid { get; init; }

    /// <summary>The group id.</summary>
    public uint Gid { get; init; }

    /// <summary>The umask (umask(2)), a decimal number in JSON; null leaves it as it is.</summary>
    public uint? Umask { get; init; }

    /// <summary>The supplementary groups (setgroups(2)).</summary>
    public IReadOnlyList<uint>? AdditionalGids { get; init; }
}

/// <summary>The five sets of capabilities(7), by the names of that page.</summary>
public sealed record Capabilities
{
    /// <summary>What can be had at all, by any execve from here on.</summary>
    public IReadOnlyList<string>? Bounding { get; init; }

    /// <summary>What the kernel checks.</summary>
    public IReadOnlyList<string>? Effective { get; init; }

    /// <summary>What is kept over execve of a file that asks for it.</summary>
    public IReadOnlyList<string>? Inheritable { get; init; }

    /// <summary>What may be made effective.</summary>
    public IReadOnlyList<string>? Permitted { get; init; }

    /// <summary>What is kept over execve of a file without capabilities.</summary>
    public IReadOnlyList<string>? Ambient { get; init; }
}

/// <summary>A resource limit (setrlimit(2)); 18446744073709551615 is RLIM_INFINITY.</summary>
/// <param name="Type">"RLIMIT_NOFILE" and so on.</param>
/// <param name="Hard">The ceiling.</param>
/// <param name="Soft">The limit in force.</param>
public sealed record Rlimit(string Type, ulong Hard, ulong Soft);

/// <summary>The scheduling policy and its parameters (sched_setattr(2)).</summary>
public sealed record Scheduler
{
    /// <summary>SCHED_OTHER, SCHED_FIFO, SCHED_RR, SCHED_BATCH, SCHED_ISO, SCHED_IDLE or SCHED_DEADLINE.</summary>
    public required string Policy { get; init; }

    /// <summary>The nice value, -20 to 19.</summary>
    public int? Nice { get; init; }

    /// <summary>The static priority, 1 to 99, of the real-time policies.</summary>
    public int? Priority { get; init; }

    /// <summary>SCHED_FLAG_*.</summary>
    public IReadOnlyList<string>? Flags { get; init; }

    /// <summary>SCHED_DEADLINE: nanoseconds of CPU in a period.</summary>
    public ulong? Runtime { get; init; }

    /// <summary>SCHED_DEADLINE: nanoseconds until they must have been had.</summary>
    public ulong? Deadline { get; init; }

    /// <summary>SCHED_DEADLINE: the period, in nanoseconds.</summary>
    public ulong? Period { get; init; }
}

/// <summary>The I/O priority (ioprio_set(2)).</summary>
/// <param name="Class">IOPRIO_CLASS_RT, IOPRIO_CLASS_BE or IOPRIO_CLASS_IDLE.</param>
/// <param name="Priority">0, the highest, to 7; 0 where it is left out, as runc has it.</param>
public sealed record IoPriority(string Class, int Priority = 0);

/// <summary>CPU lists as in cpuset(7): "0-3,7".</summary>
public sealed record ExecCpuAffinity
{
    /// <summary>While the runtime is still at work in the process.</summary>
    public string? Initial { get; init; }

    /// <summary>From execve on.</summary>
    public string? Final { get; init; }
}
