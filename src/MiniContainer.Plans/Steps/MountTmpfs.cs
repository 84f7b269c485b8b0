// A file system in memory on the host, for containers that are made later to bind it from (lab 21-pod; tmpfs(5),
// mount(2)).

using System.Globalization;
using MiniContainer.Kernel;

namespace MiniContainer.Plans.Steps;

/// <summary>Mounts a tmpfs; the undo unmounts it, even if a process still uses it.</summary>
/// <param name="Path">A directory that only minic knows.</param>
/// <param name="Mode">Permissions of its root.</param>
/// <param name="Group">The group of its root; null for the caller's.</param>
/// <param name="Size">Bytes at most; null for the kernel's own limit, half of the memory.</param>
public sealed record MountTmpfs(string Path, uint Mode, uint? Group = null, long? Size = null) : Step
{
    /// <inheritdoc/>
    public override string Title => $"mount tmpfs on {Path}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts => [HostMount.TmpfsText(Path, Options)];

    /// <inheritdoc/>
    public override string Man => "tmpfs(5)";

    /// <inheritdoc/>
    public override string Lab => "21-pod";

    /// <inheritdoc/>
    public override Subject Subject =>
        new(Chapter.State, "mount # volumes in memory", System.IO.Path.GetFileName(Path));

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [$"mount -t tmpfs -o nosuid,nodev,{Options} tmpfs {ShellWord.Quote(Path)}"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoCallTexts => [HostMount.UnmountText(Path)];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoByHand =>
        [$"! mountpoint -q {ShellWord.Quote(Path)} || umount -l {ShellWord.Quote(Path)}"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Places => [Path];

    private string Options => string.Join(",",
    [
        $"mode={Convert.ToString(Mode, 8)}",
        .. Group is { } group ? [$"gid={group.ToString(CultureInfo.InvariantCulture)}"] : Array.Empty<string>(),
        .. Size is { } size ? [$"size={size.ToString(CultureInfo.InvariantCulture)}"] : Array.Empty<string>(),
    ]);

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        HostMount.Tmpfs(Title, Path, Options);
        return null;
    }

    /// <inheritdoc/>
    public override void Undo(StepResult? facts) => HostMount.Unmount(Path);
}
