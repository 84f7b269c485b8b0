// Ranges out of which an attachment gets one address; several sets give several addresses, one of IPv4 and one of IPv6
// for a dual stack. https://www.cni.dev/plugins/current/ipam/host-local/

using System.Net;

namespace MiniContainer.Networking.Cni;

/// <summary>Ranges of one family, used one after the other.</summary>
/// <param name="Ranges">One or more.</param>
public sealed record RangeSet(IReadOnlyList<AddressRange> Ranges)
{
    /// <summary>
    /// The next free address and its range, going on in the range of the last; null when all are used.
    /// </summary>
    /// <param name="used">Addresses in use.</param>
    /// <param name="last">The address given last; null for none.</param>
    public (IPAddress Address, AddressRange Range)? Next(IReadOnlySet<IPAddress> used, IPAddress? last)
    {
        var begin = last is null ? 0 : Math.Max(0, Ranges.ToList().FindIndex(range => range.Contains(last)));
        for (var i = 0; i < Ranges.Count; i++)
        {
            var range = Ranges[(begin + i) % Ranges.Count];
            if (range.Next(used, i == 0 ? last : null) is { } address)
            {
                return (address, range);
            }
        }

        return null;
    }

    /// <summary>The range that an address belongs to, or null.</summary>
    /// <param name="address">Asked for by the user, say.</param>
    public AddressRange? Find(IPAddress address) => Ranges.FirstOrDefault(range => range.Contains(address));
}
