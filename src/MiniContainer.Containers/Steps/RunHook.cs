// Hooks: other people's programs, run at fixed points of a container's life with its state on their standard input
// (lab 12-oci; runtime-spec, "POSIX-platform Hooks", "Lifecycle").
//
//     create   prestart, createRuntime    in our namespaces, while the child waits
//              createContainer            in the container's, before pivot_root
//     start    startContainer             in the container's, in its root
//              poststart                  in ours, once the command runs
//     delete   poststop                   in ours, once all has gone
//
// A hook is a tape too: a child that joins namespaces is single-threaded, and may.

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MiniContainer.Containers.Oci;
using MiniContainer.Documents;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using static Tmds.Linux.LibC;

namespace MiniContainer.Containers.Steps;

/// <summary>The container that a hook is told of (runtime-spec, "State").</summary>
/// <param name="OciVersion">The version of the specification.</param>
/// <param name="Id">The container's id.</param>
/// <param name="Bundle">The bundle directory, absolute.</param>
public sealed record HookState(string OciVersion, string Id, string Bundle)
{
    /// <summary>The annotations of config.json.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>The state as JSON.</summary>
    /// <param name="status">creating, created, running or stopped.</param>
    /// <param name="pid">The container's first process; 0 for none.</param>
    public byte[] Json(string status, int pid) => JsonText.Utf8(
        new ContainerState
        {
            OciVersion = OciVersion,
            Id = Id,
            Status = Enum.Parse<ContainerStatus>(status, ignoreCase: true),
            Pid = pid == 0 ? null : pid,
            Bundle = Bundle,
            Annotations = Annotations is { Count: > 0 } ? Annotations : null,
        },
        SpecJson.Default.ContainerState);
}

/// <summary>Runs a hook to its end. What it does is its own affair: there is no undo.</summary>
/// <param name="Point">createRuntime and the like.</param>
/// <param name="Path">The program, an absolute path.</param>
/// <param name="State">What it is told.</param>
/// <param name="Status">The container's status at this point.</param>
public sealed record RunHook(string Point, string Path, HookState State, string Status) : Step, IOfChild
{
    private const string WhyFilter = "It is a program of the image's, and may do no more than the command.";

    /// <summary>argv; the path alone if there is none.</summary>
    public IReadOnlyList<string> Args { get; init; } = [];

    /// <summary>The whole environment; null for that of minic's caller at that moment.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>Seconds until it is killed; null to wait for ever.</summary>
    public int? Timeout { get; init; }

    /// <summary>The container's first process: its name in this plan, or null.</summary>
    public string? Child { get; init; }

    /// <summary>That process's pid, where an earlier minic made it; null where <see cref="Child"/> tells.</summary>
    public int? Pid { get; init; }

    /// <summary>CLONE_NEW* of the namespaces of that process to run in; 0 to run in ours.</summary>
    public ulong Namespaces { get; init; }

    /// <summary>The files by which to join the container's cgroups, for a hook that runs in it.</summary>
    public IReadOnlyList<string> CgroupFiles { get; init; } = [];

    /// <summary>
    /// The container's filter of system calls, for a hook that runs where its command will (struct sock_filter, eight
    /// bytes each); null for none.
    /// </summary>
    public byte[]? Filter { get; init; }

    /// <summary>SECCOMP_FILTER_FLAG_* bits of <see cref="Filter"/> (seccomp(2)).</summary>
    public long FilterFlags { get; init; }

    /// <summary>
    /// Which user a hook inside becomes, and what it may do: the same as the command; null for the container's root,
    /// who may do all.
    /// </summary>
    public Rights? Rights { get; init; }

    /// <summary>Where it begins.</summary>
    public string Cwd { get; init; } = "/";

    /// <inheritdoc/>
    public override string Title => $"run the {Point} hook {Path}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
    [
        $"clone3({{flags=CLONE_PIDFD|CLONE_CLEAR_SIGHAND, exit_signal=SIGCHLD}}, 88)",
        "write(go, \"\\1\", 1)",
        .. Tape(new Inherited()).Steps.SelectMany(s => s.CallTexts),
    ];

    /// <inheritdoc/>
    public override string Man => "execve(2)";

