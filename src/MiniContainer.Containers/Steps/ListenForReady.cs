// Where the container's command says that it is ready, if an init system waits for that (lab 12-oci; sd_notify(3)).

using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Steps;

/// <summary>Makes the notification socket that a container sees, and keeps it as the descriptor "notify"; the undo
/// removes it.</summary>
/// <param name="Directory">Its directory, which is bound into the container.</param>
public sealed record ListenForReady(string Directory) : Step
{
    /// <summary>The descriptor's name in the play.</summary>
    public const string Descriptor = "notify";

    private string Socket => Path.Combine(Directory, NotifySocket.FileName);

    /// <inheritdoc/>
    public override string Title => $"listen on {Socket}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
        ["socket(AF_UNIX, SOCK_DGRAM|SOCK_CLOEXEC, 0)", $"bind(fd, {{AF_UNIX, {TapeArg.Quote(Socket)}}}, 110)",
            $"chmod({TapeArg.Quote(Socket)}, 0777)"];

    /// <inheritdoc/>
    public override string Man => "sd_notify(3)";

    /// <inheritdoc/>
    public override string Lab => "12-oci";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.State);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [": # not by hand: a shell has no datagram sockets"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoCallTexts => [$"unlink({TapeArg.Quote(Socket)})"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoByHand => [$"rm -f {ShellWord.Quote(Socket)}"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Places => [Socket];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        playing.Own(Descriptor, NotifySocket.Listen(Directory));
        return null;
    }

    /// <inheritdoc/>
    public override void Undo(StepResult? facts) => Knob.Remove(Socket);
}
