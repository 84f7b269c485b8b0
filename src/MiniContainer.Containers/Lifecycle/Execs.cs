// exec: a further process in a container. What it makes is one process, which goes away by itself: its journal is a
// short-lived one in the container's directory (lab 11-exec).

using System.Runtime.InteropServices;
using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Planning;
using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Lifecycle;

/// <summary>Starts further processes in containers.</summary>
public static class Execs
{
    private static readonly (string File, ulong Flag)[] Kinds =
    [
        ("user", CloneFlags.NEWUSER), ("mnt", CloneFlags.NEWNS), ("pid", CloneFlags.NEWPID), ("net", CloneFlags.NEWNET), ("ipc", CloneFlags.NEWIPC),
        ("uts", CloneFlags.NEWUTS), ("cgroup", CloneFlags.NEWCGROUP), ("time", CloneFlags.NEWTIME),
    ];

    /// <summary>What there is to join of a running process.</summary>
    /// <param name="init">The container's first process.</param>
    /// <param name="cgroups">Its cgroup directories.</param>
    /// <param name="spec">Its configuration, or null where it is not known any more.</param>
    /// <param name="rootPath">Its root file system on the host.</param>
    public static ExecTarget Target(ProcessIdentity init, IEnumerable<string> cgroups, Spec? spec, string rootPath) =>
        new(init.Pid, Kinds.Where(k => Differs(init.Pid, k.File)).Aggregate(0UL, (flags, k) => flags | k.Flag))
        {
            // Version 2 has no file named tasks.
            CgroupFiles = [.. cgroups.Select(c => File.Exists($"{c}/tasks") ? $"{c}/tasks" : $"{c}/cgroup.procs")],
            Seccomp = spec?.Linux?.Seccomp,
            RootPath = rootPath,
        };

    /// <summary>Starts a process in a container.</summary>
    /// <param name="init">The container's first process.</param>
    /// <param name="target">What to join.</param>
    /// <param name="process">What to run.</param>
    /// <param name="journalPath">A file for the journal, which must not be there yet.</param>
    /// <param name="console">The socket for the terminal's master, or null.</param>
    /// <param name="watch">Sees each step come and go.</param>
    /// <returns>The play; the child's name in it is "exec".</returns>
    /// <exception cref="MinicException">The container has ended, or the command cannot be executed.</exception>
    public static Playing Start(ProcessIdentity init, ExecTarget target, Process process, string journalPath, SafeHandle? console, PlayWatch? watch = null)
    {
        var plan = MakePlan(target, process, Facts.Read());
        using var pidfd = Processes.OpenPidFd(init.Pid);
        if (pidfd is null || !init.Alive)
            throw new MinicException("join the container", "its first process has ended", "minic delete removes it.");
        var playing = new Playing(plan);
        try
        {
            string[] names = ["stdin", "stdout", "stderr"];
            for (var i = 0; i < names.Length; i++)
                playing.Handles[names[i]] = StandardStreams.Get(i);
            for (var i = 0; i < target.PreserveFds; i++)
                playing.Handles[$"preserved:{3 + i}"] = new Microsoft.Win32.SafeHandles.SafeFileHandle(3 + i, ownsHandle: false);
            playing.Handles["target"] = pidfd;
            if (console is not null)
                playing.Handles["console"] = console;
            using var journal = Journal.Create(journalPath, new JournalHeader { Kind = "exec", Id = "exec", Owner = ProcessIdentity.Self, Created = DateTimeOffset.UtcNow });
            Forward.Play(plan, journal, playing, watch);
            return playing;
        }
        catch
        {
            playing.Dispose();
            throw;
        }
        finally
        {
            File.Delete(journalPath);
        }
    }

    /// <summary>The plan alone, for those who want to read it.</summary>
    public static Plan MakePlan(ExecTarget target, Process process) => MakePlan(target, process, Facts.ReadToLook());

    private static Plan MakePlan(ExecTarget target, Process process, Facts facts)
    {
        var plan = new Plan();
        ExecPlanner.Add(plan, "exec", process, target, facts);
        return plan;
    }

    private static bool Differs(int pid, string kind)
    {
        var (theirs, ours) = (new FileInfo($"/proc/{pid}/ns/{kind}"), new FileInfo($"/proc/self/ns/{kind}"));
        return theirs.LinkTarget is { } target && target != ours.LinkTarget;
    }
}
