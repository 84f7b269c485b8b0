// A container that exists: its state directory and journal, and what can be asked of it. There is no file of state
// beside the journal: the pid is the fact of its clone step, the status follows from that process and the steps after
// it. Lab 12-oci; runtime-spec, "State".

using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Planning;
using MiniContainer.Containers.Steps;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;
using static Tmds.Linux.LibC;

namespace MiniContainer.Containers.Lifecycle;

/// <summary>A container as its journal tells it.</summary>
public sealed class Container
{
    private Container(StateRoot root, string id, string directory, JournalHeader header,
        IReadOnlyList<JournalEntry> entries, bool up)
    {
        Root = root;
        Id = id;
        Directory = directory;
        Header = header;
        Entries = entries;
        Up = up;
    }

    /// <summary>The directory of all state.</summary>
    public StateRoot Root { get; }

    /// <summary>The id.</summary>
    public string Id { get; }

    /// <summary>Its state directory.</summary>
    public string Directory { get; }

    /// <summary>Whose it is, and since when.</summary>
    public JournalHeader Header { get; }

    /// <summary>What cannot be read of its journal.</summary>
    public IEnumerable<UnreadStep> Unread => Journal.UnreadOf(Entries);

    /// <summary>The steps that made it.</summary>
    public IReadOnlyList<JournalEntry> Entries { get; }

    /// <summary>Whether its plan was played to the end.</summary>
    public bool Up { get; }

    /// <summary>The step that made its first process, or null.</summary>
    public JournalEntry? Clone => Entries.FirstOrDefault(e => e.Step is CloneChild);

    /// <summary>Its first process; null while there is none in the journal.</summary>
    /// <remarks>A process that has made another one in its place has ended: the last of them counts.</remarks>
    public ProcessIdentity? Init =>
        Entries.LastOrDefault(e => e.Step is CloneChild or FollowFork && e.Facts is not null)?.Facts is { Pid: { } pid,
            StartTime: { } start }
            ? new ProcessIdentity(pid, start) : null;

    /// <summary>Its status (runtime-spec, "State").</summary>
    public ContainerStatus Status
    {
        get
        {
            if (Init is not { } init)
                return Header.Owner.Alive ? ContainerStatus.Creating : ContainerStatus.Stopped;
            if (!init.Alive)
                return ContainerStatus.Stopped;
            if (!Up)
                return ContainerStatus.Creating;
            if (Freezer.FileOf(CgroupPaths) is { } freezer && Freezer.IsFrozen(freezer))
                return ContainerStatus.Paused;
            return ((CloneChild)Clone!.Step).TapePath is not null && Waits
                ? ContainerStatus.Created : ContainerStatus.Running;
        }
    }

    // Whether it waits for start. A start that was begun and is not done may have been killed at any point: then the
    // container itself is asked, which holds a pipe open until it executes its command: the one whose end start waits
    // for, since the two are closed one after the other.
    private bool Waits =>
        Entries.Select(e => (e.Facts, Step: e.Step as StartInit)).LastOrDefault(e => e.Step is not null) switch
    {
        { Step: null } => true,
        { Facts: not null } => false,
        var (_, start) => Fifo.IsAwaited(start.StatusFifo),
    };

    /// <summary>The directories of its cgroups.</summary>
    public IEnumerable<string> CgroupPaths => Entries.Select(e => e.Step).OfType<MakeCgroup>().Select(c => c.Path);

    /// <summary>Its unit of systemd; null if minic made its cgroups.</summary>
    public StartUnit? Unit => Entries.Select(e => e.Step).OfType<StartUnit>().FirstOrDefault();

    /// <summary>The state directory of an id.</summary>
    /// <param name="root">The directory of all state, /run/minic.</param>
    /// <param name="id">The container's id; checked.</param>
    /// <exception cref="MinicException">The id has characters that no id may have.</exception>
    public static string DirectoryOf(StateRoot root, string id)
    {
        ContainerId.Check(id);
        return root["containers", id];
    }

    /// <summary>Reads a container.</summary>
    /// <exception cref="MinicException">There is none of that id.</exception>
    public static Container Load(StateRoot root, string id) =>
        // The words that engines look for.
        TryLoad(root, id)
        ?? throw new MinicException($"find container {id}", "container does not exist",
            $"minic list shows those that do (below {root}).");

    /// <summary>Reads a container, or null if there is none.</summary>
    public static Container? TryLoad(StateRoot root, string id)
    {
        var directory = DirectoryOf(root, id);
        var path = Path.Combine(directory, Journal.FileName);
        if (!File.Exists(path))
            return null;
        using var journal = Journal.Open(path, root.Kinds);
        return journal.Header is null
            ? null : new Container(root, id, directory, journal.Header, journal.Entries, journal.Up);
    }

