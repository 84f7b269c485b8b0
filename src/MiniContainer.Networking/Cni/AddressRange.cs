// The arithmetic of host-local: which addresses of a network may be given, and which is the next free one. Addresses
// are numbers of 128 bits here; those of IPv4 use the last 32. No files and no kernel: leases are kept elsewhere.
// https://www.cni.dev/plugins/current/ipam/host-local/ Lab: 22-cni. See ip-address(8).

using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MiniContainer.Networking.Cni;

/// <summary>Addresses of one network that may be given to containers.</summary>
/// <param name="Network">The network's own address, all host bits 0.</param>
/// <param name="PrefixLength">Its prefix length.</param>
/// <param name="First">The first address to give.</param>
/// <param name="Last">The last address to give.</param>
/// <param name="Gateway">Never given, wherever it lies.</param>
public sealed record AddressRange(IPAddress Network, int PrefixLength, IPAddress First, IPAddress Last,
    IPAddress Gateway)
{
    /// <summary>Whether it is of IPv6.</summary>
    public bool IsV6 => Network.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>The network with its prefix length: 10.44.0.0/16.</summary>
    public string Subnet => string.Create(CultureInfo.InvariantCulture, $"{Network}/{PrefixLength}");

    /// <summary>Whether an address may be given: between first and last, and not the gateway.</summary>
    /// <param name="address">Of either family.</param>
    public bool Contains(IPAddress address) => address.AddressFamily == Network.AddressFamily
        && Number(address) >= Number(First) && Number(address) <= Number(Last) && !address.Equals(Gateway);

    /// <summary>Whether the network of another range has addresses in common with this one's.</summary>
    /// <param name="other">Of either family.</param>
    public bool Overlaps(AddressRange other) => IsV6 == other.IsV6
        && Number(First) <= Number(other.Last) && Number(other.First) <= Number(Last);

    /// <summary>
    /// The next free address after the one given last, then from the start again; null when all are used.
    /// </summary>
    /// <param name="used">Addresses in use, of this network or others.</param>
    /// <param name="last">
    /// The address given last, so that one just freed is not given again at once; null for none.
    /// </param>
    public IPAddress? Next(IReadOnlySet<IPAddress> used, IPAddress? last)
    {
        var first = Number(First);
        var size = Number(Last) - first + 1;
        var begin = last is not null && last.AddressFamily == Network.AddressFamily && Number(last) >= first
            && Number(last) <= Number(Last)
            ? Number(last) - first + 1
            : 0;

        // Ends early: at most every used address and the gateway are passed over.
        for (UInt128 i = 0; i < size; i++)
        {
            var candidate = Address(first + ((begin + i) % size), IsV6);
            if (!candidate.Equals(Gateway) && !used.Contains(candidate))
            {
                return candidate;
            }
        }

        return null;
    }

    /// <summary>An address as a number.</summary>
    /// <param name="address">Of either family.</param>
    public static UInt128 Number(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        var length = address.AddressFamily == AddressFamily.InterNetworkV6 ? 16 : 4;
        return address.TryWriteBytes(bytes[(16 - length)..], out var written) && written == length
            ? BinaryPrimitives.ReadUInt128BigEndian(bytes)
            : throw new ArgumentException("an address has 4 or 16 bytes", nameof(address));
    }

    /// <summary>A number as an address.</summary>
    /// <param name="number">As <see cref="Number"/> gives it.</param>
    /// <param name="v6">Of IPv6, or of IPv4.</param>
    public static IPAddress Address(UInt128 number, bool v6)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return new IPAddress(v6 ? bytes : bytes[12..]);
    }
}
