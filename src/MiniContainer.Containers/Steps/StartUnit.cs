// A container's unit of systemd, and with it the container's cgroup (lab 08-cgroups; org.freedesktop.systemd1(5),
// systemd.scope(5)). A scope is made around processes that are there already: the child, which waits.

using MiniContainer.Containers.Systemd;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using static Tmds.Linux.LibC;

namespace MiniContainer.Containers.Steps;

/// <summary>
/// Has systemd make a scope, or a slice, with the child in it; the undo ends what is in it and stops it.
/// </summary>
/// <param name="Child">The child's name in the plan.</param>
/// <param name="Unit">The unit's name: "minic-box.scope".</param>
/// <param name="Cgroup">Where its cgroup is in each hierarchy: "/system.slice/minic-box.scope".</param>
/// <param name="Properties">What it is to be like; the child's pid is added.</param>
public sealed record StartUnit(string Child, string Unit, string Cgroup, IReadOnlyList<UnitProperty> Properties)
    : Step, IOfChild
{
    /// <summary>Whether the user's own systemd makes it, and not the machine's.</summary>
    public bool User { get; init; }

    /// <summary>The version of that systemd, by which updates know what it can do.</summary>
    public int Version { get; init; }

    private bool IsSlice => Unit.EndsWith(".slice", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string Title => $"have systemd start {Unit}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
    [
        $"StartTransientUnit({TapeArg.Quote(Unit)}, \"fail\", [...], [])",
        .. Properties.Select(p => $"  {p.Name} = {string.Join(' ', p.Words)}"),
        .. IsSlice ? Array.Empty<string>() : ["  PIDs = 1 PID"],
        "JobRemoved(..., \"done\"), awaited",
    ];

    /// <inheritdoc/>
    public override string Man => "org.freedesktop.systemd1(5)";

    /// <inheritdoc/>
    public override string Lab => "08-cgroups";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Limits);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand
    {
        get
        {
            var pids = IsSlice ? "" : " PIDs au 1 \"$CHILD\"";
            return
            [
                $"{BusCall(User)} StartTransientUnit 'ssa(sv)a(sa(sv))' {ShellWord.Quote(Unit)} fail "
                    + $"{Properties.Count + (IsSlice ? 0 : 1)} {ByBusctl(Properties)}{pids} 0 > /dev/null",
                $"until {Systemctl} -q is-active {ShellWord.Quote(Unit)}; do sleep 0.02; done",
            ];
        }
    }

    /// <summary>The manager's methods by busctl(1), as far as the method's name.</summary>
    internal static string BusCall(bool user) => $"busctl {(user ? "--user " : "")}call -- org.freedesktop.systemd1 "
        + "/org/freedesktop/systemd1 org.freedesktop.systemd1.Manager";

    /// <summary>Properties as busctl(1) takes them.</summary>
    internal static string ByBusctl(IReadOnlyList<UnitProperty> properties) => string.Join(' ', properties.SelectMany(
        p => p.Words.Select(ShellWord.Quote).Prepend(ShellWord.Quote(p.Type)).Prepend(p.Name)));

    private string Systemctl => User ? "systemctl --user" : "systemctl";

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoCallTexts =>
    [
        $"KillUnit({TapeArg.Quote(Unit)}, \"all\", SIGKILL)", $"StopUnit({TapeArg.Quote(Unit)}, \"replace\")",
        "JobRemoved(..., \"done\"), awaited", $"ResetFailedUnit({TapeArg.Quote(Unit)})",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoByHand =>
    [
        $"{Systemctl} kill -s KILL {ShellWord.Quote(Unit)} 2>/dev/null || :",
        $"{Systemctl} stop {ShellWord.Quote(Unit)} 2>/dev/null || :",
        $"{Systemctl} reset-failed {ShellWord.Quote(Unit)} 2>/dev/null || :",
    ];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        using var systemd = SystemdManager.Connect(User, Title);
        systemd.StartTransientUnit(Unit, IsSlice
            ? Properties : [.. Properties, UnitProperty.Pids("PIDs", playing.Children[Child].Pid)]);
        if (systemd.TextOf(Unit, "ControlGroup") is var place && place != Cgroup)
            throw new MinicException(Title, place is null
                ? "it is gone again: its process has ended" : $"its cgroup is {place}, and should be {Cgroup}");
        return new StepResult { Made = true };
    }

    /// <inheritdoc/>
    public override void Undo(StepResult? facts)
    {
        SystemdManager? systemd = null;
        try
        {
            systemd = SystemdManager.Connect(User, $"stop {Unit}");
            Stop(systemd);
        }
        catch (MinicException) when (systemd is null && !Directories().Any(Directory.Exists))
        {
            // There is no systemd any more, and nothing that it has made.
        }
        finally
        {
            systemd?.Dispose();
        }
    }

    // The description has the state directory in it, which one container has at a time: another unit of this name is
    // not ours. It ends with its last process, maybe before it is asked to.
    private void Stop(SystemdManager systemd)
    {
        if (systemd.TextOf(Unit, "Description") != Properties.LastOrDefault(p => p.Name == "Description")?.Words[0])
            return;
        systemd.KillUnit(Unit, SIGKILL);
        if (IsSlice)
            KillAll();
        systemd.StopUnit(Unit);
        systemd.ResetFailedUnit(Unit);
    }

    // systemd knows no process of a slice: it thinks of slices as having units, and of those as having processes.
    private void KillAll()
    {
        foreach (var pid in Directories().SelectMany(Cgroups.Processes).Distinct())
        {
            using var pidfd = Processes.OpenPidFd(pid);
            if (pidfd is null)
                continue;
            _ = Processes.Signal(pidfd, SIGKILL);
            _ = Patience.WaitEnd(pidfd);
        }
    }

    private IEnumerable<string> Directories() => Cgroups.Hierarchies().Select(h => h.MountPoint + Cgroup);
}
