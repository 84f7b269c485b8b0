// The mark in a place's /run by which it is told from the machine. What is noted in that /run, journals of containers
// and of worlds within, is undone before the place goes: only inside do they mean what they say (lab 12-oci).

using MiniContainer.Kernel;
using MiniContainer.Nodes.Model;
using MiniContainer.Nodes.Steps;
using MiniContainer.Plans;

namespace MiniContainer.Labs.Worlds;

/// <summary>Marks a place; the undo empties it: its processes end, and its journals are undone from within.</summary>
/// <param name="Directory">The directory of the node.</param>
/// <param name="World">The world's name.</param>
/// <param name="Place">The node's name.</param>
internal sealed record MarkPlace(string Directory, string World, string Place) : Step
{
    private Node Node => new(Place, Directory);

    private string File => $"{Node.Run}/{Sweep.Mark}";

    private string Content => $"{World} {Place}\n";

    /// <inheritdoc/>
    public override string Title => $"mark the /run of the {Place}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
    [
        $"open({TapeArg.Quote(File)}, O_WRONLY|O_CREAT|O_TRUNC, 0644)",
        $"write(fd, {TapeArg.Quote(Content)}, {Content.Length})",
    ];

    /// <inheritdoc/>
    public override string Man => "open(2)";

    /// <inheritdoc/>
    public override string Lab => "12-oci";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.State, "mark # places", Place);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [$"printf %s {ShellWord.Quote(Content)} > {ShellWord.Quote(File)}"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoCallTexts => ["the undo of each journal in there, played inside"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoByHand =>
        [$"nsenter --net={Pin("net")} --uts={Pin("uts")} --mount={Pin("mnt")} lab world sweep"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Places => [File];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        Knob.Write(File, Content, create: true);
        return null;
    }

    /// <inheritdoc/>
    public override void Undo(StepResult? facts)
    {
        // First the processes that might go on noting things, then what they noted.
        NodeProcesses.End(Node.Namespaces());
        if (!Sweep.Needed(Node))
            return;
        // The command says itself what failed; all except cgroups goes with the place.
        _ = CommandRun.Run(Node, new PlaceCommand([.. LabProgram.Command, "world", "sweep"]));
    }

    private string Pin(string kind) => ShellWord.Quote(Node.Pin(kind));
}
