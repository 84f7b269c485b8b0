// From a bundle to a container that is there: claim the name, plan, play. And the way back (lab 12-oci).
// `run`, `create` and the pods' containers all pass here; what they do differently is data.

using System.Runtime.InteropServices;
using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Planning;
using MiniContainer.Containers.Steps;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Containers.Lifecycle;

/// <summary>How to launch a container.</summary>
/// <param name="Root">The directory of all state, /run/minic.</param>
/// <param name="Id">The container's id.</param>
public sealed record LaunchOptions(StateRoot Root, string Id)
{
    /// <summary>Whether the container is to wait for <c>start</c>.</summary>
    public bool Create { get; init; }

    /// <summary>Whether it goes away with this process (<c>run</c> in the foreground).</summary>
    public bool Foreground { get; init; }

    /// <summary>How many descriptors from 3 on the command keeps.</summary>
    public int PreserveFds { get; init; }

    /// <summary>Where the first process's pidfd is sent, a UNIX socket; null for nowhere.</summary>
    public string? PidFdSocket { get; init; }

    /// <summary>The socket of an init system that waits for the command to be ready (NOTIFY_SOCKET); null for
    /// none.</summary>
    public string? NotifySocket { get; init; }

    /// <summary>Sockets that an init system handed to minic for the command; null for none.</summary>
    public ListenFds? ListenFds { get; init; }

    /// <summary>Whether to do without pivot_root(2).</summary>
    public bool NoPivot { get; init; }

    /// <summary>Whether to keep the session keyring.</summary>
    public bool KeepKeyring { get; init; }

    /// <summary>The UNIX socket to which the terminal's master is sent; null where the bundle asks for none.</summary>
    public SafeHandle? Console { get; init; }

    /// <summary>Whether what that terminal shows goes to a pipe or a file: then a newline stays one.</summary>
    public bool BareNewlines { get; init; }

    /// <summary>
    /// Whether the bundle was made for this container alone and is its state directory: then writing its config.json is
    /// a step of the plan, and it goes away with the container, however that ends.
    /// </summary>
    public bool WritesConfig { get; init; }

    /// <summary>What the descriptors 0, 1 and 2 are, as <see cref="CloneChild.Descriptors"/> has them.</summary>
    public IReadOnlyList<string> Stdio { get; init; } = ["stdin", "stdout", "stderr"];

    /// <summary>What attaches the container to its network; null for nothing.</summary>
    public NetworkSteps? Network { get; init; }

    /// <summary>Whether systemd is to make the cgroups (<c>--systemd-cgroup</c>).</summary>
    public bool Systemd { get; init; }

    /// <summary>Sees each step come and go.</summary>
    public PlayObserver? Watch { get; init; }
}

/// <summary>A container that this process has launched, and whose parent it is.</summary>
/// <param name="id">The container's id.</param>
/// <param name="directory">Its state directory.</param>
/// <param name="root">The directory of all state.</param>
/// <param name="playing">The play that made it.</param>
/// <param name="watch">Sees each step's undo; null for none.</param>
public sealed class Launched(string id, string directory, StateRoot root, PlayContext playing,
    PlayObserver? watch = null) : IDisposable
{
    /// <summary>The container's first process, a child of this one.</summary>
    public Child Init => playing.Children[id];

    /// <summary>Tells an init system, once the command says that it is ready; returns at once if none waits for
    /// that.</summary>
    /// <param name="host">The init system's socket.</param>
    /// <param name="mainPid">The process that it is to watch from then on.</param>
    /// <exception cref="MinicException">The init system's socket takes no message.</exception>
    public void RelayReady(string? host, int mainPid)
    {
        if (host is not null && playing.Handles.TryGetValue(ListenForReady.Descriptor, out var socket))
            NotifySocket.Relay(socket, host, mainPid, Init.PidFd);
    }

    /// <summary>Undoes all that made the container; no harm if another process did already.</summary>
    /// <exception cref="MinicException">Something is left; the journal still holds it.</exception>
    public void Delete() => Removal.Play(directory, root, watch);

    /// <inheritdoc/>
    public void Dispose() => playing.Dispose();
}

