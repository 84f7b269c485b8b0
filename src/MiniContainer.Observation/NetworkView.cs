// What rtnetlink shows of a network namespace, as data from which lines and pictures are drawn. What the kernel adds by
// itself, link-local addresses and their routes, is left out: it comes when it likes (rtnetlink(7), ip(8)).

using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using MiniContainer.Kernel.Netlink;

namespace MiniContainer.Observation;

/// <summary>The links, addresses, routes and neighbours of a network namespace.</summary>
public sealed record NetworkView
{
    /// <summary>The links.</summary>
    public required IReadOnlyList<Link> Links { get; init; }

    /// <summary>The addresses of all of them.</summary>
    public required IReadOnlyList<Address> Addresses { get; init; }

    /// <summary>The routes of IPv4, then those of IPv6.</summary>
    public required IReadOnlyList<Route> Routes { get; init; }

    /// <summary>The neighbours that a user entered: the kernel learns the others, and forgets them.</summary>
    public required IReadOnlyList<Neighbour> Neighbours { get; init; }

    /// <summary>Looks at a network namespace; null for our own.</summary>
    /// <exception cref="Kernel.MinicException">It cannot be looked at.</exception>
    public static NetworkView Of(SafeFileHandle? netns)
    {
        using var kernel = netns is null ? RtNetlink.Open() : RtNetlink.OpenIn(netns);
        return new NetworkView
        {
            Links = [.. kernel.ListLinks()],
            Addresses = [.. kernel.ListAddresses().Where(a => !OfTheKernel(a.Local))],
            Routes = [.. kernel.ListRoutes(AddressFamily.InterNetwork)
                .Concat(kernel.ListRoutes(AddressFamily.InterNetworkV6))
                .Where(r => !OfTheKernel(r.Destination.BaseAddress))],
            Neighbours = [.. kernel.ListNeighbours().Where(n => n.IsPermanent)],
        };
    }

    private static bool OfTheKernel(IPAddress address) => address.IsIPv6LinkLocal || address.IsIPv6Multicast;
}
