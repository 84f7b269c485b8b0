// The sockets that `lab serve` is started with: descriptors 3 and up, opened by its parent (ListenOn.cs;
// sd_listen_fds(3)).

using System.Net.Sockets;

namespace MiniContainer.Labs.Worlds;

/// <summary>Takes over listening sockets.</summary>
internal static class InheritedSockets
{
    /// <summary>Those that this process was started with: descriptors 3 and up.</summary>
    public static IReadOnlyList<Socket> Inherited(int count) =>
        [.. Enumerable.Range(3, count).Select(fd => new Socket(new SafeSocketHandle(fd, ownsHandle: true)))];
}
