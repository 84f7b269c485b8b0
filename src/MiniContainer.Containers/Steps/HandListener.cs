// The listener of a filter with SCMP_ACT_NOTIFY, handed to the process that answers (lab 10-privileges;
// seccomp_unotify(2); runtime-spec, "The Container Process State").

using System.Buffers;
using System.Text.Json;
using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Steps;

/// <summary>
/// Fetches a child's listener and sends it to a UNIX socket. What the other side does with it is its affair: there is
/// no undo.
/// </summary>
/// <param name="Child">The child's name in the plan.</param>
/// <param name="Descriptor">The child's descriptor.</param>
/// <param name="ListenerPath">The socket.</param>
/// <param name="State">The container.</param>
/// <param name="Status">Its status.</param>
public sealed record HandListener(string Child, int Descriptor, string ListenerPath, HookState State, string Status)
    : Step, IOfChild
{
    /// <summary>What config.json has the other side told; null for nothing.</summary>
    public string? Metadata { get; init; }

    /// <summary>The container's first process, where the child is another one; null where it is that.</summary>
    public int? Init { get; init; }

    /// <inheritdoc/>
    public override string Title => $"hand the seccomp listener to {ListenerPath}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
    [
        $"pidfd_getfd(PIDFD, {Descriptor}, 0)", $"connect(SOCKET, {{AF_UNIX, {TapeArg.Quote(ListenerPath)}}}, 110)",
        "sendmsg(SOCKET, {[{\"ociVersion\": ..., \"fds\": [\"seccompFd\"], ...}], SCM_RIGHTS=[FD]}, MSG_NOSIGNAL)",
    ];

    /// <inheritdoc/>
    public override string Man => "seccomp_unotify(2)";

    /// <inheritdoc/>
    public override string Lab => "10-privileges";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [": # not by hand: there is no filter, and so no listener"];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        var child = playing.Children[Child];
        using var listener = SeccompListener.Fetch(child.PidFd, Descriptor);
        SeccompListener.Send(ListenerPath, Json(child.Pid), listener);
        return null;
    }

    /// <summary>The container process state as the specification writes it.</summary>
    /// <param name="pid">The process that has the filter.</param>
    public byte[] Json(int pid)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("ociVersion", State.OciVersion);
            json.WriteStartArray("fds");
            json.WriteStringValue("seccompFd");
            json.WriteEndArray();
            json.WriteNumber("pid", pid);
            if (Metadata is { Length: > 0 })
                json.WriteString("metadata", Metadata);
            json.WritePropertyName("state");
            json.WriteRawValue(State.Json(Status, Init ?? pid));
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
