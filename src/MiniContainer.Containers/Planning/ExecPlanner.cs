// Another process in a container that runs: join its cgroup and namespaces, then what every process gets
// (lab 11-exec; setns(2); nsenter(1)).

using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Steps;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Containers.Planning;

/// <summary>Plans exec.</summary>
public static class ExecPlanner
{
    /// <summary>Adds the steps that start a process in a container.</summary>
    /// <param name="plan">Takes the steps.</param>
    /// <param name="child">The child's name in the plan.</param>
    /// <param name="process">What to run, and as whom.</param>
    /// <param name="target">The container to join.</param>
    /// <param name="facts">The machine.</param>
    public static void Add(Plan plan, string child, Process process, ExecTarget target, Facts facts)
    {
        List<string> stdio = ["stdin", "stdout", "stderr"], descriptors = [.. stdio];
        for (var i = 0; i < target.PreserveFds; i++)
            descriptors.Add($"preserved:{3 + i}");
        descriptors.AddRange(["go", "status", "tape", "own", "target"]);
        if (process.Terminal)
            descriptors.Add("console");
        Unsupported.Check(process, facts);
        // Without privileges the parent may not, and root of a user namespace alone could not come back: the child
        // joins the namespaces itself, and makes itself anew in there.
        var bornInside = target.JoinsPid && facts.Caller.OwnsPids;
        plan.Add(new CloneChild(child, 0, descriptors)
        {
            Why = bornInside
                ? "A pid namespace takes in only those who are born into it: the parent enters it for the moment of "
                    + "the clone." : "The process that will join the container.",
            Kept = 3 + target.PreserveFds,
            PidNamespace = bornInside ? "target" : null,
            PidNamespacePath = bornInside ? $"/proc/{target.Pid}/ns/pid" : null,
        });
        var tape = plan.Tape(child, descriptors);
        tape.Await("go", "Until its pid is in the journal it does nothing.");
        if (!target.JoinsPid || bornInside)
            AddPidFd(plan, child, target);
        var moved = MovedBySystemd(target);
        foreach (var (file, below) in moved)
            plan.Add(new AttachToUnit(child, target.Unit!.Unit, below)
            {
                Why = $"A user may not write to {file} from a cgroup that is not below theirs; systemd may.",
            });
        plan.Add(new Release(child) { Why = "Its pid is known." });
        ProcessPlanner.AddOomScore(tape, process, facts);
        PlacementPlan.AddAffinity(tape, process.ExecCpuAffinity?.Initial,
            "Until it is in the container's cgroup: what minic does for it takes no time of other processors.");
        foreach (var procs in target.CgroupFiles.Except(moved.Select(m => m.File)))
            tape.JoinCgroup(procs,
                "Before the namespaces: afterwards the host's cgroup files cannot be seen. The container's limits "
                    + "hold for this process too.");
        if (facts.KeptOffProcessors && string.IsNullOrEmpty(process.ExecCpuAffinity?.Initial)
            && string.IsNullOrEmpty(process.ExecCpuAffinity?.Final))
            tape.ResetAffinity(PlacementPlan.WhyReset);
        PlacementPlan.AddAffinity(tape, process.ExecCpuAffinity?.Final,
            "After the cgroup, by whose cpuset the kernel has just set them anew.");
        PlacementPlan.AddMemoryPolicy(tape, target.MemoryPolicy);
        tape.ExecuteStage2(3 + target.PreserveFds, ProcessPlanner.WhyOwn);
        SecurityLabels.Add(tape, process);
        tape.JoinNamespaces("target", target.Namespaces, $"/proc/{target.Pid}/ns/@",
            "All at once, by the container's pidfd: its user namespace, if it has one, comes first by itself.",
            born: bornInside || !target.JoinsPid);
        if (target.JoinsPid && !bornInside)
            FollowInside(plan, tape, child, target);
        tape.Setsid("Signals from the caller's terminal are for minic, which passes them on.");
        StreamOwner.Add(tape, process, stdio, mapped: (target.Namespaces & CloneFlags.NEWUSER) != 0, facts);
        tape.Umask(process.User?.Umask ?? 0x12, "The usual mask.");
        if (process.Terminal)
            tape.OpenTerminal("console", process.User?.Uid ?? 0, null, RootPlanner.Size(process), target.BareNewlines,
                "A terminal of the container's own devpts.");
        ProcessPlanner.AddPersonality(tape, target.Personality);
        ProcessPlanner.AddPrivileges(tape, process,
            target.Seccomp is { } seccomp ? SeccompCompiler.Compile(seccomp, facts.Filters) : null, facts,
            RightsPlan.Of(process, facts,
                new UserNamespace((target.Namespaces & CloneFlags.NEWUSER) != 0, target.MaySetGroups)),
            ListenerPlan.For(plan, tape, child, target.Seccomp, target.State, "running", target.Pid));
        ProcessPlanner.AddExecve(tape, process, ProcessPlanner.Environment(process, facts, target.RootPath));
        plan.Add(new AwaitExec(child)
        {
            Why = "If anything on the tape failed, it is known now, with the call that failed.",
        });
    }

