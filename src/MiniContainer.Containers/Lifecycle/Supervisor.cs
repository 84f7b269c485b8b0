// The parent of a process in the foreground: passes signals on, copies between two terminals, and tells how it ended
// (lab 01-run; signal(7), pty(7)). Behaves as runc does: without a terminal, Ctrl-C is passed on; with one, it is a
// byte.

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using MiniContainer.Kernel;

namespace MiniContainer.Containers.Lifecycle;

/// <summary>Stands between the caller and a container's process.</summary>
public sealed class Supervisor : IDisposable
{
    // All that can be caught, except SIGCHLD (of our own children), SIGURG and the like, which are no messages.
    // SIGTSTP too, as runc does: Ctrl-Z is for the container, and minic stays. SIGTTIN and SIGTTOU stop minic itself,
    // as they would any command in a shell: caught, they would make tcsetattr(3) try for ever.
    private static readonly int[] Forwarded = [1, 2, 3, 10, 12, 14, 15, 18, 20];

    private readonly List<PosixSignalRegistration> registrations = [];
    private readonly List<int> early = [];
    private readonly Lock gate = new();
    private SafeHandle? target;
    private SafeHandle? master;

    /// <summary>Begins to catch signals; those that come before there is a process are kept for it.</summary>
    public Supervisor()
    {
        foreach (var signal in Forwarded)
        {
            registrations.Add(PosixSignalRegistration.Create(Named(signal), context =>
            {
                context.Cancel = true;
                Forward(signal);
            }));
        }
    }

    /// <summary>Waits for a process to end, passing on what comes.</summary>
    /// <param name="child">The process, a child of ours.</param>
    /// <param name="terminal">The master side of its terminal; null without one.</param>
    /// <returns>Its exit code, 128 plus the signal if one ended it.</returns>
    public int Wait(Child child, SafeFileHandle? terminal)
    {
        lock (gate)
        {
            target = child.PidFd;
            foreach (var signal in early)
                _ = Processes.Signal(target, signal);
        }

        if (terminal is not null)
            return WaitWithTerminal(child, terminal);
        _ = Processes.WaitEnd(child.PidFd, -1);
        return Processes.Reap(child.Pid) ?? MinicException.ExitFailure;
    }

    /// <inheritdoc/>
    public void Dispose() => registrations.ForEach(r => r.Dispose());

    private static PosixSignal Named(int signal) => signal switch
    {
        1 => PosixSignal.SIGHUP,
        2 => PosixSignal.SIGINT,
        3 => PosixSignal.SIGQUIT,
        15 => PosixSignal.SIGTERM,
        18 => PosixSignal.SIGCONT,
        20 => PosixSignal.SIGTSTP,
        _ => (PosixSignal)signal,
    };

    private int WaitWithTerminal(Child child, SafeFileHandle terminal)
    {
        using var input = StandardStreams.Get(0);
        using var output = StandardStreams.Get(1);
        master = terminal;
        Resize();
        using var resize = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Resize());
        using var raw = Terminal.Is(input) ? Terminal.Raw(input) : null;
        // What is typed once the process has ended is not its own any more: --step asks before it undoes.
        new Thread(() => Type(input, terminal, child.PidFd)) { IsBackground = true }.Start();
        var show = new Thread(() => Terminal.Copy(terminal, output)) { IsBackground = true };
        show.Start();
        _ = Processes.WaitEnd(child.PidFd, -1);
        var code = Processes.Reap(child.Pid) ?? MinicException.ExitFailure;
        // What is still in the terminal is shown; a background process that keeps it open does not hold us.
        show.Join(TimeSpan.FromMilliseconds(500));
        return code;
    }

    private static void Type(SafeFileHandle input, SafeFileHandle terminal, SafeFileHandle process)
    {
        // A terminal of the caller's that has gone says so by SIGHUP; the end of a file is a key, which has to be
        // typed.
        if (Terminal.Copy(input, terminal, until: process) is { } last && !Terminal.Is(input))
            Terminal.EndInput(terminal, unfinished: last != '\n', until: process);
    }

    /// <summary>The size of the caller's terminal, on whichever of its streams that is; null without one.</summary>
    public static (ushort Rows, ushort Columns)? CallersSize()
    {
        foreach (var number in new[] { 1, 0, 2 })
        {
            using var stream = StandardStreams.Get(number);
            if (Terminal.Size(stream) is { Rows: > 0 } size)
                return size;
        }

        return null;
    }

    private void Resize()
    {
        if (master is not null && CallersSize() is { } size)
            Terminal.Resize(master, size);
    }

    private void Forward(int signal)
    {
        lock (gate)
        {
            if (target is null)
                early.Add(signal);
            else
                _ = Processes.Signal(target, signal);
        }
    }
}