/// <summary>Launches containers.</summary>
public static class Launcher
{
    /// <summary>Makes a container of a bundle; if that fails, nothing is left.</summary>
    /// <exception cref="MinicException">It could not be made.</exception>
    public static Launched Launch(Bundle bundle, LaunchOptions options)
    {
        var path = Container.DirectoryOf(options.Root, options.Id);
        var plan = MakePlan(bundle, options, Facts.Read());
        CheckThawed(plan);
        var playing = new PlayContext(plan);
        GiveDescriptors(playing, options);
        options.Network?.GiveLock(playing);
        new Transaction(options.Root, path, $"container {options.Id}", Header(bundle, options))
        {
            // Now that the name is ours: while a name is in use, the processes in its cgroup are its own.
            Claimed = () => WarnOfOthers(plan),
            Watch = options.Watch,
        }.Play(playing);
        return new Launched(options.Id, path, options.Root, playing, options.Watch);
    }

    // A process that joins a frozen cgroup, of another container perhaps, stops there, on its tape; in version 1 it
    // cannot even be killed.
    private static void CheckThawed(Plan plan)
    {
        foreach (var cgroup in plan.Steps.OfType<MakeCgroup>())
        {
            if (Freezer.FileOf([cgroup.Path]) is { } freezer && Freezer.IsFrozen(freezer))
                throw new MinicException(cgroup.Title, "container's cgroup unexpectedly frozen",
                    $"Thaw it first: echo {Freezer.Word(freezer, frozen: false)} > {freezer}.");
        }
    }

    // Two containers in one cgroup share its limits, and the end of the one that made it is the end of the other.
    private static void WarnOfOthers(Plan plan)
    {
        var others = plan.Steps.OfType<MakeCgroup>().Where(c => Directory.Exists(c.Path))
            .Select(c => Cgroups.Processes(c.Path).Count).DefaultIfEmpty().Max();
        if (others > 0)
            Warnings.Sink($"container's cgroup is not empty: {others} process(es) found");
    }

    /// <summary>The plan alone, for those who want to read it.</summary>
    public static Plan MakePlan(Bundle bundle, LaunchOptions options) => MakePlan(bundle, options, Facts.ReadToLook());

    private static Plan MakePlan(Bundle bundle, LaunchOptions options, Facts facts)
    {
        if (bundle.Spec.Process?.Args is not { Count: > 0 })
            throw new MinicException($"make container {options.Id}", "$.process.args: there is no command",
                "Give config.json a process with args, at least one.");
        if (options.Systemd)
            facts = facts.WithSystemd();
        var plan = new Plan();
        if (options.WritesConfig)
            plan.Add(new WriteFile(Path.Combine(bundle.Directory, Bundle.ConfigName), SpecJson.Write(bundle.Spec))
            {
                Why = "exec and state read it later; lying in the state directory, it goes away with the container.",
            });
        var directory = Container.DirectoryOf(options.Root, options.Id);
        if (options.NotifySocket is not null)
        {
            bundle = InitSystemPlan.AddNotify(plan, bundle, directory, options.Create);
            // It is not there yet.
            var isDirectory = facts.IsDirectory;
            var notify = InitSystemPlan.NotifyDirectory(directory);
            facts = facts with { IsDirectory = path => path == notify || isDirectory(path) };
        }

        if (options.ListenFds is { } handed)
            bundle = InitSystemPlan.WithListenFds(bundle, handed);
        var setup = new ContainerSetup(options.Id, directory)
        {
            PidFdSocket = options.PidFdSocket,
            Create = options.Create,
            Stdio = options.Stdio,
            PreserveFds = (options.ListenFds?.Count ?? 0) + options.PreserveFds,
            BareNewlines = options.BareNewlines,
            NoPivot = options.NoPivot,
            KeepKeyring = options.KeepKeyring,
            Network = options.Network,
        };
        ContainerPlanner.Add(plan, bundle, setup, facts);
        return plan;
    }

    /// <summary>Lets a created container execute its command.</summary>
    /// <param name="root">The directory of all state.</param>
    /// <param name="id">The container.</param>
    /// <param name="watch">Sees each step come and go; null for none.</param>
    /// <param name="notifySocket">The socket of an init system that waits for the command to be ready; null for
    /// none.</param>
    /// <exception cref="MinicException">It does not wait for that, or the command cannot be executed.</exception>
    public static void Start(StateRoot root, string id, PlayObserver? watch = null, string? notifySocket = null)
    {
        var container = Container.Load(root, id);
        using var playing = new PlayContext(MakeStartPlan(container, notifySocket is not null));
        try
        {
            PlayStart(container, playing, watch);
        }
        catch (MinicException failure) when (watch?.Stopped != true && FailedHook(container) is not null)
        {
            Destroy(root, id, failure);
            throw;
        }

        if (notifySocket is null || !playing.Handles.TryGetValue(ListenForReady.Descriptor, out var socket))
            return;
        using var pidfd = Processes.OpenPidFd(container.Init!.Pid);
        if (pidfd is not null && container.Init.Alive)
            NotifySocket.Relay(socket, notifySocket, container.Init.Pid, pidfd);
    }

