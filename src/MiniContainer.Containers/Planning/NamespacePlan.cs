// The namespaces that a container shares with what is there already, and how it gets new ones beside a user namespace
// that it joins (labs 04-pid, 09-rootless; setns(2), unshare(2), user_namespaces(7), "Interaction of user namespaces
// and other types of namespaces"). A namespace belongs to the user namespace of the process that makes it, and never to
// another one: so clone3 may not make it, and the child has to.
//
//     minic                                    the child
//     clone3, no new namespace ------------->  waits
//     go ----------------------------------->  joins its cgroup, leaves minic's program
//                                              setns: the user namespace; becomes its root
//                                              unshare: namespaces, which belong to that one
//                                              clone, with CLONE_PARENT: only a child is in the pid namespace
//     follows the new process  <-------------  reports, and waits
//     network, hooks
//     go ----------------------------------->  goes on

using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Plans.ChildSteps;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Containers.Planning;

/// <summary>Plans the joining of namespaces.</summary>
/// <param name="Joins">What to join, in this order.</param>
/// <param name="Made">CLONE_NEW* of the namespaces that the container gets anew.</param>
/// <param name="Caller">Who runs minic.</param>
internal sealed record NamespacePlan(IReadOnlyList<Join> Joins, ulong Made, Kernel.Caller Caller)
{
    // A cgroup namespace takes the cgroup of its maker for its root, so it is made once that is joined; a time
    // namespace takes its offsets only until a process is in it.
    private const ulong Late = CloneFlags.NEWCGROUP | CloneFlags.NEWTIME;

    /// <summary>The namespaces of a configuration.</summary>
    public static NamespacePlan Of(Spec spec, ContainerSetup setup, Kernel.Caller caller)
    {
        List<Join> joins =
        [
            .. (spec.Linux?.Namespaces ?? []).Where(n => !string.IsNullOrEmpty(n.Path))
                .Select(n => new Join("ns:" + n.Path, CloneFlags.Of(n.Type), n.Path!)),
            .. setup.Joins,
        ];
        // With privileges the user namespace comes last: the others may belong to ours, in which it has none. Without
        // them it comes first, since it gives them.
        var last = caller.IsPrivileged ? 1 : -1;
        var ordered = joins.OrderBy(j => (j.Flags & CloneFlags.NEWUSER) != 0 ? last : 0).ToList();
        var unnamed = (spec.Linux?.Namespaces ?? []).Where(n => string.IsNullOrEmpty(n.Path));
        var made = unnamed.Aggregate(0UL, (flags, n) => flags | CloneFlags.Of(n.Type))
            & ~setup.Joins.Aggregate(0UL, (flags, j) => flags | j.Flags);
        return new NamespacePlan(ordered, made, caller);
    }

    /// <summary>CLONE_NEW* of the namespaces that are joined.</summary>
    public ulong Joined => Joins.Aggregate(0UL, (flags, j) => flags | j.Flags);

    /// <summary>Whether a user namespace is joined, to which the new namespaces have to belong.</summary>
    public bool JoinsUser => (Joined & CloneFlags.NEWUSER) != 0;

    /// <summary>Whether the container is in another user namespace than minic.</summary>
    public bool ChangesUser => ((Made | Joined) & CloneFlags.NEWUSER) != 0;

    /// <summary>CLONE_NEW* of what clone3 makes; the rest the child makes itself.</summary>
    public ulong MadeByClone => JoinsUser ? 0 : Made & ~Late;

    /// <summary>
    /// The pid namespace that the child is born into; null for ours, or where the child has to join it itself.
    /// </summary>
    public Join? BornInto =>
        JoinsUser && !Caller.IsPrivileged ? null : Joins.FirstOrDefault(j => (j.Flags & CloneFlags.NEWPID) != 0);

    /// <summary>The descriptors that the child needs to join them.</summary>
    public IEnumerable<string> Descriptors =>
        Joins.Where(j => FlagsToJoin(j) != 0).Select(j => j.Descriptor).Distinct();