    // The files of version 2 in the unit that a user's systemd has made, and where below its cgroup they are.
    private static List<(string File, string Below)> MovedBySystemd(ExecTarget target) =>
        target.Unit is not { User: true } unit ? []
        : [.. target.CgroupFiles.Where(f => f.EndsWith("/cgroup.procs", StringComparison.Ordinal))
            .Select(f => (File: f, At: f.IndexOf($"{unit.Cgroup}/", StringComparison.Ordinal)))
            .Where(f => f.At >= 0)
            .Select(f => (f.File, Below: Path.GetDirectoryName(f.File[(f.At + unit.Cgroup.Length)..])!))];

    private static void AddPidFd(Plan plan, string child, ExecTarget target)
    {
        if (target.PidFdSocket is { } socket)
            plan.Add(new HandPidFd(child, socket, "setns") { Why = ContainerPlanner.WhyPidFd });
    }

    private static void FollowInside(Plan plan, ChildTape tape, string child, ExecTarget target)
    {
        NamespacePlan.AddFork(plan, tape, child);
        tape.Await("go", "Until its pid is in the journal it does nothing.");
        AddPidFd(plan, child, target);
        plan.Add(new Release(child) { Why = "Its pid is known." });
    }
}

/// <summary>The container that exec joins.</summary>
/// <param name="Pid">Its first process.</param>
/// <param name="Namespaces">CLONE_NEW* of the namespaces that differ from ours.</param>
public sealed record ExecTarget(int Pid, ulong Namespaces)
{
    /// <summary>The files by which to join its cgroups.</summary>
    public IReadOnlyList<string> CgroupFiles { get; init; } = [];

    /// <summary>Its unit of systemd; null if minic made its cgroups.</summary>
    public StartUnit? Unit { get; init; }

    /// <summary>Whether setgroups(2) is allowed in its user namespace.</summary>
    public bool MaySetGroups { get; init; } = true;

    /// <summary>Where users are looked up.</summary>
    public string RootPath { get; init; } = "";

    /// <summary>Its filter of system calls.</summary>
    public LinuxSeccomp? Seccomp { get; init; }

    /// <summary>Its state, for the process that listens to its filter of system calls.</summary>
    public HookState State { get; init; } = new(Spec.CurrentVersion, "", "");

    /// <summary>Its memory policy.</summary>
    public LinuxMemoryPolicy? MemoryPolicy { get; init; }

    /// <summary>Its execution domain.</summary>
    public LinuxPersonality? Personality { get; init; }

    /// <summary>How many descriptors from 3 on the command keeps.</summary>
    public int PreserveFds { get; init; }

    /// <summary>Where the process's pidfd is sent, a UNIX socket; null for nowhere.</summary>
    public string? PidFdSocket { get; init; }

    /// <summary>Whether what its terminal shows goes to a pipe or a file: then a newline stays one.</summary>
    public bool BareNewlines { get; init; }

    /// <summary>Whether its pid namespace is another one than ours.</summary>
    public bool JoinsPid => (Namespaces & CloneFlags.NEWPID) != 0;
}
