// A shell to look around while a play waits: where minic is, or where one of its children is by now (--step; labs
// 03-threads, 11-exec; setns(2), tcsetpgrp(3)). Like all processes here it is a tape. It gets a process group of its
// own, to which the keys belong while it runs: Ctrl-C is for what one does in there, and not for minic.

using System.Globalization;
using System.Runtime.InteropServices;
using MiniContainer.Kernel;
using static Tmds.Linux.LibC;

namespace MiniContainer.Telling.Stepping;

/// <summary>Opens shells on the terminal that is standard input.</summary>
public static class LookShell
{
    private const string Shell = "/bin/sh";

    /// <summary>A shell in the namespaces of this process, until it ends.</summary>
    /// <exception cref="MinicException">There is none.</exception>
    public static void Outside()
    {
        var own = Environment.GetEnvironmentVariable("SHELL");
        Run([], [], null, [Execve(File.Exists(own) ? own : Shell, "minic # ")]);
    }

    /// <summary>A shell in the namespaces of another process, with its root and its directory, until it ends.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="told">Called once, before the shell begins, with what is to be known about it.</param>
    /// <exception cref="MinicException">The process has ended, or there is no shell.</exception>
    public static void Inside(int pid, string name, Action<string> told)
    {
        using var pidfd = Processes.OpenPidFd(pid);
        if (pidfd is null || Processes.Stat(pid) is null or { State: 'Z' or 'X' })
            throw new MinicException($"look into {name}", "its process has ended");
        var proc = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}");
        var flags = ProcessNamespaces.Differing(pid);
        var prompt = $"{name} # ";
        if (InsideRoot.CheckExecutable($"{proc}/root", Shell) == 0)
        {
            told($"A shell where {name} is: its namespaces, its root, its directory. exit leads back.");
            using var root = Libc.OpenHandle($"{proc}/root", O_PATH | O_DIRECTORY);
            using var directory = Libc.OpenHandle($"{proc}/cwd", O_PATH | O_DIRECTORY);
            Run(Join(flags, (root, directory)), [new("root", root), new("cwd", directory)], (pidfd, flags),
                [Execve(Shell, prompt)]);
            return;
        }

        // An empty root has nothing to execute: then all except the mounts is the child's.
        told($"The root of {name} holds no {Shell} (look with ls {proc}/root). So this shell has the host's files, "
            + $"and all else of {name}: try hostname, ip addr, ls -l /proc/self/ns. exit leads back.");
        flags &= ~(ulong)CLONE_NEWNS;
        Run(Join(flags, null), [], (pidfd, flags), [Execve(Shell, prompt)]);
    }

    // Descriptors: 0 to 2 the terminal, 3 go, 4 status, 5 the process, 6 and 7 its root and directory.
    private static IEnumerable<TapeCall> Join(ulong flags, (SafeHandle Root, SafeHandle Directory)? place)
    {
        if (flags != 0)
            yield return TapeCalls.setns(5, flags);
        if ((flags & (ulong)CLONE_NEWUSER) != 0)
        {
            // The root of its user namespace, if that has one by now.
            yield return TapeCalls.setresgid(0, 0, 0) with { Allowed = [Errno.EINVAL, Errno.EPERM] };
            yield return TapeCalls.setresuid(0, 0, 0) with { Allowed = [Errno.EINVAL, Errno.EPERM] };
        }

        if (place is null)
            yield break;
        yield return new TapeCall("fchdir", 6);
        yield return TapeCalls.chroot(".");
        yield return new TapeCall("fchdir", 7);
    }

    private static void Run(IEnumerable<TapeCall> join, IReadOnlyList<ChildDescriptor> places,
        (SafeHandle PidFd, ulong Flags)? target, IReadOnlyList<TapeCall> execute)
    {
        using var terminal = StandardStreams.Get(0);
        using var child = Child.Clone(new ChildOptions(
        [
            new("setpgid", 0, 0),
            TapeCalls.write(4, "r"),
            TapeCalls.read(3),
            .. join,
            // minic ignores it, and that would be inherited.
            TapeCalls.sigaction_default(SIGPIPE),
            .. execute,
        ])
        {
            Descriptors =
            [
                new("stdin", terminal), new("stdout", terminal), new("stderr", terminal), ChildDescriptor.Go,
                ChildDescriptor.Status,
                .. target is null
                    ? Array.Empty<ChildDescriptor>() : [new ChildDescriptor("target", target.Value.PidFd)], .. places,
            ],
            PidNamespace = target is { Flags: var flags } && (flags & (ulong)CLONE_NEWPID) != 0
                ? target.Value.PidFd : null,
        });
        using (Terminal.Keep(terminal))
        {
            try
            {
                _ = child.WaitStatus();
                Terminal.SetForeground(terminal, child.Pid);
                child.Go();
                _ = Processes.WaitEnd(child.PidFd, -1);
            }
            finally
            {
                // Not reaped, it would keep the first process of the pid namespace that it is in from ending.
                _ = child.End();
            }
        }

        if (child.Failure() is { } failure)
            throw failure;
    }

    private static TapeCall Execve(string program, string prompt)
    {
        var environment = CallerWords.Environment()
            .Where(e => !e.StartsWith("PS1=", StringComparison.Ordinal)).Append($"PS1={prompt}").ToList();
        return TapeCalls.execve(
            program, new TapeArg.Strs([Path.GetFileName(program)]), new TapeArg.Strs(environment, Counted: true));
    }
}
