// A user's own cgroup of version 2 in which minic is alone, as systemd-run --user --scope makes one (lab 08-cgroups;
// cgroup-v2.rst, "No Internal Process Constraint"): before it can hand controllers on, minic leaves it for one below.
//
//     scope            minic                 scope
//                                            |-- minic.self     minic
//                                            `-- minic/box      the container, with limits; the scope's hold for both

using System.Globalization;
using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Steps;

/// <summary>Moves minic from its own cgroup into one below, so that there is room for controllers.</summary>
/// <param name="Path">Its own cgroup.</param>
public sealed record MakeRoom(string Path) : Step
{
    private string Below => $"{Path}/minic.self";

    private string Control => $"{Path}/cgroup.subtree_control";

    /// <inheritdoc/>
    public override string Title => $"move minic into {Below}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
    [
        $"mkdir({TapeArg.Quote(Below)}, 0755)",
        $"open({TapeArg.Quote($"{Below}/cgroup.procs")}, O_WRONLY|O_CLOEXEC)",
        "write(fd, PID, ...)",
    ];

    /// <inheritdoc/>
    public override string Man => "cgroups(7)";

    /// <inheritdoc/>
    public override string Lab => "08-cgroups";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Limits);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [$"mkdir -p {ShellWord.Quote(Below)}", $"echo $$ > {ShellWord.Quote($"{Below}/cgroup.procs")}"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoCallTexts =>
    [
        $"open({TapeArg.Quote(Control)}, O_WRONLY|O_CLOEXEC)", "write(fd, ..., ...)",
        $"open({TapeArg.Quote($"{Path}/cgroup.procs")}, O_WRONLY|O_CLOEXEC), if minic is in it", "write(fd, PID, ...)",
        $"rmdir({TapeArg.Quote(Below)})",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoByHand =>
    [
        $"[ $(ls -d {ShellWord.Quote(Path)}/*/ | wc -l) != 1 ] || for c in $(cat {ShellWord.Quote(Control)}); do "
            + $"echo -$c > {ShellWord.Quote(Control)}; done",
        $"! grep -qx $$ {ShellWord.Quote($"{Below}/cgroup.procs")} || echo $$ > "
            + $"{ShellWord.Quote($"{Path}/cgroup.procs")} 2>/dev/null || :",
        $"rmdir {ShellWord.Quote(Below)} 2>/dev/null || :",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Places => [Below];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        Directories.MakeAll(Below, 0x1ed /* 0755 */);
        Knob.Write($"{Below}/cgroup.procs", Self);
        return null;
    }

    /// <inheritdoc/>
    public override void Undo(StepResult? facts)
    {
        // Another container may still be in here, and needs the controllers: the undo of the last one comes this far.
        if (!Directory.Exists(Below) || Directory.GetDirectories(Path).Length > 1)
            return;
        var given = (Knob.TryRead(Control) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (given.Length > 0)
            Knob.Write(Control, string.Join(" ", given.Select(c => "-" + c)));
        if (Cgroups.ProcessesIn(Below).Contains(Environment.ProcessId))
            Knob.Write($"{Path}/cgroup.procs", Self);
        _ = Directories.TryRemove(Below);
    }

    private static string Self => Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
}