    private static void PlayStart(Container container, PlayContext playing, PlayObserver? watch)
    {
        var doing = $"start container {container.Id}";
        using var directory = StateDirectory.Lock(container.Root, container.Directory)
            ?? throw new MinicException(doing, "it has just been deleted");
        using var journal = directory.OpenJournal();
        try
        {
            Forward.PlayOn(playing.Plan, journal, playing, watch);
        }
        catch (MinicException e) when (watch?.Stopped == true)
        {
            throw new MinicException(doing, "stopped at your request",
                $"minic state {container.Id} tells how far it is.",
                inner: e);
        }
    }

    // The last step of the journal, if it is a hook that was begun and is not done.
    private static RunHook? FailedHook(Container container)
    {
        using var journal = Journal.Open(Path.Combine(container.Directory, Journal.FileName), container.Root.Kinds);
        return journal.Entries[^1] is { Facts: null, Step: RunHook hook } ? hook : null;
    }

    // A hook that fails ends the life of the container: it is stopped, destroyed, and the poststop hooks run
    // (runtime-spec, "Lifecycle" 7, 9 and 12). It is the hook's failure that is told.
    private static void Destroy(StateRoot root, string id, MinicException failure)
    {
        try
        {
            ContainerRemoval.Delete(root, id, force: true);
        }
        catch (MinicException left)
        {
            throw new MinicException($"start container {id}",
                $"{failure.Message}\nand not all of it could be undone: {left.Message}",
                "minic delete --force will try again.", failure.ExitCode, failure);
        }
    }

    /// <summary>What start plays.</summary>
    /// <param name="container">The container.</param>
    /// <param name="notifies">Whether an init system waits for its command to be ready.</param>
    /// <exception cref="MinicException">The container does not wait for it.</exception>
    public static Plan MakeStartPlan(Container container, bool notifies = false)
    {
        var id = container.Id;
        if (container.Status != ContainerStatus.Created)
            throw new MinicException($"start container {id}",
                $"it is {container.Status.ToString().ToLowerInvariant()}, not created",
                "Only a created container can be started.");
        var plan = new Plan();
        // Only where create has put its directory into the container.
        if (notifies && container.Entries.Any(e => e.Step is MakeDirectory { Path: var path }
            && path == InitSystemPlan.NotifyDirectory(container.Directory)))
            plan.Add(InitSystemPlan.Listen(InitSystemPlan.NotifyDirectory(container.Directory)));
        foreach (var next in StepsOfStart(container.Entries.Select(e => e.Step), id, container.Directory))
            plan.Add(next is RunHook hook ? hook with { Pid = container.Init!.Pid } : next);
        return plan;
    }

    /// <summary>What start plays of a container that was created by these steps; its hooks know no pid yet.</summary>
    /// <param name="steps">The plan, or the journal.</param>
    /// <param name="id">The container's id.</param>
    /// <param name="directory">Its state directory.</param>
    public static IReadOnlyList<Step> StepsOfStart(IEnumerable<Step> steps, string id, string directory)
    {
        var setup = new ContainerSetup(id, directory);
        var hooks = steps.OfType<KeepHooks>().FirstOrDefault();
        var start = new StartInit(ContainerPlanner.StartFifo(setup), ContainerPlanner.StatusFifo(setup),
            ContainerPlanner.TapePath(setup)) { Why = "The user said start." };
        return [.. hooks?.StartContainer ?? [], start, .. hooks?.Poststart ?? []];
    }

    private static JournalHeader Header(Bundle bundle, LaunchOptions options) => new()
    {
        Kind = "container",
        Id = options.Id,
        Owner = ProcessIdentity.Self,
        Foreground = options.Foreground,
        Created = DateTimeOffset.UtcNow,
        Bundle = bundle.Directory,
        Annotations = bundle.Spec.Annotations,
    };

    private static void GiveDescriptors(PlayContext playing, LaunchOptions options)
    {
        string[] names = ["stdin", "stdout", "stderr"];
        for (var i = 0; i < names.Length; i++)
            playing.Handles[names[i]] = StandardStreams.Get(i);
        for (var i = 0; i < (options.ListenFds?.Count ?? 0) + options.PreserveFds; i++)
            playing.Handles[$"preserved:{3 + i}"] = new Microsoft.Win32.SafeHandles.SafeFileHandle(3 + i,
                ownsHandle: false);
        if (options.Console is { } console)
            playing.Handles["console"] = console;
    }
}
