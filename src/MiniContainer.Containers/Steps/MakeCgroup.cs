// Cgroup directories (lab 08-cgroups, cgroups(7)). Version 1 has one for each hierarchy, version 2 a single one.

using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Steps;

/// <summary>
/// Makes a cgroup; the undo ends whatever is left in it and removes it, with the empty ones above up to a bound.
/// </summary>
/// <param name="Path">Its directory.</param>
/// <param name="Under">The cgroup above, which is not ours and stays.</param>
public sealed record MakeCgroup(string Path, string Under) : Step
{
    /// <inheritdoc/>
    public override string Title => $"make the cgroup {Path}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
    [
        .. Above().Reverse().SelectMany(d => Making(d).Select(call => $"{call}, if missing")),
        .. Making(Path),
    ];

    private string Enabling => string.Join(" ", Controllers.Select(c => "+" + c));

    // What the one above must hand down before it, the directory itself, and the files that are empty in a new one.
    private IEnumerable<string> Making(string directory)
    {
        if (Controllers.Count > 0)
        {
            var control = $"{System.IO.Path.GetDirectoryName(directory)}/cgroup.subtree_control";
            yield return $"open({TapeArg.Quote(control)}, O_WRONLY|O_CLOEXEC)";
            yield return $"write(fd, {TapeArg.Quote(Enabling)}, ...)";
        }

        yield return $"mkdir({TapeArg.Quote(directory)}, 0755)";
        foreach (var file in Inherits)
        {
            yield return $"open({TapeArg.Quote($"{directory}/{file}")}, O_WRONLY|O_CLOEXEC)";
            yield return "write(fd, ..., ...)";
        }
    }

    /// <inheritdoc/>
    public override string Man => "cgroups(7)";

    /// <inheritdoc/>
    public override string Lab => "08-cgroups";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Limits, "make # cgroups", Subject.Hierarchy(Path));

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
    [
        .. Controllers.Count == 0 ? [] : Above().Append(Under).Reverse().SelectMany(d => new[]
        {
            $"mkdir -p {ShellWord.Quote(d)}", $"echo {Enabling} > {ShellWord.Quote(d + "/cgroup.subtree_control")}",
        }),
        $"mkdir -p {ShellWord.Quote(Path)}",
        .. Inherits.Count == 0
            ? [] : Above().Reverse().Append(Path)
                .SelectMany(d =>
                    Inherits.Select(f =>
                        $"grep -q . {ShellWord.Quote($"{d}/{f}")} || cat "
                            + $"{ShellWord.Quote($"{System.IO.Path.GetDirectoryName(d)}/{f}")} > "
                            + $"{ShellWord.Quote($"{d}/{f}")}")),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoCallTexts =>
        ["pidfd_send_signal(PIDFD, SIGKILL, NULL, 0) to each process in it",
            $"rmdir({TapeArg.Quote(Path)}), and those above it as far as they are empty"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoByHand =>
    [
        $"[ ! -d {ShellWord.Quote(Path)} ] || while read -r pid; do kill -KILL \"$pid\" || :; done < "
            + $"{ShellWord.Quote(Path + "/cgroup.procs")}",
        $"while [ -d {ShellWord.Quote(Path)} ] && ! rmdir {ShellWord.Quote(Path)} 2>/dev/null; do sleep 0.02; done",
        .. Above().Select(d => $"rmdir {ShellWord.Quote(d)} 2>/dev/null || :"),
    ];

    // The cgroups between it and the one that is not ours, the nearest first.
    private IEnumerable<string> Above()
    {
        for (var parent = System.IO.Path.GetDirectoryName(Path); parent is not null
            && parent.Length > Under.Length; parent = System.IO.Path.GetDirectoryName(parent))
            yield return parent;
    }

    /// <summary>Controllers to enable on the way down (version 2): "pids", "memory", "cpu".</summary>
    public IReadOnlyList<string> Controllers { get; init; } = [];

    /// <summary>
    /// Files of it, and of those above that are made with it, that begin with what the one above has (cpuset, version
    /// 1).
    /// </summary>
    public IReadOnlyList<string> Inherits { get; init; } = [];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Places => [Path];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        if (Directory.Exists(Path))
            return new StepResult { Made = false };
        if (Controllers.Count > 0)
            Cgroups.EnableControllers(Under, Path, Controllers);
        else if (Inherits.Count > 0)
            Cgroups.MakeInheriting(Under, Path, Inherits);
        else
            Directories.MakeAll(Path, 0x1ed /* 0755 */);
        return new StepResult { Made = true };
    }

    /// <inheritdoc/>
    public override void Undo(StepResult? facts)
    {
        if (facts?.Made == false)
            return;
        // Not known to be ours: it may have been there, and no process in it is ours, since ours come later.
        if (facts is null)
            _ = Directories.TryRemove(Path);
        else
            Cgroups.Remove(Path);
        for (var parent = System.IO.Path.GetDirectoryName(Path); parent is not null
            && parent.Length > Under.Length; parent = System.IO.Path.GetDirectoryName(parent))
        {
            if (!Directories.TryRemove(parent))
                break;
        }
    }
}