    /// <inheritdoc/>
    public override string Lab => "12-oci";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Hooks, $"run # {Point} hooks", Path);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand
    {
        get
        {
            var pid = Pid is { } known ? known.ToString(CultureInfo.InvariantCulture) : "$CHILD";
            var enter = Namespaces == 0
                ? "" : $"\"$(command -v nsenter)\" {NamespaceOptions.Nsenter(Namespaces, $"/proc/{pid}/ns/@")} "
                    + $"--wdns={ShellWord.Quote(Cwd)} "
                    + $"{(Rights is null ? "" : $"--setuid={Rights.Uid} --setgid={Rights.Gid} ")}";
            return
            [
                "# shellcheck disable=SC2016 # variables in it are the hook's",
                // In parentheses, so that the directory and the cgroup are the hook's alone. env(1) comes first: it is
                // the host's.
                $"(cd {ShellWord.Quote(Namespaces == 0 ? Cwd : "/")} || exit",
                .. CgroupFiles.Select(f => $"  echo 0 > {ShellWord.Quote(f)}"),
                $"  printf %s {ShellState(pid)} | "
                    + $"{(Timeout is { } t ? $"timeout {t} " : "")}"
                    + $"{(Env is null ? "" : $"env -i {string.Concat(Env.Select(e => ShellWord.Quote(e) + " "))}")}"
                    + $"{enter}{string.Join(" ", Args.Skip(1).Prepend(Path).Select(ShellWord.Quote))} >&2)",
            ];
        }
    }

    // The state in quotes, except the pid, which the shell puts in.
    private string ShellState(string pid)
    {
        const int Place = int.MaxValue;
        var json = Encoding.UTF8.GetString(State.Json(Status, Child is null && Pid is null ? 0 : Place));
        return ShellWord.Quote(json)
            .Replace(Place.ToString(CultureInfo.InvariantCulture), $"'\"{pid}\"'", StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        if (Child is not null && playing.Children.TryGetValue(Child, out var child))
        {
            Run(child.Pid, child.PidFd);
            return null;
        }

        using var pidfd = Pid is { } pid ? Processes.OpenPidFd(pid) : null;
        Run(Pid ?? 0, pidfd);
        return null;
    }

    /// <summary>Runs it.</summary>
    /// <param name="pid">The container's first process; 0 for none.</param>
    /// <param name="pidfd">The same process; needed only to join its namespaces.</param>
    /// <exception cref="MinicException">
    /// It could not be executed, took too long, or ended with another code than 0.
    /// </exception>
    public void Run(int pid, SafeHandle? pidfd)
    {
        if (Namespaces != 0 && pidfd is null)
            throw new MinicException(Title, "the container's first process has ended");
        using var input = MemoryFile.Create("state", State.Json(Status, pid));
        using var output = MemoryFile.Create("output", []);
        using var hook =
            Kernel.Child.Clone(
                new ChildOptions(
                    [.. Tape(Inherited.Read(), Env is null ? Callers() : []).StepsOf("hook").SelectMany(s => s.Calls)])
        {
            Descriptors = Descriptors(input, output, pidfd),
            PidNamespace = (Namespaces & CloneFlags.NEWPID) != 0 ? pidfd : null,
        });
        try
        {
            Await(hook, output);
        }
        finally
        {
            // One that was killed with the container's first process is a zombie in its pid namespace until it is
            // reaped. Until then that process does not end either, and our own undo would wait for it
            // (pid_namespaces(7)).
            hook.End();
        }
    }

    private void Await(Child hook, SafeFileHandle output)
    {
        hook.Go();
        // An execve that fails ends the tape, so the two are told apart by the tape, not by the exit code.
        while (hook.WaitStatus())
        {
        }

        if (hook.Failure() is { } failure)
            throw failure.Errno == 0
                ? new MinicException(Title, failure.Message)
                : MinicException.FromErrno(Title, failure.Call!, failure.Errno);

        var inTime = Processes.WaitEnd(hook.PidFd,
            Timeout is { } seconds ? (int)Math.Min(seconds * 1000L, int.MaxValue) : -1);
        var code = inTime ? hook.End() : null;
        if (!inTime)
            throw new MinicException(Title,
                $"error running hook: it still ran after {Timeout} s and was killed{MemoryFile.Said(output)}",
                "Mend the hook, or raise its timeout in config.json.");
        if (code != 0)
            throw new MinicException(Title,
                "error running hook: it "
                    + $"{(code > 128 ? $"was ended by {Ended(code.Value - 128)}" : $"ended with exit code {code}")}"
                    + $"{MemoryFile.Said(output)}");
    }

    private static IReadOnlyList<string> Callers() => [.. CallerWords.Environment().Order(StringComparer.Ordinal)];

    private static ChildDescriptor[] Descriptors(SafeFileHandle input, SafeFileHandle output, SafeHandle? pidfd) =>
    [
        new("state", input), new("stdout", output), new("stderr", output), ChildDescriptor.Go, ChildDescriptor.Status,
        ChildDescriptor.Tape, ChildDescriptor.Own,
        .. pidfd is null ? Array.Empty<ChildDescriptor>() : [new ChildDescriptor("target", pidfd)],
    ];

    // The hook's own plan: it is explained with this step, not as steps of the container.
    private Plan Tape(Inherited inherited, params IReadOnlyList<string> environment)
    {
        var plan = new Plan();
        var tape = plan.Tape("hook", ["state", "stdout", "stderr", "go", "status", "tape", "own", "target"]);
        tape.DieWithParent("A hook without its minic would work on a container that is being undone.");
        tape.Await("go", "If minic died before the line above, this reads end of file.");
        foreach (var procs in CgroupFiles)
            tape.JoinCgroup(procs, "What the hook uses counts as the container's.");
        tape.ExecuteStage2(3,
            "A hook inside is a file of the image's, which may make it, or its interpreter, a link to /proc/self/exe: "
                + "that is not minic any more.");
        if (Namespaces != 0)
            tape.JoinNamespaces("target", Namespaces, "/proc/$CHILD/ns/@", "The hook runs in the container.");
        if ((Namespaces & CloneFlags.NEWUSER) != 0)
            tape.BecomeUser(0, 0, [], setGroups: false,
                "The container's root: ours has no name in its user namespace.");
        tape.Setsid("Signals from the caller's terminal are for minic.");
        // As for the command: without no_new_privs a filter needs a privilege that the user may not have.
        var early = Rights is not { NoNewPrivileges: true };
        if (Filter is not null && early)
            _ = tape.Seccomp(Filter, FilterFlags, WhyFilter);
        if (Rights is null)
            tape.Chdir(Cwd, "A place that is always there.");
        else
            BecomeUser(tape, Rights);
        tape.DefaultSignals(inherited.IgnoredSignals, inherited.BlockedSignals,
            "minic ignores it, and that would be inherited.");
        if (Filter is not null && !early)
            _ = tape.Seccomp(Filter, FilterFlags, WhyFilter);
        tape.Execve([Path], Args.Count > 0 ? Args : [Path], Env ?? environment, "The hook.");
        return plan;
    }

    private void BecomeUser(ChildTape tape, Rights rights)
    {
        tape.TryChdir(Cwd, "As for the command, which begins there, too.");
        tape.Become(rights);
        tape.ChdirAsUser(Cwd, "The user may enter it, or root could before.");
    }

    private static string Ended(int signal) =>
        SignalText.Of(signal) + (signal == SIGSYS ? ", a bad system call: one that the seccomp filter refuses" : "");
}

