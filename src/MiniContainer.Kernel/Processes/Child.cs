// A child and the strings that tie it to its parent (lab 03-threads, clone(2), pidfd_open(2)).
//
//     parent                                   child (the tape)
//     clone3 ------------------------------->  dup3 ...: its descriptors get the numbers that the tape was built with
//     id maps, cgroup, network ...             read(go)         waits; end of file means that the parent died
//     write(go) one byte  ------------------>  ... goes on
//     read(status)  <------------------------  write(status)    "I have come so far", where the tape says so
//     read(status) = end of file  <----------  execve           the pipe is closed on exec, or by the child's death
//     the tape tells which, and where it failed

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>How to make a <see cref="Child"/>.</summary>
/// <param name="Calls">What the child does, up to and with its execve.</param>
public sealed record ChildOptions(IReadOnlyList<TapeCall> Calls)
{
    /// <summary>CLONE_NEW* flags of clone(2).</summary>
    public ulong Flags { get; init; }

    /// <summary>
    /// What the child's descriptors 0, 1, 2 … are: one of ours each. Those from <see cref="Kept"/> on close on exec.
    /// </summary>
    public IReadOnlyList<ChildDescriptor> Descriptors { get; init; } = [];

    /// <summary>How many descriptors the command keeps: 3, and more with preserved ones.</summary>
    public int Kept { get; init; } = 3;

    /// <summary>A pid namespace that the child is born into, instead of ours.</summary>
    public SafeHandle? PidNamespace { get; init; }

    /// <summary>A cgroup v2 directory that the child is born into.</summary>
    public SafeHandle? Cgroup { get; init; }

    /// <summary>A file for the tape, when another process is to read its results; or null.</summary>
    public SafeFileHandle? TapeFile { get; init; }
}

/// <summary>
/// A descriptor to hand to a child: <c>go</c>, <c>status</c>, <c>tape</c>, <c>own</c>, or one of ours.
/// </summary>
/// <param name="Name">What it is for.</param>
/// <param name="Handle">Ours; null for those four, which are made with the child.</param>
public sealed record ChildDescriptor(string Name, SafeHandle? Handle = null)
{
    /// <summary>The read end of the pipe on which the child waits.</summary>
    public static readonly ChildDescriptor Go = new("go");

    /// <summary>The write end of the pipe on which the child reports.</summary>
    public static readonly ChildDescriptor Status = new("status");

    /// <summary>The tape's file, from which <see cref="Own"/> plays on.</summary>
    public static readonly ChildDescriptor Tape = new("tape");

    /// <summary>The child's own program (Stage2Program.cs), for a tape that executes it on its way.</summary>
    public static readonly ChildDescriptor Own = new("own");

    /// <summary>
    /// What most children need: our standard streams as 0, 1 and 2, <see cref="Go"/> as 3 and <see cref="Status"/> as
    /// 4.
    /// </summary>
    public static IReadOnlyList<ChildDescriptor> Usual =>
        [new("stdin", StandardStreams.Get(0)), new("stdout", StandardStreams.Get(1)),
            new("stderr", StandardStreams.Get(2)), Go, Status];
}

/// <summary>A process that plays a tape.</summary>
public sealed unsafe class Child : IDisposable
{
    private const ulong CLONE_PIDFD = 0x1000;
    private const ulong CLONE_CLEAR_SIGHAND = 0x100000000;
    private const ulong CLONE_INTO_CGROUP = 0x200000000;

    private readonly int prologue;
    private SafeFileHandle? go;
    private int? ended;
    private SafeFileHandle? status;

    private Child(TapeImage tape, int prologue, int pid, int pidfd, int go, int status)
    {
        Tape = tape;
        this.prologue = prologue;
        Pid = pid;
        PidFd = new SafeFileHandle(pidfd, ownsHandle: true);
        this.go = new SafeFileHandle(go, ownsHandle: true);
        this.status = new SafeFileHandle(status, ownsHandle: true);
    }

    /// <summary>The pid, in our own pid namespace.</summary>
    public int Pid { get; private set; }

    /// <summary>A descriptor that means this process and no later one with its pid (pidfd_open(2)).</summary>
    public SafeFileHandle PidFd { get; private set; }

    /// <summary>What the child plays, and how far it has come.</summary>
    public TapeImage Tape { get; }

