// Freezing a container and letting it go on: what pause and resume are (lab 08-cgroups, cgroups(7)).

using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Steps;

/// <summary>
/// Freezes a cgroup or thaws it. The undo of either thaws: what is frozen in version 1 cannot even be killed.
/// </summary>
/// <param name="File">freezer.state of version 1, or cgroup.freeze of version 2.</param>
/// <param name="Frozen">Or thawed.</param>
public sealed record Freeze(string File, bool Frozen) : Step
{
    /// <inheritdoc/>
    public override string Title => $"{(Frozen ? "freeze" : "thaw")} the cgroup {Path.GetDirectoryName(File)}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
        [$"open({TapeArg.Quote(File)}, O_WRONLY)", $"write(fd, {TapeArg.Quote(Word)}, {Word.Length})",
            $"read({TapeArg.Quote(Told)}), until all have {(Frozen ? "stopped" : "gone on")}"];

    /// <inheritdoc/>
    public override string Man => "cgroups(7)";

    /// <inheritdoc/>
    public override string Lab => "08-cgroups";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => IsV1
        ? [$"until echo {Word} > {ShellWord.Quote(File)} && grep -q {Word} {ShellWord.Quote(File)}; do sleep 0.01; "
            + "done"]
        : [$"echo {Word} > {ShellWord.Quote(File)}",
            $"until grep -q 'frozen {Word}' {ShellWord.Quote(Told)}; do sleep 0.01; done"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoCallTexts =>
        [$"write({TapeArg.Quote(File)}, {TapeArg.Quote(Thawed)}, {Thawed.Length}), if it is there"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoByHand =>
        [$"[ ! -e {ShellWord.Quote(File)} ] || echo {Thawed} > {ShellWord.Quote(File)}"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Places => [File];

    private bool IsV1 => Path.GetFileName(File) == "freezer.state";

    private string Word => Freezer.Word(File, Frozen);

    private string Thawed => Freezer.Word(File, frozen: false);

    private string Told => IsV1 ? File : Path.Combine(Path.GetDirectoryName(File)!, "cgroup.events");

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        Freezer.Set(File, Frozen);
        return null;
    }

    /// <inheritdoc/>
    public override void Undo(StepResult? facts)
    {
        if (System.IO.File.Exists(File))
            Freezer.Set(File, frozen: false);
    }
}
