// Lets the process of a created container execute its command, from a later minic than the one that made it
// (lab 12-oci; runtime-spec, "start"; fifo(7)).

using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Steps;

/// <summary>
/// Writes a byte to the named pipe on which a created container waits, and reads from its tape what came of it.
/// </summary>
/// <param name="StartFifo">The pipe on which it waits.</param>
/// <param name="StatusFifo">A pipe that it holds open until it executes.</param>
/// <param name="TapePath">Its tape.</param>
public sealed record StartInit(string StartFifo, string StatusFifo, string TapePath) : Step
{
    /// <inheritdoc/>
    public override string Title => "let the created container execute its command";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
        [$"open({TapeArg.Quote(StartFifo)}, O_WRONLY|O_NONBLOCK)", "write(fd, \"s\", 1)"];

    /// <inheritdoc/>
    public override string Man => "fifo(7)";

    /// <inheritdoc/>
    public override string Lab => "12-oci";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Command);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => 
    [
        $"exec 3< {ShellWord.Quote(StatusFifo)}", $"echo s > {ShellWord.Quote(StartFifo)}",
        "cat <&3 # until the container closes it, by executing its command",
    ];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        Fifo.Signal(StartFifo, StatusFifo);
        if (TapeFile.Failure(TapePath) is { } failure)
            throw failure;
        return null;
    }
}
