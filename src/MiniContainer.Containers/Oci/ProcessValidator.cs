// The rules of the process of a container, shared by config.json and the process.json of `exec --process`.
// https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#process   See capabilities(7), setrlimit(2).

using MiniContainer.Documents;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Oci;

/// <summary>Finds every rule that a process breaks.</summary>
public static class ProcessValidator
{
    /// <summary>The capabilities of capabilities(7) in the order of their numbers: CAP_CHOWN is 0.</summary>
    public static IReadOnlyList<string> CapabilityNames { get; } =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID",
        "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST",
        "CAP_NET_ADMIN",
        "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT",
        "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE",
        "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL",
        "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND",
        "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
    ];

    /// <summary>
    /// The limits of setrlimit(2) in the order of their numbers on x86-64 and arm64: RLIMIT_CPU is 0.
    /// </summary>
    public static IReadOnlyList<string> RlimitNames { get; } =
    [
        "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_DATA", "RLIMIT_STACK", "RLIMIT_CORE", "RLIMIT_RSS", "RLIMIT_NPROC",
        "RLIMIT_NOFILE", "RLIMIT_MEMLOCK", "RLIMIT_AS", "RLIMIT_LOCKS", "RLIMIT_SIGPENDING", "RLIMIT_MSGQUEUE",
        "RLIMIT_NICE", "RLIMIT_RTPRIO", "RLIMIT_RTTIME",
    ];

    // A user who has made so many mistakes wants no longer list.
    private const int MostWarnings = 20;

    private static readonly string[] Policies =
        ["SCHED_OTHER", "SCHED_FIFO", "SCHED_RR", "SCHED_BATCH", "SCHED_ISO", "SCHED_IDLE", "SCHED_DEADLINE"];

    /// <summary>The flags of sched_setattr(2).</summary>
    public static IReadOnlyList<string> SchedulerFlags { get; } =
    [
        "SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_RECLAIM", "SCHED_FLAG_DL_OVERRUN", "SCHED_FLAG_KEEP_POLICY",
        "SCHED_FLAG_KEEP_PARAMS", "SCHED_FLAG_UTIL_CLAMP_MIN", "SCHED_FLAG_UTIL_CLAMP_MAX",
    ];

    private static readonly string[] IoClasses = ["IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE"];

    /// <summary>Adds a problem for each broken rule.</summary>
    /// <param name="process">The process.</param>
    /// <param name="path">Where it stands: <c>$.process</c>, or <c>$</c> in a file of its own.</param>
    /// <param name="problems">Takes them.</param>
    public static void Check(Process process, string path, Problems problems)
    {
        if (process.Args is not { Count: > 0 } args)
        {
            var (at, text) = process.Args is null
                ? (path, "the required member \"args\" is missing") : ($"{path}.args", "the list is empty");
            problems.Add(at, text, "Name the command to run: \"args\": [\"sh\"].");
        }
        else if (args[0].Length == 0)
        {
            problems.Add($"{path}.args[0]", "the command is an empty string", "Name the command to run.");
        }

        if (!process.Cwd.StartsWith('/'))
        {
            problems.Add($"{path}.cwd", $"\"{process.Cwd}\" is not absolute",
                "Begin the path with a slash; \"/\" is the root.");
        }

        IdRules.CheckUser($"{path}.user", process.User, problems);
        CheckStrings(process, path, problems);
        CheckCapabilities(process.Capabilities, $"{path}.capabilities", problems);
        CheckRlimits(process, path, problems);
        CheckPriorities(process, path, problems);
    }

    private static void CheckStrings(Process process, string path, Problems problems)
    {
        LengthRules.CheckPath($"{path}.cwd", process.Cwd, problems);
        foreach (var (member, list) in new[] { ("args", process.Args), ("env", process.Env) })
        {
            foreach (var (text, i) in (list ?? []).Select((text, i) => (text, i)))
            {
                LengthRules.CheckArgument($"{path}.{member}[{i}]", text, problems);
            }
        }

        foreach (var (variable, i) in (process.Env ?? []).Select((variable, i) => (variable, i)))
        {
            if (variable.IndexOf('=', StringComparison.Ordinal) <= 0)
            {
                problems.Add($"{path}.env[{i}]", "it has not the form NAME=VALUE",
                    "Write it so; the value may be empty.");
            }
        }
    }

    private static void CheckCapabilities(Capabilities? sets, string path, Problems problems)
    {
        (string Name, IReadOnlyList<string>? List)[] all =
        [
            ("bounding", sets?.Bounding), ("effective", sets?.Effective), ("inheritable", sets?.Inheritable),
            ("permitted", sets?.Permitted), ("ambient", sets?.Ambient),
        ];
        // What the kernel does not know is to be warned of, and not to be refused (config.md, "capabilities"): it may
        // be a newer kernel's.
        foreach (var (set, name, i) in all.SelectMany(set => (set.List ?? []).Select((name, i) => (set.Name, name, i)))
            .Where(c => !CapabilityNames.Contains(c.name)).DistinctBy(c => c.name).Take(MostWarnings))
        {
            var ask = NearestName.Ask(name.StartsWith("CAP_", StringComparison.OrdinalIgnoreCase)
                ? name : $"CAP_{name}", CapabilityNames, "capabilities(7) lists them.");
            Warnings.Sink($"{path}.{set}[{i}]: there is no capability \"{name}\": it is left out. {ask}");
        }

        CheckSubset(sets?.Effective, sets?.Permitted, $"{path}.effective", "permitted", problems);
        foreach (var name in (sets?.Ambient ?? []).Except(sets?.Permitted ?? []).Where(CapabilityNames.Contains))
        {
            Warnings.Sink(
                $"{path}.ambient: {name} is not in permitted, and the kernel makes only such ambient: it is left out.");
        }

        // Ambient ones that are not inheritable cannot be raised either, but `runc spec` and `crun spec` write such,
        // and both run without: so it has to pass here, and the planner leaves them out.
    }

    // The kernel refuses it with a bare EPERM (capset(2)), or drops it in silence.
    private static void CheckSubset(
        IReadOnlyList<string>? set, IReadOnlyList<string>? of, string path, string ofName, Problems problems)
    {
        var missing = (set ?? []).Except(of ?? []).ToList();
        if (missing.Count > 0)
        {
            problems.Add(path, $"{string.Join(", ", missing)} {(missing.Count == 1 ? "is" : "are")} not in {ofName}",
                $"The kernel wants it there too: add to {ofName}, or remove it here.");
        }
    }

    private static void CheckRlimits(Process process, string path, Problems problems)
    {
        var seen = new HashSet<string>();
        foreach (var (limit, i) in (process.Rlimits ?? []).Select((limit, i) => (limit, i)))
        {
            var at = $"{path}.rlimits[{i}]";
            if (!RlimitNames.Contains(limit.Type))
            {
                problems.Add($"{at}.type", $"there is no limit \"{limit.Type}\"",
                    () => NearestName.Ask(limit.Type.StartsWith("RLIMIT_", StringComparison.Ordinal)
                        ? limit.Type : $"RLIMIT_{limit.Type}", RlimitNames, "setrlimit(2) lists them."));
            }
            else if (!seen.Add(limit.Type))
            {
                problems.Add($"{at}.type", $"{limit.Type} is given more than once", "Keep one of them.");
            }

            if (limit.Soft > limit.Hard)
            {
                problems.Add($"{at}.soft", $"the soft limit {limit.Soft} is above the hard limit {limit.Hard}",
                    "Lower the soft limit.");
            }
        }
    }

    private static void CheckPriorities(Process process, string path, Problems problems)
    {
        if (process.OomScoreAdj is < -1000 or > 1000)
        {
            problems.Add($"{path}.oomScoreAdj", $"{process.OomScoreAdj} is out of range",
                "It lies between -1000 and 1000.");
        }

        if (process.User?.Umask is > 511)
        {
            problems.Add($"{path}.user.umask", $"{process.User.Umask} is out of range",
                "JSON has no octal numbers: 022 is written 18; at most 511.");
        }

        if (process.Scheduler is { } scheduler && !Policies.Contains(scheduler.Policy))
        {
            problems.Add($"{path}.scheduler.policy", $"there is no policy \"{scheduler.Policy}\"",
                NearestName.Ask(scheduler.Policy, Policies, "sched(7) lists them."));
        }

        if (process.Scheduler?.Nice is < -20 or > 19)
        {
            problems.Add($"{path}.scheduler.nice", $"{process.Scheduler.Nice} is out of range",
                "It lies between -20 and 19.");
        }

        foreach (var (flag, i) in (process.Scheduler?.Flags ?? []).Select((flag, i) => (flag, i))
            .Where(item => !SchedulerFlags.Contains(item.flag)))
        {
            problems.Add($"{path}.scheduler.flags[{i}]", $"there is no flag \"{flag}\"",
                NearestName.Ask(flag, SchedulerFlags, "sched_setattr(2) lists them."));
        }

        foreach (var (member, list) in new[] { ("initial", process.ExecCpuAffinity?.Initial),
            ("final", process.ExecCpuAffinity?.Final) })
        {
            if (list is { Length: > 0 } && NumberList.Parse(list) is null)
            {
                problems.Add($"{path}.execCPUAffinity.{member}", $"\"{list}\" is no list of processors",
                    "Write numbers and ranges: \"0-3,7\".");
            }
        }

        if (process.ConsoleSize is { } size && (size.Height > ushort.MaxValue || size.Width > ushort.MaxValue))
        {
            problems.Add($"{path}.consoleSize", $"{size.Height} by {size.Width} characters are out of range",
                $"A terminal has at most {ushort.MaxValue} of each.");
        }

        if (process.IoPriority is { } io && (!IoClasses.Contains(io.Class) || io.Priority is < 0 or > 7))
        {
            problems.Add($"{path}.ioPriority", $"{io.Class} {io.Priority} is no I/O priority",
                $"Use {string.Join(", ", IoClasses)} and 0 to 7.");
        }
    }
}