    /// <summary>Makes the child; it plays at once.</summary>
    /// <exception cref="MinicException">clone3 failed, or no memory for the tape.</exception>
    public static Child Clone(ChildOptions options)
    {
        var (goRead, goWrite) = Libc.Pipe();
        var (statusRead, statusWrite) = Libc.Pipe();
        var temporary = new List<int> { goRead, statusWrite };
        TapeImage? tape = null;
        var descriptors = options.Descriptors.ToList();
        using var own = descriptors.Contains(ChildDescriptor.Own) ? new Stage2Program() : null;
        using var made = own is null || options.TapeFile is not null ? null : MemoryFile.Create("tape", []);
        var tapeFile = options.TapeFile ?? made;
        try
        {
            var sources = descriptors.Select(d => d switch
            {
                _ when ReferenceEquals(d, ChildDescriptor.Go) => goRead,
                _ when ReferenceEquals(d, ChildDescriptor.Status) => statusWrite,
                _ when ReferenceEquals(d, ChildDescriptor.Tape) => (int)tapeFile!.DangerousGetHandle(),
                _ when ReferenceEquals(d, ChildDescriptor.Own) => (int)own!.Handle.DangerousGetHandle(),
                { Handle: { } handle } => (int)handle.DangerousGetHandle(),
                _ => throw new ArgumentException($"descriptor {d.Name} has no handle", nameof(options)),
            }).ToArray();
            var first = Arrange(sources, options.Kept, keepAll: own is not null, temporary);
            tape = new TapeImage([.. first, .. options.Calls], tapeFile);
            own?.Fill(tape.Where, tape.Size, descriptors.IndexOf(ChildDescriptor.Tape));
            var (pid, pidfd) = Clone3(tape, options);
            return new Child(tape, first.Count, pid, pidfd, goWrite, statusRead);
        }
        catch
        {
            tape?.Dispose();
            Libc.Ignore(close(goWrite));
            Libc.Ignore(close(statusRead));
            throw;
        }
        finally
        {
            foreach (var fd in temporary)
                Libc.Ignore(close(fd));
        }
    }

    /// <summary>Makes a child with the usual descriptors, and more behind them; it plays at once.</summary>
    /// <param name="calls">What the child does, up to and with its execve.</param>
    /// <param name="flags">CLONE_NEW* flags of clone(2).</param>
    /// <param name="more">What its descriptors from 5 on are.</param>
    /// <exception cref="MinicException">clone3 failed, or no memory for the tape.</exception>
    public static Child Clone(IReadOnlyList<TapeCall> calls, ulong flags, params IReadOnlyList<ChildDescriptor> more) =>
        Clone(new ChildOptions(calls) { Flags = flags, Descriptors = [.. ChildDescriptor.Usual, .. more] });

    /// <summary>Makes a child that is born into the pid namespace of another process; it plays at once.</summary>
    /// <param name="calls">What the child does, up to and with its execve.</param>
    /// <param name="target">The other process, by its pidfd: the child has it as descriptor 5, for setns.</param>
    /// <exception cref="MinicException">clone3 failed, or no memory for the tape.</exception>
    public static Child CloneInto(IReadOnlyList<TapeCall> calls, SafeHandle target) =>
        Clone(new ChildOptions(calls)
        {
            PidNamespace = target,
            Descriptors = [.. ChildDescriptor.Usual, new("target", target)],
        });

    /// <summary>Lets the child go on from its read(go).</summary>
    /// <exception cref="MinicException">The child is gone (EPIPE).</exception>
    public void Go()
    {
        byte one = 1;
        if (go is null || (int)write((int)go.DangerousGetHandle(), &one, 1) != 1)
            throw Failure()
                ?? MinicException.FromErrno("let the child go on", "write(go, 1)",
                    go is null ? Errno.EPIPE : Libc.Errno);
    }

    /// <summary>Waits until the child reports, executes its command or dies.</summary>
    /// <returns>True if it reported; false at the end of the pipe.</returns>
    public bool WaitStatus()
    {
        byte one;
        while (status is not null)
        {
            var count = (int)read((int)status.DangerousGetHandle(), &one, 1);
            if (count >= 0)
                return count == 1;
            if (Libc.Errno != Errno.EINTR)
                throw MinicException.FromErrno("wait for the child", "read(status)", Libc.Errno);
        }

        return false;
    }

    /// <summary>
    /// Goes over to the process that the tape has made of itself by clone(2), once that reports: from here on it is the
    /// child.
    /// </summary>
    /// <remarks>
    /// It was made with CLONE_PARENT, so it is ours, and its pid stays its own until we have waited for it.
    /// </remarks>
    /// <exception cref="MinicException">
    /// A call of the tape failed before that, or something killed the child.
    /// </exception>
    public void Follow()
    {
        WaitReport();
        var made = Tape.Answer(Enumerable.Range(0, Tape.Calls.Count).First(i => Tape.Calls[i].Name == "clone"));
        var pidfd = Processes.OpenPidFd(made)
            ?? throw new MinicException("follow the child", $"pidfd_open({made}): there is no such process");
        _ = Processes.Reap(Pid);
        PidFd.Dispose();
        (Pid, PidFd) = (made, pidfd);
    }

    /// <summary>
    /// Waits until the child has closed its end of the pipe: it has executed its command, or is dead. Reads nothing.
    /// </summary>
    /// <param name="timeout">Milliseconds.</param>
    /// <returns>False if the time is over first.</returns>
    public bool WaitLetGo(int timeout) => status is null || Libc.Wait((int)status.DangerousGetHandle(), 0, timeout);

