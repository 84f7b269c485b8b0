// From a bundle to a plan: the whole story of a container, in the order in which it is played. What the child does
// inside its namespaces is told in RootPlanner.cs and ProcessPlanner.cs. Lab 12-oci; runtime-spec, "Lifecycle".
//
//     minic                                   the child
//     make the cgroup, set its limits
//     clone3 ------------------------------>  waits
//     (systemd: its unit, then the cgroup)
//     id maps, network, hooks
//     go ---------------------------------->  joins the cgroup and namespaces, names itself
//                                             builds its root, pivots into it
//                                             gives up its privileges
//                                             (created: reports, waits for start)
//     waits <-------------------------------  executes the command

using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Steps;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Containers.Planning;

/// <summary>Plans containers.</summary>
public static class ContainerPlanner
{
    /// <summary>Adds the steps that make a container of a bundle.</summary>
    /// <param name="plan">Takes the steps.</param>
    /// <param name="bundle">A valid bundle, with a process.</param>
    /// <param name="setup">What the bundle leaves open.</param>
    /// <param name="facts">The machine.</param>
    public static void Add(Plan plan, Bundle bundle, ContainerSetup setup, Facts facts)
    {
        var unit = SystemdPlanner.Of(bundle.Spec, setup, facts);
        (bundle, facts) = unit is null ? (bundle, facts) : (bundle with { Spec = unit.Spec }, unit.Facts);
        var spec = bundle.Spec;
        Unsupported.Check(spec, facts);
        var namespaces = NamespacePlan.Of(spec, setup, facts.Caller);
        var made = namespaces.Made;
        var users = new UserNamespace(namespaces.ChangesUser, IdMapPlan.MaySetGroups(spec, namespaces, facts.Caller));
        var rights = RightsPlan.Of(spec.Process!, facts, users);
        var environment = ProcessPlanner.Environment(spec.Process!, facts, HomeRoot(bundle, setup));
        // The child enters its time namespace by execve alone: until then no other process can join it.
        var hooks = new HookPlanner(bundle, setup, (made | namespaces.Joined) & ~CloneFlags.NEWTIME,
            CgroupPlanner.JoinFiles(spec, setup.Id, facts), facts.Filters, (rights, environment));
        hooks.Keep(plan);
        foreach (var step in setup.Network?.Before ?? [])
            plan.Add(step);
        var cgroup = unit is null ? CgroupPlanner.Add(plan, spec, setup.Id, facts) : [];
        if (setup.Create)
        {
            plan.Add(new MakeFifo(StartFifo(setup))
            {
                Why = "start, which may come from another process, writes to it.",
            });
            plan.Add(new MakeFifo(StatusFifo(setup))
            {
                Why = "The container closes it by execve, so start knows when the command runs.",
            });
        }

        if (setup.Overlay is { } overlay)
            AddLayers(plan, overlay);

        var intel = IntelRdtPlan.Add(plan, spec.Linux?.IntelRdt, setup.Id);
        var root = PlannedRoot.Of(bundle, setup, namespaces.ChangesUser, facts);
        var given = BindSources.AddGiven(plan, bundle, root.Mounts);
        var clone = Clone(setup, spec, namespaces, given);
        plan.Add(clone);
        var tape = plan.Tape(setup.Child, clone.Descriptors);
        tape.Await("go",
            "Until its pid is in the journal and its ids, network and limits are there, the child does nothing; if "
                + "minic dies, it reads end of file and ends.");
        if (unit is not null)
        {
            plan.Add(unit.Start);
            cgroup = SystemdPlanner.Join(unit, CgroupPlanner.Add(plan, spec, setup.Id, facts));
        }

        if ((made & CloneFlags.NEWUSER) != 0)
            plan.Add(IdMapPlan.Step(setup.Child, spec, facts.Caller));
        if (!namespaces.JoinsUser)
            AddHostSide(plan, spec, setup, hooks);
        plan.Add(new Release(setup.Child)
        {
            Why = namespaces.JoinsUser
                ? "Its pid is known; its namespaces it makes itself."
                : "All that only the host's side can do has been done.",
        });

        ProcessPlanner.AddOomScore(tape, spec.Process!, facts);
        foreach (var procs in cgroup)
            tape.JoinCgroup(procs,
                "Before anything that costs: from here on the limits hold. The child does it itself, since a parent "
                    + "that moves another process waits for a grace period.");
        foreach (var tasks in intel)
            tape.JoinCgroup(tasks, "As with the cgroups: 0 means whoever writes it.");
        if (facts.KeptOffProcessors)
            tape.ResetAffinity(PlacementPlan.WhyReset);
        PlacementPlan.AddMemoryPolicy(tape, spec.Linux?.MemoryPolicy);
        if ((made & CloneFlags.NEWUSER) != 0)
            tape.BecomeRoot(users.MaySetGroups,
                "Root of the new user namespace, which is nobody special outside. After the cgroup, whose files "
                    + "belong to the host's root.");
        var timeOffsets = namespaces.OpenTimeOffsets(tape, spec);
        tape.ExecuteStage2(3 + setup.PreserveFds, ProcessPlanner.WhyOwn);
        SecurityLabels.Add(tape, spec.Process!);
        namespaces.AddJoins(tape);
        if (namespaces.JoinsUser)
        {
            tape.BecomeRoot(users.MaySetGroups,
                "Root of the user namespace just joined, to whom all that is made from here on belongs.");
            namespaces.AddMade(plan, tape, setup.Child, spec, timeOffsets, () => AddHostSide(plan, spec, setup, hooks));
        }

        namespaces.AddLate(tape, spec);
        AddNames(tape, spec, setup, made);
        StreamOwner.Add(tape, spec.Process!, setup.Stdio, namespaces.ChangesUser, facts);
        RootPlanner.Add(plan, tape, bundle, setup, root, namespaces.ChangesUser, facts,
            () => hooks.AddCreateContainer(plan, tape));
        var state = new HookState(Spec.CurrentVersion, setup.Id, bundle.Directory) { Annotations = spec.Annotations };
        ProcessPlanner.Add(tape, spec, facts, rights,
            ListenerPlan.For(plan, tape, setup.Child, spec.Linux?.Seccomp, state, "creating", null));
        if (setup.Create)
        {
            tape.Report("status", "create may return now.");
            tape.Await("fifo:" + StartFifo(setup), "A created container waits here, all but its command in place.");
        }

        hooks.AddStartContainer(plan, tape);
        var process = spec.Process!;
        ProcessPlanner.AddExecve(tape, process, environment);
        plan.Add(setup.Create
            ? new AwaitReady(setup.Child) { Why = "If anything on the tape failed, create must fail." }
            : new AwaitExec(setup.Child)
            {
                Why = "If anything on the tape failed, it is known now, with the call that failed.",
            });
        if (setup.Create)
        {
            var paths = ProcessPlanner.Candidates(process).Select(p => Path.Combine(process.Cwd, p));
            plan.Add(new FindExecutable(setup.Child, process.Args![0], [.. paths])
            {
                Why = "Whoever asked for a container with a command that is not there should hear of it now, not at "
                    + "start.",
            });
        }

        hooks.AddPoststart(plan);
    }

