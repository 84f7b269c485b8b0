// What the command may do, and its execution (lab 10-privileges; capabilities(7), credentials(7); runtime-spec,
// "Process").
//
// The order: what needs privileges first (limits, bounding set), then the user, then the capabilities, last what takes
// away the right to undo any of it.

using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Planning;

/// <summary>Plans a process inside a container, the first one or one of exec.</summary>
public static class ProcessPlanner
{
    private static readonly string[] Resources =
    [
        "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_DATA", "RLIMIT_STACK", "RLIMIT_CORE", "RLIMIT_RSS", "RLIMIT_NPROC",
        "RLIMIT_NOFILE",
        "RLIMIT_MEMLOCK", "RLIMIT_AS", "RLIMIT_LOCKS", "RLIMIT_SIGPENDING", "RLIMIT_MSGQUEUE", "RLIMIT_NICE",
        "RLIMIT_RTPRIO", "RLIMIT_RTTIME",
    ];

    /// <summary>Adds the steps from limits to capabilities.</summary>
    /// <param name="tape">The child's tape.</param>
    /// <param name="spec">The configuration.</param>
    /// <param name="facts">The machine.</param>
    /// <param name="rights">Whom it becomes, and what it may do then.</param>
    /// <param name="listener">Adds the handing over of a filter's listener.</param>
    public static void Add(ChildTape tape, Spec spec, Facts facts, Rights rights, Action<int> listener)
    {
        AddPersonality(tape, spec.Linux?.Personality);
        AddPrivileges(tape, spec.Process!,
            spec.Linux?.Seccomp is { } seccomp ? SeccompCompiler.Compile(seccomp, facts.Filters) : null, facts, rights,
            listener);
    }

    /// <summary>Adds the execution domain, if there is one.</summary>
    public static void AddPersonality(ChildTape tape, LinuxPersonality? personality)
    {
        if (personality is not null)
            tape.Personality(personality.Domain == "LINUX32" ? 8 : 0, $"PER_{personality.Domain}",
                "Which kind of machine uname(2) tells of.");
    }

    /// <summary>Why a child leaves minic's program, and why so early.</summary>
    internal const string WhyOwn = "Before it is in the container, whose image may make its command, or a script's "
        + "interpreter, a link to /proc/self/exe: that is a few sealed bytes now, and not minic. And no process in "
        + "there may look into this one.";

    /// <summary>Why signals are set back.</summary>
    public const string WhyDefault = "minic ignores it, and that would be inherited.";

    private const string WhyAllDefault = "minic's caller ignores or blocks them, and that would be inherited: a shell "
        + "does so for what runs in its background.";

    /// <summary>
    /// Adds the score by which the kernel chooses whom to kill; before the container's own /proc can be seen.
    /// </summary>
    /// <exception cref="MinicException">The caller may not go so low.</exception>
    public static void AddOomScore(ChildTape tape, Process process, Facts facts)
    {
        if (process.OomScoreAdj is not { } score)
            return;
        if (score < facts.OomScore && !facts.Caller.IsMachineRoot)
            throw new MinicException($"set the OOM score to {score}",
                $"only root may go below the one that is there, {facts.OomScore}",
                $"Leave $.process.oomScoreAdj out, or let it be {facts.OomScore} or more.");
        tape.WriteKnob("/proc/self/oom_score_adj", Text(score), $"set the OOM score to {score}",
            "In the host's /proc, which no image can have put something in the place of; and lowering it needs "
                + "privileges.", "proc_pid_oom_score_adj(5)", "08-cgroups");
    }

    /// <summary>Adds the steps that give a process its limits, user and capabilities.</summary>
    public static void AddPrivileges(ChildTape tape, Process process, CompiledSeccomp? seccomp, Facts facts,
        Rights rights, Action<int> listener)
    {
        foreach (var limit in process.Rlimits ?? [])
            tape.SetLimit(limit.Type, Array.IndexOf(Resources, limit.Type), limit.Soft, limit.Hard,
                "While the privileges to raise it are still there.");
        if (process.Scheduler is { } scheduler)
            SchedulerPlan.Add(tape, scheduler);
        if (process.IoPriority is { } priority)
            tape.SetIoPriority(
                Array.IndexOf(["IOPRIO_CLASS_NONE", "IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE"],
                    priority.Class), priority.Priority, "As config.json asks.");
        // Without no_new_privs a filter needs CAP_SYS_ADMIN, which the next steps give away.
        if (seccomp is not null && !process.NoNewPrivileges)
            Filter("Without no_new_privs this needs a privilege that goes away next.");
        // Root may enter what is closed to the user, and the user what is closed to a root with few capabilities.
        var closed = process.Cwd.TrimEnd('/').Length > 0;
        if (closed)
            tape.TryChdir(process.Cwd,
                "Root may enter a directory that is closed to the user, as that of another user.");
        tape.Become(rights);
        if (closed)
            tape.ChdirAsUser(process.Cwd,
                "As the user who will run there, too: root of few capabilities may not enter all that the user may. "
                    + "One of the two must succeed.");
        else
            tape.Chdir(process.Cwd,
                "As the user who will run there: a directory that this user may not enter is refused.");
        // The .NET runtime ignores SIGPIPE, and ignoring outlives execve: `yes | head` would never end.
        tape.DefaultSignals(facts.IgnoredSignals, facts.BlockedSignals,
            facts.IgnoredSignals == Inherited.RuntimeIgnores ? WhyDefault : WhyAllDefault);
        if (seccomp is not null && process.NoNewPrivileges)
            Filter("Last: the steps before are no calls that the filter must allow.");

        void Filter(string why)
        {
            if (tape.Seccomp(seccomp.Program, seccomp.Flags, why) is { } descriptor)
                listener(descriptor);
        }
    }

    /// <summary>Adds the execution of the command.</summary>
    public static void AddExecve(ChildTape tape, Process process, IReadOnlyList<string> environment)
    {
        tape.Execve(Candidates(process), process.Args!, environment,
            "The tape ends here: the command has the process to itself, and all descriptors of minic close.");
    }

    /// <summary>
    /// The environment that a process gets: of a name given twice the last value, and a HOME in any case.
    /// </summary>
    /// <param name="process">The process.</param>
    /// <param name="facts">The machine.</param>
    /// <param name="root">Where users are looked up.</param>
    public static IReadOnlyList<string> Environment(Process process, Facts facts, string root)
    {
        // getenv(3) takes the first of two, a shell the last; with one alone they agree.
        var environment = (process.Env ?? []).Reverse().DistinctBy(e => e.Split('=', 2)[0]).Reverse()
            .Where(e => e != "HOME=").ToList();
        if (!environment.Exists(e => e.StartsWith("HOME=", StringComparison.Ordinal)))
            environment.Add("HOME=" + (facts.Home(root, process.User?.Uid ?? 0) ?? "/"));
        return environment;
    }

    /// <summary>Where a process's command may be, in the order of its PATH (execvp(3)).</summary>
    public static IReadOnlyList<string> Candidates(Process process)
    {
        var command = process.Args![0];
        if (command.Contains('/', StringComparison.Ordinal))
            return [command];
        var path = (process.Env ?? []).LastOrDefault(e => e.StartsWith("PATH=", StringComparison.Ordinal))?[5..]
            ?? "/bin:/usr/bin";
        return [.. path.Split(':').Select(d => d.Length == 0 ? command : $"{d}/{command}")];
    }

    private static string Text(long value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
