// A node's namespaces, bound to files: they live on when their first process has ended, and a process that is to come
// in joins them by the files. Labs 11-exec, 13-netns; namespaces(7).

using System.Globalization;
using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Nodes.Steps;

/// <summary>
/// Binds the namespaces of a child to files; the undo ends every process that lives in them. The bindings go with the
/// mount that they lie on (<see cref="HoldDirectory"/>).
/// </summary>
/// <param name="Child">The child, whose name is the node's.</param>
/// <param name="Directory">The directory of the files.</param>
/// <param name="Kinds">The kinds of namespaces, which are the names of the files.</param>
public sealed record PinNamespaces(string Child, string Directory, IReadOnlyList<string> Kinds) : Step, IOfChild
{
    private IEnumerable<string> Files => Kinds.Select(k => $"{Directory}/{k}");

    /// <summary>Whether all of them are bound, as we see it: in another mount namespace they may not be.</summary>
    public bool Holds => Bound.Count == Kinds.Count;

    private IReadOnlyList<string> Bound => MountTable.Namespaces([.. Files]);

    /// <inheritdoc/>
    public override string Title => $"bind the namespaces of {Child} to files";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts => [.. Kinds.SelectMany(k => (string[])
    [
        $"open({TapeArg.Quote($"{Directory}/{k}")}, O_WRONLY|O_CREAT|O_TRUNC, 0644)",
        HostMount.BindText($"/proc/PID/ns/{k}", $"{Directory}/{k}"),
    ])];

    /// <inheritdoc/>
    public override string Man => "namespaces(7)";

    /// <inheritdoc/>
    public override string Lab => "13-netns";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Namespaces, "bind the namespaces of # nodes to files", Child);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [.. Kinds.SelectMany(k => (string[])
    [
        $": > {ShellWord.Quote($"{Directory}/{k}")}",
        $"mount --bind \"/proc/$CHILD/ns/{k}\" {ShellWord.Quote($"{Directory}/{k}")}",
    ])];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoCallTexts =>
    [
        "readlink(\"/proc/PID/ns/...\") of every process",
        "pidfd_send_signal(PIDFD, SIGKILL, NULL, 0) to those inside",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoByHand =>
    [
        $"for pin in {string.Join(" ", Files.Select(ShellWord.Quote))}; do",
        "  for ns in /proc/[0-9]*/ns/*; do",
        "    [ ! \"$ns\" -ef \"$pin\" ] || { pid=${ns#/proc/}; kill -KILL \"${pid%%/*}\"; } 2>/dev/null",
        "  done",
        "done",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Places => [.. Files];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        var pid = playing.Children[Child].Pid.ToString(CultureInfo.InvariantCulture);
        foreach (var kind in Kinds)
        {
            Knob.Write($"{Directory}/{kind}", "", create: true);
            HostMount.Bind(Title, $"/proc/{pid}/ns/{kind}", $"{Directory}/{kind}");
        }

        return null;
    }

    /// <summary>
    /// Ends the processes in namespaces that are still bound. The numbers of the others may be in use for new ones.
    /// </summary>
    public override void Undo(StepResult? facts) => NodeProcesses.End(Bound);
}