    /// <summary>The named pipe on which a created container waits.</summary>
    public static string StartFifo(ContainerSetup setup) => Path.Combine(setup.StateDirectory, "start");

    /// <summary>The named pipe that a created container holds open until it executes its command.</summary>
    public static string StatusFifo(ContainerSetup setup) => Path.Combine(setup.StateDirectory, "status");

    /// <summary>The file of a created container's tape.</summary>
    public static string TapePath(ContainerSetup setup) => Path.Combine(setup.StateDirectory, "tape");

    /// <summary>Why a pidfd is sent, and why so early.</summary>
    internal const string WhyPidFd =
        "While the process cannot have ended yet: the caller is sure to get a descriptor that means it.";

    // What only minic can do to the child's namespaces, while the child waits.
    private static void AddHostSide(Plan plan, Spec spec, ContainerSetup setup, HookPlanner hooks)
    {
        foreach (var step in setup.Network?.Inside ?? [])
            plan.Add(step);
        NetDevicePlan.Add(plan, spec, setup);
        hooks.AddRuntime(plan);
        if (setup.PidFdSocket is { } socket)
            plan.Add(new HandPidFd(setup.Child, socket, "standard") { Why = WhyPidFd });
    }

    private static CloneChild Clone(ContainerSetup setup, Spec spec, NamespacePlan namespaces,
        IReadOnlyList<string> given)
    {
        List<string> descriptors = [.. setup.Stdio];
        for (var i = 0; i < setup.PreserveFds; i++)
            descriptors.Add($"preserved:{3 + i}");
        descriptors.AddRange(["go", "status", "tape", "own"]);
        if (spec.Process!.Terminal)
            descriptors.Add("console");
        if (setup.Create)
            descriptors.AddRange(["fifo:" + StartFifo(setup), "fifo:" + StatusFifo(setup)]);
        descriptors.AddRange(namespaces.Descriptors);
        descriptors.AddRange(given);
        var pid = namespaces.BornInto;
        return new CloneChild(setup.Child, namespaces.MadeByClone, descriptors)
        {
            Why = namespaces.JoinsUser
                ? "Its namespaces have to belong to the user namespace that it joins, so it makes them itself, in "
                    + "there."
                : "clone3 makes the process in its new namespaces at once: unshare could not put the caller itself "
                    + "into a pid namespace.",
            Kept = 3 + setup.PreserveFds,
            PidNamespace = pid?.Descriptor,
            PidNamespacePath = pid?.Shown.Replace("@", "pid", StringComparison.Ordinal),
            TapePath = setup.Create ? TapePath(setup) : null,
        };
    }