/// <summary>
/// Remembers the hooks of later moments; the undo, which comes after that of all other steps, runs poststop.
/// </summary>
/// <remarks>
/// config.json may change after create, and must not change the container: so its hooks stand in the journal.
/// </remarks>
/// <param name="StartContainer">To run when <c>start</c> is called, before the command.</param>
/// <param name="Poststart">To run once the command runs.</param>
/// <param name="Poststop">To run once the container is gone.</param>
public sealed record KeepHooks(IReadOnlyList<RunHook> StartContainer, IReadOnlyList<RunHook> Poststart,
    IReadOnlyList<RunHook> Poststop) : Step
{
    /// <inheritdoc/>
    public override string Title => "note the hooks for start and delete";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts => [];

    /// <inheritdoc/>
    public override string Man => "execve(2)";

    /// <inheritdoc/>
    public override string Lab => "12-oci";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Hooks);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [": # nothing yet: those of start are in the script that starts it"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoCallTexts => [.. Poststop.SelectMany(h => h.CallTexts)];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoByHand => Poststop.Count == 0 ? []
        : ["if [ -e \"$STATE\" ]; then # once, however often this is run", .. Poststop.SelectMany(h => h.ByHand), "fi"];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing) => null;

    /// <summary>
    /// Runs the poststop hooks. minic warns of a hook that fails, and goes on (runtime-spec, "Lifecycle", 13).
    /// </summary>
    public override void Undo(StepResult? facts)
    {
        foreach (var hook in Poststop)
        {
            try
            {
                hook.Run(0, null);
            }
            catch (MinicException e)
            {
                Warnings.Sink(e.Message);
            }
        }
    }
}
