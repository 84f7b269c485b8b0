// --pidfd-socket: the caller gets a descriptor that means the process itself, and not a later one with its number
// (lab 12-oci; pidfd_open(2), unix(7)).

using System.Text;
using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Steps;

/// <summary>Sends a child's pidfd to a UNIX socket. What the other side does with it is its affair: there is no
/// undo.</summary>
/// <param name="Child">The child's name in the plan.</param>
/// <param name="SocketPath">The socket.</param>
/// <param name="Kind">What the message says: "standard" for a first process, "setns" for a further one, as runc has
/// it.</param>
public sealed record HandPidFd(string Child, string SocketPath, string Kind) : Step, IOfChild
{
    /// <inheritdoc/>
    public override string Title => $"send the pidfd of {Child} to {SocketPath}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
        [$"connect(SOCKET, {{AF_UNIX, {TapeArg.Quote(SocketPath)}}}, 110)",
            $"sendmsg(SOCKET, {{[{TapeArg.Quote(Kind)}], SCM_RIGHTS=[PIDFD]}}, MSG_NOSIGNAL)"];

    /// <inheritdoc/>
    public override string Man => "pidfd_open(2)";

    /// <inheritdoc/>
    public override string Lab => "12-oci";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Namespaces);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [": # not by hand: no shell tool sends a descriptor over a socket"];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        DescriptorSocket.Send(Title, SocketPath, Encoding.ASCII.GetBytes(Kind), playing.Children[Child].PidFd,
            "--pidfd-socket names a UNIX socket on which a program listens: start that first.");
        return null;
    }
}