    private static void AddLayers(Plan plan, OverlayRoot overlay)
    {
        plan.Add(new MakeDirectory(overlay.Upper, 0x1ed)
        {
            Tree = true,
            Why = "What the container writes goes here; the image below stays as it is.",
        });
        plan.Add(new MakeDirectory(overlay.Work, 0x1ed)
        {
            Tree = true,
            Why = "overlayfs prepares files here before it moves them to the upper layer at once.",
        });
        plan.Add(new MakeDirectory(overlay.Merged, 0x1ed)
        {
            Tree = true,
            Why = "The layers are joined here, in the container's mount namespace alone.",
        });
    }

    private static void AddNames(ChildTape tape, Spec spec, ContainerSetup setup, ulong made)
    {
        if ((made & CloneFlags.NEWNET) != 0 && setup.Network is null)
            tape.RaiseLoopback(
                "A new network namespace has a loopback interface, but it is down: not even 127.0.0.1 answers.");
        foreach (var (name, value) in spec.Linux?.Sysctl ?? new Dictionary<string, string>())
            tape.WriteKnob("/proc/sys/" + name.Replace('.', '/'), value, $"set {name} to {value}",
                "In the host's /proc, which no image can have put something in the place of; whose namespaces are "
                    + "meant follows from who writes.", "sysctl(8)", "12-oci");
        tape.Setsid("Signals from the caller's terminal are for minic, which passes them on.");
        if (!setup.KeepKeyring)
            tape.JoinKeyring($"minic-{setup.Id}", "The caller's keys are none of the container's business.");
        if (!string.IsNullOrEmpty(spec.Hostname) && (made & CloneFlags.NEWUTS) != 0)
            tape.SetHostname(spec.Hostname, "The UTS namespace is new, so this changes nobody else's name.");
        if (!string.IsNullOrEmpty(spec.Domainname) && (made & CloneFlags.NEWUTS) != 0)
            tape.SetDomainname(spec.Domainname, "The UTS namespace is new, so this changes nobody else's name.");
    }

    private static string HomeRoot(Bundle bundle, ContainerSetup setup) => setup.Overlay?.Lower[0] ?? bundle.RootPath;
}