    /// <summary>All containers, by id.</summary>
    public static IEnumerable<Container> All(StateRoot root) =>
        StateDirectory.Names(root["containers"])
            .Select(id => StateDirectory.Try(() => TryLoad(root, id), $"container {id}")).OfType<Container>();

    /// <summary>The OCI state.</summary>
    public ContainerState State()
    {
        var status = Status;
        return new ContainerState
        {
            OciVersion = Spec.CurrentVersion,
            Id = Id,
            Status = status,
            Pid = status == ContainerStatus.Stopped ? 0 : Init?.Pid ?? 0,
            Bundle = Header.Bundle,
            Annotations = Header.Annotations,
        };
    }

    /// <summary>The pids of all its processes, in the host's pid namespace, in order.</summary>
    /// <remarks>
    /// An unprivileged user may not have been allowed to make a cgroup: then the pid namespace tells which processes
    /// belong to the container.
    /// </remarks>
    public IReadOnlyList<int> Processes() =>
        CgroupPaths.Any() ? [.. CgroupPaths.Take(1).SelectMany(Cgroups.Processes).Order()]
        : Init is { Alive: true } init ? Kernel.Processes.InPidNamespaceOf(init.Pid) : [];

    /// <summary>Refuses what only a cgroup can do, if there is none.</summary>
    /// <param name="doing">What that is: "pause container box".</param>
    /// <exception cref="MinicException">It has no cgroup.</exception>
    public void NeedCgroup(string doing)
    {
        if (!CgroupPaths.Any())
            throw new MinicException(doing, "it has no cgroup, since whoever made it may make none",
                $"Make it anew where you may: {CgroupPlanner.HowToGetOne}.");
    }

    /// <summary>Sends a signal.</summary>
    /// <remarks>
    /// The end of PID 1 is the end of all in its pid namespace. A container without one of its own has no such process,
    /// so SIGKILL, which means its end, goes to all in its cgroup; other signals are for its first process, as with
    /// runc.
    /// </remarks>
    /// <param name="signal">Its number.</param>
    /// <param name="all">To every process instead of the first.</param>
    /// <exception cref="MinicException">The container is stopped, and not all were asked for.</exception>
    public void Kill(int signal, bool all)
    {
        var ends = signal == SIGKILL && SharesPids && CgroupPaths.Any();
        // containerd looks for the words "container not running". All of a stopped container are those it left behind.
        if (!all && (Init is null || Status == ContainerStatus.Stopped) && !(ends && Processes().Count > 0))
            throw new MinicException($"send a signal to container {Id}", "container not running",
                "minic delete removes it.");
        var freezer = Freezer.FileOf(CgroupPaths);
        var frozen = freezer is not null && Freezer.IsFrozen(freezer);
        var held = (all || ends) && !frozen && Hold(freezer, signal);
        try
        {
            foreach (var pid in all || ends ? Processes() : [Init!.Pid])
            {
                using var pidfd = Kernel.Processes.OpenPidFd(pid);
                if (pidfd is not null)
                    _ = Kernel.Processes.Signal(pidfd, signal);
            }
        }
        finally
        {
            // In version 1 a frozen process does not even die: a paused container that is killed goes on for that much.
            if (held || frozen && signal == SIGKILL)
                Freezer.Set(freezer!, frozen: false);
        }
    }

    private bool SharesPids => Clone?.Step is CloneChild { Flags: var flags } && (flags & CloneFlags.NEWPID) == 0;

    // While all processes are frozen, none can make a child that minic misses. Not when minic itself is one of them.
    private bool Hold(string? freezer, int signal)
    {
        if (freezer is null || Processes().Contains(Environment.ProcessId))
            return false;
        try
        {
            Freezer.Set(freezer, frozen: true, patience: signal == SIGKILL ? 1000 : 10_000);
            return true;
        }
        catch (MinicException) when (signal == SIGKILL)
        {
            // One of them hangs in the kernel. That is no reason to let the others live.
            return false;
        }
    }

    /// <summary>Plays further steps onto its journal.</summary>
    /// <param name="plan">What to do.</param>
    /// <param name="doing">What that is: "pause container box".</param>
    /// <param name="watch">Sees each step come and go; null for none.</param>
    /// <exception cref="MinicException">A step failed, or the container has been deleted.</exception>
    public void Play(Plan plan, string doing, PlayObserver? watch)
    {
        using var directory = StateDirectory.Lock(Root, Directory)
            ?? throw new MinicException(doing, "it has just been deleted");
        using var journal = directory.OpenJournal();
        using var playing = new PlayContext(plan);
        Forward.PlayOn(plan, journal, playing, watch);
    }
}
