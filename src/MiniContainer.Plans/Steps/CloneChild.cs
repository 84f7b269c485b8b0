// Making a child and undoing it (lab 04-pid; clone(2), pidfd_send_signal(2)).

using System.Runtime.InteropServices;
using MiniContainer.Kernel;
using static Tmds.Linux.LibC;

namespace MiniContainer.Plans.Steps;

/// <summary>Makes a child that plays the steps of this plan which bear its name; the undo kills it.</summary>
/// <param name="Child">The child's name in the plan.</param>
/// <param name="Flags">CLONE_NEW* flags.</param>
/// <param name="Descriptors">
/// What its descriptors 0, 1, 2 … are. "go" and "status" are pipes to it; "tape" and "own" its tape and its own
/// program; "pidfd:NAME" another child of the plan; "log:PATH" a file to append to; "fifo:PATH" a named pipe; "ns:PATH"
/// a namespace; any other name one of <see cref="PlayContext.Handles"/>.
/// </param>
public sealed record CloneChild(string Child, ulong Flags, IReadOnlyList<string> Descriptors) : Step, IOfChild
{
    /// <summary>How many of the descriptors stay open in the command: 3, or more with preserved ones.</summary>
    public int Kept { get; init; } = 3;

    /// <summary>
    /// The descriptor, named as in <see cref="Descriptors"/>, of the pid namespace that it is born into; null for ours.
    /// </summary>
    public string? PidNamespace { get; init; }

    /// <summary>That namespace's file, as a shell names it; null for ours.</summary>
    public string? PidNamespacePath { get; init; }

    /// <summary>The descriptor of a cgroup v2 directory that it is born into ("dir:PATH"); null for ours.</summary>
    public string? Cgroup { get; init; }

    /// <summary>A file for its tape, where a later process is to read the results; null for none.</summary>
    public string? TapePath { get; init; }

    /// <inheritdoc/>
    public override string Title => $"make the process {Child}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
    [
        .. TapePath is null
            ? Array.Empty<string>()
            : [$"open({TapeArg.Quote(TapePath)}, O_RDWR|O_CREAT|O_TRUNC|O_CLOEXEC, 0600)"],
        .. Descriptors.Distinct().Select(Opening).OfType<string>(),
        .. Descriptors.Contains("own")
            ? ["memfd_create(\"minic-child\", MFD_CLOEXEC|MFD_ALLOW_SEALING|MFD_EXEC)",
                "write(fd, \"\\177ELF\"..., ...)"]
            : Array.Empty<string>(),
        $"clone3({{flags={FlagText.Clone(Flags)}|CLONE_PIDFD|CLONE_CLEAR_SIGHAND, exit_signal=SIGCHLD}}, 88)",
    ];

    // What is opened for the child, and is not there already.
    private static string? Opening(string descriptor) => descriptor.Split(':', 2) switch
    {
        ["log", var path] => $"open({TapeArg.Quote(path)}, O_WRONLY|O_CREAT|O_APPEND|O_NOFOLLOW|O_CLOEXEC, 0640)",
        ["fifo", var path] => $"open({TapeArg.Quote(path)}, O_RDWR|O_CLOEXEC)",
        ["ns", var path] => $"open({TapeArg.Quote(path)}, O_RDONLY|O_NONBLOCK|O_CLOEXEC)",
        ["dir", var path] => $"open({TapeArg.Quote(path)}, O_RDONLY|O_DIRECTORY|O_CLOEXEC)",
        _ => null,
    };

    /// <inheritdoc/>
    public override string Man => "clone(2)";

