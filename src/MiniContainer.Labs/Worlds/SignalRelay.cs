// Stands between a caller and a command in a world: passes signals on, waits, tells how it ended (lab 01-run;
// signal(7)). Ctrl-C on a terminal reaches the command without us, since it is in our process group: passed on it would
// arrive twice.

using System.Runtime.InteropServices;
using MiniContainer.Kernel;
using static Tmds.Linux.LibC;

namespace MiniContainer.Labs.Worlds;

/// <summary>Catches signals, and hands them to a child when there is one.</summary>
internal sealed class SignalRelay : IDisposable
{

    private readonly List<PosixSignalRegistration> registrations = [];
    private readonly List<int> early = [];
    private readonly Lock gate = new();
    private Child? target;

    /// <summary>Begins to catch; what comes before there is a child is kept for it.</summary>
    /// <param name="apart">Whether the child leaves our process group: then Ctrl-C reaches it through us only.</param>
    public SignalRelay(bool apart = false)
    {
        using var input = StandardStreams.Get(0);
        var terminal = !apart && Terminal.Is(input);
        foreach (var signal in (int[])[SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGTERM])
        {
            var shared = terminal && (signal == SIGINT || signal == SIGQUIT);
            registrations.Add(PosixSignalRegistration.Create(Named(signal), context =>
            {
                context.Cancel = true;
                if (!shared)
                    PassOn(signal);
            }));
        }
    }

    /// <summary>Whether a signal has come.</summary>
    public bool Signalled { get; private set; }

    /// <summary>Waits for a child to end.</summary>
    /// <returns>Its exit code, 128 plus the signal if one ended it.</returns>
    public int Wait(Child child)
    {
        lock (gate)
        {
            target = child;
            foreach (var signal in early)
                _ = Processes.Signal(child.PidFd, signal);
        }

        // A signal that is caught ends the wait early.
        while (!Processes.WaitEnd(child.PidFd, -1))
        {
        }

        lock (gate)
            target = null;
        return Processes.Reap(child.Pid) ?? MinicException.ExitFailure;
    }

    /// <inheritdoc/>
    public void Dispose() => registrations.ForEach(r => r.Dispose());

    private static PosixSignal Named(int signal) =>
        signal == SIGHUP ? PosixSignal.SIGHUP
        : signal == SIGINT ? PosixSignal.SIGINT
        : signal == SIGQUIT ? PosixSignal.SIGQUIT
        : signal == SIGTERM ? PosixSignal.SIGTERM
        : (PosixSignal)signal;

    private void PassOn(int signal)
    {
        lock (gate)
        {
            Signalled = true;
            if (target is null)
                early.Add(signal);
            else
                _ = Processes.Signal(target.PidFd, signal);
        }
    }
}