    /// <summary>
    /// The index, among the calls given, of the one that ended the tape; negative within the prologue; null if none
    /// has.
    /// </summary>
    public int? FailedCall => Tape.Failed - prologue;

    /// <summary>
    /// Where the given calls begin on <see cref="Tape"/>: behind the calls that arrange the descriptors.
    /// </summary>
    public int Prologue => prologue;

    /// <summary>The failure of a call, in words that say no more than the tape; null if none failed.</summary>
    public MinicException? Failure()
    {
        if (Tape.Failed is not { } index || Tape.Result(index) is not { } result)
            return null;
        var call = Tape.Calls[index];
        return result >= 0
            ? new MinicException("wait for the parent", $"{call} met the end of the pipe")
            : MinicException.FromErrno(call.Name, call.ToString(), (int)-result);
    }

    /// <summary>Waits until the child reports on its way to execve.</summary>
    /// <exception cref="MinicException">
    /// A call of the tape failed before that, or something killed the child.
    /// </exception>
    public void WaitReport()
    {
        if (!WaitStatus())
            throw Failure() ?? new MinicException("wait for the child", "it ended before it reported");
    }

    /// <summary>Waits until the child has executed its command, and that has ended.</summary>
    /// <returns>The command's exit code, or 128 plus the signal that ended it.</returns>
    /// <exception cref="MinicException">A call of the tape failed.</exception>
    public int WaitExit()
    {
        _ = WaitStatus();
        return Failure() is { } failure
            ? throw failure
            : Processes.Reap(Pid)
            ?? throw new MinicException("wait for the child", $"waitpid({Pid}): it is no child of ours");
    }

    /// <summary>Ends the child, if it has not ended, and reaps it; a second time it only tells again.</summary>
    /// <returns>Its exit code, or 128 plus the signal that ended it; null if it is no child of ours.</returns>
    public int? End()
    {
        if (ended is not null)
            return ended;
        if (!Processes.WaitEnd(PidFd, 0))
            _ = Processes.Signal(PidFd, SIGKILL);
        return ended = Processes.Reap(Pid);
    }

    /// <summary>Closes our ends of the pipes: a child that still waits reads end of file, and ends.</summary>
    public void Dispose()
    {
        go?.Dispose();
        status?.Dispose();
        go = status = null;
        PidFd.Dispose();
        Tape.Dispose();
    }

    // The child's descriptors become 0 .. n-1 in the order given, so that the tape knows every number in advance. A
    // source below n could be overwritten before its turn comes: it is moved above first, in the parent, where that is
    // easy. A child that executes its own program needs all of them once more after that; then the tape marks them.
    private static List<TapeCall> Arrange(int[] sources, int kept, bool keepAll, List<int> temporary)
    {
        var calls = new List<TapeCall>();
        for (var target = 0; target < sources.Length; target++)
        {
            var source = sources[target];
            if (source == target && target < kept)
                continue;
            if (source < sources.Length)
            {
                source = Libc.DuplicateAbove(source, sources.Length);
                temporary.Add(source);
            }

            calls.Add(target < kept || keepAll
                ? TapeCalls.dup3(source, target)
                : new TapeCall("dup3", source, target, TapeArg.Named((long)O_CLOEXEC, "O_CLOEXEC")));
        }

        // What is left of our own table goes, so that the next open gives the lowest number: n.
        calls.Add(new TapeCall("close_range", sources.Length, TapeArg.Named(uint.MaxValue, "~0U"), 0));
        return calls;
    }

    private static (int Pid, int PidFd) Clone3(TapeImage tape, ChildOptions options)
    {
        var pidfd = -1;
        if (options.PidNamespace is not null && !Caller.Current.OwnsPids)
            throw new MinicException("start a process in another pid namespace",
                "minic could not come back to its own, which belongs to another user namespace",
                "Run minic in a pid namespace of yours: unshare --pid --fork --mount-proc minic ...; or as root.");
        // Signal handlers are our runtime's code: a signal that arrives before execve must not run it in the child.
        var flags = options.Flags | CLONE_PIDFD | CLONE_CLEAR_SIGHAND
            | (options.Cgroup is null ? 0 : CLONE_INTO_CGROUP);
        var args = new clone_args
        {
            flags = flags,
            pidfd = (ulong)(&pidfd),
            exit_signal = (ulong)SIGCHLD,
            cgroup = options.Cgroup is null ? 0 : (ulong)options.Cgroup.DangerousGetHandle(),
        };
        var pid = Player.Play(tape, &args,
            options.PidNamespace is null ? -1 : (int)options.PidNamespace.DangerousGetHandle());
        if (pid < 0)
            throw MinicException.FromErrno("start a process",
                $"clone3({{flags={FlagText.Clone(flags)}, exit_signal=SIGCHLD}})", (int)-pid);
        return ((int)pid, pidfd);
    }
}
