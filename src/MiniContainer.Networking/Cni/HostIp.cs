// The address of the host on which a port is published: what it can be, and what it can never be.
// Lab 16-ports; https://www.cni.dev/plugins/current/meta/portmap/.

using System.Net;
using System.Net.Sockets;
using MiniContainer.Networking.Cni;

namespace MiniContainer.Networking;

/// <summary>Reads the address of the host on which a port is published.</summary>
public static class HostIp
{
    /// <summary>What to do instead.</summary>
    public const string Hint = "Write an address of this host, or none for all of them.";

    /// <summary>Why nothing can ever come to an address; null if something can.</summary>
    /// <param name="text">The address as it was written.</param>
    public static string? Problem(string text)
    {
        if (!RangeReader.TryAddress(text, out var written))
            return $"\"{text}\" is no address";
        var address = Plain(written);
        if (address.Equals(IPAddress.IPv6Loopback))
            return $"{text} cannot lead to a container: what goes there never leaves the host's own lo";
        if (address.IsIPv6Multicast)
            return $"{text} is a multicast address, which no host has for its own";
        return address.AddressFamily == AddressFamily.InterNetwork
            ? Problem(text, address.GetAddressBytes()[0], address) : null;
    }

    /// <summary>The address; null for all addresses of all families. IPv4 in the form of IPv6 is IPv4.</summary>
    /// <param name="text">A text without <see cref="Problem(string)"/>, or none.</param>
    internal static IPAddress? Read(string? text) => string.IsNullOrEmpty(text) ? null : Plain(IPAddress.Parse(text));

    /// <summary>Whether it stands for all addresses of its family.</summary>
    internal static bool IsAll(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static string? Problem(string text, byte first, IPAddress address) => first switch
    {
        0 when !address.Equals(IPAddress.Any) => $"{text} is reserved, and no host's address",
        >= 224 and < 240 => $"{text} is a multicast address, which no host has for its own",
        >= 240 => $"{text} is reserved or a broadcast address, and no host's own",
        _ => null,
    };

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