    /// <inheritdoc/>
    public override string Lab => "04-pid";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Namespaces);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [$"{Maker} sh \"$STATE/{Child}.1\" &"];

    /// <summary>Whether it waits for start (<c>minic create</c>).</summary>
    public bool Waits => TapePath is not null;

    /// <summary>The commands that execute another one as this child.</summary>
    public string Maker
    {
        get
        {
            // A process is born into a pid namespace, so that takes a fork: nsenter(1) forks for it.
            var enter = PidNamespacePath is null ? "" : $"nsenter --pid={ShellWord.QuoteProc(PidNamespacePath)} ";
            var make = Flags == 0 ? "" : $"unshare {NamespaceOptions.Unshare(Flags)} ";
            return $"{enter}{make}setsid";
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoCallTexts => KillTexts;

    internal static readonly IReadOnlyList<string> KillTexts = ["pidfd_open(PID, 0)",
        "pidfd_send_signal(PIDFD, SIGKILL, NULL, 0)", "poll([{fd=PIDFD, events=POLLIN}], 1, 10000)",
        "waitid(P_PIDFD, PIDFD, ...)"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoByHand => [$"kill -KILL \"$(cat \"$STATE/{Child}.pid\")\" 2>/dev/null"];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        var temporary = new List<SafeHandle>();
        try
        {
            using var tapeFile = TapePath is null ? null : Libc.OpenHandle(TapePath, O_RDWR | O_CREAT | O_TRUNC, 0x180);
            var options = new ChildOptions([.. playing.LayOut(Child).Select(e => e.Call)])
            {
                Flags = Flags,
                Kept = Kept,
                Descriptors = [.. Descriptors.Select(d => Resolve(d, playing, temporary))],
                PidNamespace = PidNamespace is null ? null : Resolve(PidNamespace, playing, temporary).Handle,
                Cgroup = Cgroup is null ? null : Resolve(Cgroup, playing, temporary).Handle,
                TapeFile = tapeFile,
            };
            var child = Kernel.Child.Clone(options);
            playing.Add(Child, child);
            return new StepResult { Pid = child.Pid, StartTime = ProcessIdentity.Of(child.Pid).StartTime };
        }
        finally
        {
            temporary.ForEach(h => h.Dispose());
        }
    }

    /// <summary>
    /// Kills the child and waits for its end. A child that never came into the journal read end of file, and ended by
    /// itself.
    /// </summary>
    public override void Undo(StepResult? facts) => Kill(facts);

    internal static void Kill(StepResult? facts)
    {
        if (facts is not { Pid: { } pid, StartTime: { } start })
            return;
        using var pidfd = Processes.OpenPidFd(pid);
        // Opened first, compared then: from here on the descriptor means one process, whatever becomes of its number.
        if (pidfd is null || Processes.Stat(pid)?.StartTime != start)
            return;
        _ = Processes.Signal(pidfd, SIGKILL);
        if (!Patience.WaitEnd(pidfd))
            throw new MinicException($"end process {pid}", "it is still there 10 s after SIGKILL",
                $"It is frozen, or hangs in the kernel: see cat /proc/{pid}/stack and /proc/{pid}/cgroup.");
        _ = Processes.Reap(pid);
    }

    private static ChildDescriptor Resolve(string name, PlayContext playing, List<SafeHandle> temporary)
    {
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        var (kind, rest) = colon < 0 ? (name, "") : (name[..colon], name[(colon + 1)..]);
        if (playing.Handles.TryGetValue(name, out var known))
            return new ChildDescriptor(name, known);
        var handle = kind switch
        {
            "go" or "status" or "tape" or "own" => null,
            "pidfd" => playing.Children[rest].PidFd,
            // A volume may show the directory of logs to a container, which may put a link there.
            "log" => Opened(Libc.OpenHandle(rest, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0x1a0 /* 0640 */)),
            "fifo" => Opened(Libc.OpenHandle(rest, O_RDWR)),
            // If it is a named pipe, minic must not wait for its writer; setns refuses what is no namespace.
            "ns" => Opened(Libc.OpenHandle(rest, O_RDONLY | O_NONBLOCK)),
            "dir" => Opened(Libc.OpenHandle(rest, O_RDONLY | O_DIRECTORY)),
            "pause-program" => Opened(PauseProgram.Open()),
            "null" => Opened(Libc.OpenHandle("/dev/null", O_RDWR)),
            _ => throw new ArgumentException($"nobody provides the descriptor {name}", nameof(name)),
        };
        return kind switch { "go" => ChildDescriptor.Go, "status" => ChildDescriptor.Status, "tape" =>
            ChildDescriptor.Tape, "own" => ChildDescriptor.Own, _ => new ChildDescriptor(name, handle) };

        SafeHandle Opened(SafeHandle h)
        {
            temporary.Add(h);
            return h;
        }
    }
}
