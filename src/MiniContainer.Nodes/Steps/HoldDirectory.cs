// The directory of a topology as a mount of its own: the files of its nodes lie on it, and with them the namespaces
// that are bound there. Labs 06-mounts, 13-netns; mount(2), umount2(2).

using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Nodes.Steps;

/// <summary>
/// Binds a directory onto itself; the undo unmounts it, with all namespaces that are bound to files in it.
/// </summary>
/// <param name="Path">The directory.</param>
public sealed record HoldDirectory(string Path) : Step
{
    /// <inheritdoc/>
    public override string Title => $"bind {Path} onto itself";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts => [HostMount.BindText(Path, Path)];

    /// <inheritdoc/>
    public override string Man => "mount(2)";

    /// <inheritdoc/>
    public override string Lab => "06-mounts";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [$"mount --bind {ShellWord.Quote(Path)} {ShellWord.Quote(Path)}"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoCallTexts => [HostMount.UnmountText(Path)];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoByHand =>
        [$"! mountpoint -q {ShellWord.Quote(Path)} || umount -l {ShellWord.Quote(Path)}"];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        HostMount.Bind(Title, Path, Path);
        return null;
    }

    /// <inheritdoc/>
    public override void Undo(StepResult? facts)
    {
        // If a process hangs in the kernel, unmounting would leave it in a namespace that no undo can find: so all
        // stays for the next undo.
        var bound = MountInfo.All()
            .Where(m => m.Point.StartsWith(Path + "/", StringComparison.Ordinal)).Select(m => m.Root);
        if (NodeProcesses.Find(bound) is [var left, ..])
        {
            throw new MinicException($"unmount {Path}",
                $"process {left.Pid} still lives in a namespace that is bound there",
                $"See why it does not end: cat /proc/{left.Pid}/stack.");
        }

        HostMount.Unmount(Path);
    }
}
