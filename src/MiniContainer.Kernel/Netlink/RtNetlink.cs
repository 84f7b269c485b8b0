// The door to Linux networking: links, addresses, routes and neighbours, through a NETLINK_ROUTE socket. Each method is
// one message to the kernel; its comment names the `ip` command that sends the same. The messages are written by hand
// so that they can be read: see NetlinkMessage.cs for their form, and RtNetlink.Links.cs, .Addresses.cs, .Routes.cs,
// .Neighbours.cs for their content. See rtnetlink(7), ip(8).

using System.Globalization;
using System.Net.NetworkInformation;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MiniContainer.Kernel.Netlink;

/// <summary>A conversation with the kernel about one network namespace; for one thread at a time.</summary>
/// <remarks>
/// What fails throws <see cref="MinicException"/>: its <see cref="MinicException.Call"/> names the message and its
/// attributes, its text ends with the kernel's own. Methods that begin with Try are for undoing: they return false
/// where there is nothing to undo, and may be called again.
/// </remarks>
public sealed partial class RtNetlink : IDisposable
{
    private const int MostDumps = 20;
    private readonly NetlinkSocket socket;

    private RtNetlink(NetlinkSocket socket) => this.socket = socket;

    /// <summary>Opens a socket in the calling thread's network namespace, where it stays for life.</summary>
    public static RtNetlink Open() => new(NetlinkSocket.Open());

    /// <summary>Opens a socket in another network namespace; the calling thread is back in its own on return.</summary>
    /// <param name="netns">The namespace, as <see cref="NetworkNamespace.Open"/> gives it.</param>
    public static RtNetlink OpenIn(SafeHandle netns) => NetworkNamespace.Run(netns, Open);

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    /// <summary>A handle of the network namespace that this socket speaks for.</summary>
    public SafeFileHandle Namespace() => socket.Namespace();

    private void Change(NetlinkMessage message, string doing, string call)
    {
        var answer = socket.Transact(message);
        if (answer.Errno != 0) throw MinicException.FromErrno(doing, call, answer.Errno, answer.KernelText);
    }

    // Undoing: true if it was there, false if the kernel says that it was not.
    private bool TryChange(NetlinkMessage message, string doing, string call, params ReadOnlySpan<int> goneErrnos)
    {
        var answer = socket.Transact(message);
        if (answer.Errno == 0) return true;
        if (goneErrnos.Contains(answer.Errno)) return false;
        throw MinicException.FromErrno(doing, call, answer.Errno, answer.KernelText);
    }

    private delegate T? Parser<T>(ReadOnlySpan<byte> body);

    // The kernel marks a dump during which the table changed; such a one is asked for again.
    private List<T> Dump<T>(NetlinkMessage message, string doing, string call, Parser<T> parse)
        where T : class
    {
        for (var attempt = 0; attempt < MostDumps; attempt++)
        {
            var found = new List<T>();
            var answer = socket.Transact(message, (_, body) =>
            {
                if (parse(body) is { } item) found.Add(item);
            });
            if (answer.Interrupted) continue;
            return answer.Errno == 0
                ? found
                : throw MinicException.FromErrno(doing, call, answer.Errno, answer.KernelText);
        }

        throw new MinicException(
            doing, $"{call}: the table changed during each of {MostDumps} attempts to read it", "Try again.");
    }

    private int IndexOf(string name, string doing)
    {
        var (link, answer) = Look(name);
        return link?.Index
            ?? throw MinicException.FromErrno(
                doing, $"RTM_GETLINK(ifname=\"{name}\")", answer.Errno, answer.KernelText);
    }

    private (Link? Link, NetlinkSocket.Answer Answer) Look(string name)
    {
        Link? link = null;
        var answer = socket.Transact(GetLinkMessage(name), (_, body) => link = ParseLink(body));
        return (link, answer);
    }

    private Dictionary<int, string> NamesByIndex() => ListLinks().ToDictionary(link => link.Index, link => link.Name);

    // An attribute in the text of an error: , mtu=1400
    private static string Show(object? value, string attribute) => value switch
    {
        null => "",
        string => $", {attribute}=\"{value}\"",
        PhysicalAddress mac => $", {attribute}={Text(mac)}",
        _ => $", {attribute}={value}",
    };

    private static string Text(PhysicalAddress mac) =>
        string.Join(':', mac.GetAddressBytes().Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));
}
