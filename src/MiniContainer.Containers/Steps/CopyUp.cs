// The content of a directory that a tmpfs has just covered, copied into it (lab 06-mounts; tmpfs(5); the option
// tmpcopyup of the specification's mounts). A tape has no loops, so minic does it while the child waits.

using System.Globalization;
using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Steps;

/// <summary>
/// Copies between two directories that a child holds open. They go away with the child: there is no undo.
/// </summary>
/// <param name="Child">The child's name in the plan.</param>
/// <param name="Path">The directory, as the child calls it.</param>
/// <param name="From">The child's descriptor of what was covered.</param>
/// <param name="To">The child's descriptor of what covers it.</param>
public sealed record CopyUp(string Child, string Path, int From, int To) : Step, IOfChild
{
    /// <inheritdoc/>
    public override string Title => $"copy what was in {Path} into its tmpfs";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts => [$"cp -a /proc/PID/fd/{From}/. /proc/PID/fd/{To}"];

    /// <inheritdoc/>
    public override string Man => "tmpfs(5)";

    /// <inheritdoc/>
    public override string Lab => "06-mounts";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [": # the child's script does it"];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        var proc = $"/proc/{playing.Children[Child].Pid.ToString(CultureInfo.InvariantCulture)}/fd";
        TreeCopy.Copy($"{proc}/{From}", $"{proc}/{To}");
        return null;
    }
}
