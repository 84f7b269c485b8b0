// exec: a further process in a container. What it makes is one process, which goes away by itself: its journal is a
// short-lived one in the container's directory, there while it is played and, in the foreground, while its minic waits
// for the process; if that minic is killed, gc ends the process, as it does with `run` (lab 11-exec).

using System.Globalization;
using System.Runtime.InteropServices;
using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Planning;
using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Lifecycle;

/// <summary>A further process that runs in a container; disposed when the caller stops waiting for it.</summary>
/// <param name="playing">The play that made it.</param>
/// <param name="journalPath">The journal of that play.</param>
public sealed class Executed(PlayContext playing, string journalPath) : IDisposable
{
    /// <summary>The process, a child of this one.</summary>
    public Child Child => PlayContext.Children["exec"];

    internal PlayContext PlayContext { get; } = playing;

    internal string JournalPath { get; } = journalPath;

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            File.Delete(JournalPath);
        }
        catch (DirectoryNotFoundException)
        {
            // The container was deleted meanwhile, and the process with it.
        }

        PlayContext.Dispose();
    }
}

/// <summary>Starts further processes in containers.</summary>
public static class Execs
{
    private const string JournalName = "exec-";

    /// <summary>What there is to join of a running process.</summary>
    /// <param name="init">The container's first process.</param>
    /// <param name="cgroups">Its cgroup directories.</param>
    /// <param name="spec">Its configuration, or null where it is not known any more.</param>
    /// <param name="rootPath">Its root file system on the host.</param>
    public static ExecTarget Target(ProcessIdentity init, IEnumerable<string> cgroups, Spec? spec, string rootPath) =>
        new(init.Pid, ProcessNamespaces.Differing(init.Pid))
        {
            CgroupFiles = [.. cgroups.Select(c => JoinFile(c, init.Pid))],
            Seccomp = spec?.Linux?.Seccomp,
            MemoryPolicy = spec?.Linux?.MemoryPolicy,
            Personality = spec?.Linux?.Personality,
            RootPath = rootPath,
            MaySetGroups = Knob.TryRead($"/proc/{init.Pid}/setgroups") != "deny",
        };

    /// <summary>The file by which to join a cgroup itself.</summary>
    public static string JoinFile(string cgroup) =>
        File.Exists($"{cgroup}/tasks") ? $"{cgroup}/tasks" : $"{cgroup}/cgroup.procs";

    // In version 2 a cgroup that hands controllers on may hold no processes: then the first process, an init of a
    // distribution perhaps, has moved to one below, and that is where a further one can go.
    private static string JoinFile(string cgroup, int init) =>
        Knob.TryRead($"{cgroup}/cgroup.subtree_control") is { Length: > 0 }
        && Cgroups.Hierarchies(init).FirstOrDefault(h => h.IsV2) is { } own
            ? JoinFile(own.Own)
            : JoinFile(cgroup);

    /// <summary>Starts a process in a container.</summary>
    /// <param name="init">The container's first process.</param>
    /// <param name="target">What to join.</param>
    /// <param name="process">What to run.</param>
    /// <param name="root">The directory of all state.</param>
    /// <param name="directory">The state directory of the container or pod.</param>
    /// <param name="foreground">Whether the process is to go with this one.</param>
    /// <param name="console">The socket for the terminal's master, or null.</param>
    /// <param name="watch">Sees each step come and go.</param>
    /// <exception cref="MinicException">The container has ended, or the command cannot be executed.</exception>
    public static Executed Start(ProcessIdentity init, ExecTarget target, Process process, StateRoot root,
        string directory, bool foreground, SafeHandle? console, PlayObserver? watch = null)
    {
        var plan = MakePlan(target, process, Facts.Read());
        using var pidfd = Processes.OpenPidFd(init.Pid);
        if (pidfd is null || !init.Alive)
            throw new MinicException("join the container", "its first process has ended", "minic delete removes it.");
        var executed = new Executed(new PlayContext(plan),
            Path.Combine(directory, $"{JournalName}{Environment.ProcessId}"));
        try
        {
            var playing = executed.PlayContext;
            string[] names = ["stdin", "stdout", "stderr"];
            for (var i = 0; i < names.Length; i++)
                playing.Handles[names[i]] = StandardStreams.Get(i);
            for (var i = 0; i < target.PreserveFds; i++)
                playing.Handles[$"preserved:{3 + i}"] = new Microsoft.Win32.SafeHandles.SafeFileHandle(3 + i,
                    ownsHandle: false);
            playing.Handles["target"] = pidfd;
            if (console is not null)
                playing.Handles["console"] = console;
            var header = new JournalHeader
            {
                Kind = "exec",
                Id = "exec",
                Owner = ProcessIdentity.Self,
                Foreground = foreground,
                Created = DateTimeOffset.UtcNow,
            };
            using var journal = Journal.Create(executed.JournalPath, root.Kinds, header);
            Forward.Play(plan, journal, playing, watch);
            return executed;
        }
        catch
        {
            executed.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Ends what execs left whose minic was killed: half-made processes, and those in the foreground.
    /// </summary>
    /// <param name="root">The directory of all state.</param>
    /// <param name="directory">The state directory of a container or pod, locked.</param>
    /// <param name="name">Its name, for telling: "container box".</param>
    /// <param name="told">Called with each thing that was ended.</param>
    /// <param name="watch">Sees each step's undo; null for none.</param>
    /// <exception cref="MinicException">A process could not be ended.</exception>
    internal static void CollectGarbage(StateRoot root, string directory, string name, Action<string> told,
        PlayObserver? watch)
    {
        var failures = new List<MinicException>();
        var unread = false;
        foreach (var path in Directory.GetFiles(directory, JournalName + "*"))
        {
            // Its first line may be just about to be written: the file's name says by whom.
            if (!int.TryParse(Path.GetFileName(path)[JournalName.Length..], CultureInfo.InvariantCulture, out var pid))
                continue;
            using var journal = Journal.Open(path, root.Kinds);
            if (journal.Header?.Owner.Alive ?? ProcessIdentity.Of(pid).Alive)
                continue;
            // An unreadable journal is no reason to end a process that the user left running.
            var left = journal.Header?.Foreground == true || !journal.Up
                ? Backward.Play(journal, watch) : Backward.Refuse(journal);
            failures.AddRange(left);
            unread |= journal.Unread.Any();
            if (left.Count > 0)
                continue;
            File.Delete(path);
            told($"exec in {name}");
        }

        if (failures.Count > 0)
            throw Backward.Failed($"remove what an exec left in {name}", directory, failures, unread);
    }

    /// <summary>
    /// Where the script of an exec by hand keeps its files: in the container's directory, with which they go at the
    /// latest.
    /// </summary>
    public static string ByHandDirectory(string directory) => Path.Combine(directory, "exec.by-hand");

    /// <summary>The plan alone, for those who want to read it.</summary>
    public static Plan MakePlan(ExecTarget target, Process process) => MakePlan(target, process, Facts.ReadToLook());

    private static Plan MakePlan(ExecTarget target, Process process, Facts facts)
    {
        var plan = new Plan();
        ExecPlanner.Add(plan, "exec", process, target, facts);
        return plan;
    }
}