    /// <summary>Adds the joining.</summary>
    public void AddJoins(ChildTape tape)
    {
        foreach (var group in Joins.Where(j => FlagsToJoin(j) != 0).GroupBy(j => j.Descriptor))
        {
            var flags = group.Aggregate(0UL, (f, j) => f | FlagsToJoin(j));
            tape.JoinNamespaces(group.Key, flags, group.First().Shown, "These are shared with what is there already.",
                born: (flags & CloneFlags.NEWPID) == 0);
        }
    }

    /// <summary>Opens what the child may not open any more once it has joined a user namespace.</summary>
    /// <returns>The descriptor of the offsets of the clocks; null where they can be opened in their turn.</returns>
    public int? OpenTimeOffsets(ChildTape tape, Spec spec) => JoinsUser && Offsets(spec).Count > 0
        ? tape.OpenTimeOffsets(
            "As who the child is now: later it may not open them, while what was opened may be written.") : null;

    /// <summary>
    /// Adds the making of the namespaces that belong to the user namespace just joined, and what minic does then.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="tape">The child's tape.</param>
    /// <param name="child">The child's name.</param>
    /// <param name="spec">The configuration.</param>
    /// <param name="timeOffsets">What <see cref="OpenTimeOffsets"/> opened.</param>
    /// <param name="hostSide">Adds the steps by which minic fits them out.</param>
    public void AddMade(Plan plan, ChildTape tape, string child, Spec spec, int? timeOffsets, Action hostSide)
    {
        if ((Made & CloneFlags.NEWTIME) != 0)
            tape.UnshareTime(Offsets(spec),
                "Clocks of its own; before the process makes itself anew, which may enter them.", timeOffsets);
        if ((Made & ~Late) is not 0 and var flags)
            tape.Unshare(flags,
                "Only now: a namespace belongs to the user namespace in which it is made, whose root may then change "
                    + "it.");
        if ((Made & CloneFlags.NEWPID) != 0 || BornInto is null && (Joined & CloneFlags.NEWPID) != 0)
        {
            AddFork(plan, tape, child);
        }
        else
        {
            tape.Report("status", "Its namespaces are there.");
            plan.Add(new AwaitReady(child) { Why = "What follows is done in the namespaces that it has just made." });
        }

        hostSide();
        tape.Await("go", "Until its network is there and its pid in the journal, it does nothing.");
        plan.Add(new Release(child) { Why = "All that only the host's side can do has been done." });
    }

    /// <summary>Adds the making of the process anew, as a child of its own that is in the pid namespace.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="tape">The child's tape.</param>
    /// <param name="child">The child's name.</param>
    public static void AddFork(Plan plan, ChildTape tape, string child)
    {
        tape.Fork("A pid namespace takes in only those who are born into it.");
        tape.Report("status", "minic looks up its pid.");
        plan.Add(new FollowFork(child) { Why = "The one that made it has ended; this is the process from here on." });
    }

    /// <summary>Adds the namespaces that are made last.</summary>
    public void AddLate(ChildTape tape, Spec spec)
    {
        if ((Made & CloneFlags.NEWCGROUP) != 0)
            tape.Unshare(CloneFlags.NEWCGROUP, "The cgroup just joined becomes the root that the container sees.");
        if ((Made & CloneFlags.NEWTIME) != 0 && !JoinsUser)
            tape.UnshareTime(Offsets(spec), "Clocks of its own; it enters them by execve.");
    }

    private IReadOnlyList<ClockOffset> Offsets(Spec spec) =>
        (Made & CloneFlags.NEWTIME) == 0 || spec.Linux?.TimeOffsets is not { } offsets ? []
        : [.. offsets.Select(o => new ClockOffset(o.Key, o.Value.Secs, o.Value.Nanosecs))];

    // A process cannot join a pid namespace, only be born into it.
    private ulong FlagsToJoin(Join join) => BornInto is null ? join.Flags : join.Flags & ~CloneFlags.NEWPID;
}
