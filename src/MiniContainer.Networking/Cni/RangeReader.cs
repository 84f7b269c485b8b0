// From the text of ranges in a configuration to addresses, with every rule of host-local that it breaks: a network with
// host bits, a gateway outside, a range the wrong way round, a network too small, ranges that overlap.

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MiniContainer.Documents;

namespace MiniContainer.Networking.Cni;

/// <summary>Reads the ranges of a host-local configuration.</summary>
internal static class RangeReader
{
    /// <summary>The sets of ranges; the old form is a first set of one range.</summary>
    public static IReadOnlyList<RangeSet> Read(HostLocalConfig ipam, string path, Problems problems)
    {
        var sets = new List<RangeSet>();
        if (ipam.Subnet is not null)
        {
            var flat = new RangeConfig(ipam.Subnet, ipam.RangeStart, ipam.RangeEnd, ipam.Gateway);
            AddSet(sets, [ReadRange(flat, path, problems)], path, problems);
        }

        foreach (var (set, i) in (ipam.Ranges ?? []).Select((set, i) => (set, i)))
        {
            var at = $"{path}.ranges[{i}]";
            if (set.Count == 0)
            {
                problems.Add(at, "the set of ranges is empty", "Add a range: {\"subnet\": \"10.44.0.0/16\"}.");
            }

            AddSet(sets, [.. set.Select((range, j) => ReadRange(range, $"{at}[{j}]", problems))], at, problems);
        }

        if (ipam.Subnet is null && ipam.Ranges is not { Count: > 0 })
        {
            problems.Add(path, "there is no range of addresses", "Add \"ranges\": [[{\"subnet\": \"10.44.0.0/16\"}]].");
        }

        return sets;
    }

    private static void AddSet(List<RangeSet> sets, AddressRange?[] ranges, string path, Problems problems)
    {
        var set = ranges.OfType<AddressRange>().ToList();
        if (set.Select(range => range.IsV6).Distinct().Count() > 1)
        {
            problems.Add(path, "a set has ranges of IPv4 and of IPv6",
                "Give each family a set of its own; an attachment gets an address of each set.");
        }

        foreach (var range in set)
        {
            var before = set.TakeWhile(other => other != range).Concat(sets.SelectMany(other => other.Ranges));
            if (before.FirstOrDefault(range.Overlaps) is { } other)
            {
                problems.Add(path, $"the range {range.First} to {range.Last} overlaps {other.First} to {other.Last}",
                    "Make them disjoint.");
            }
        }

        if (set.Count > 0)
        {
            sets.Add(new RangeSet(set));
        }
    }

    private static AddressRange? ReadRange(RangeConfig range, string path, Problems problems)
    {
        if (ReadSubnet(range.Subnet, $"{path}.subnet", problems) is not var (network, length))
        {
            return null;
        }

        var v6 = network.AddressFamily == AddressFamily.InterNetworkV6;
        var low = AddressRange.Number(network);
        var high = low | (~UInt128.Zero >> (128 - ((v6 ? 128 : 32) - length)));

        // IPv4 broadcasts to the last address; IPv6 has no broadcast.
        var first = ReadAddress(range.RangeStart, low + 1, $"{path}.rangeStart");
        var last = ReadAddress(range.RangeEnd, v6 ? high : high - 1, $"{path}.rangeEnd");
        var gateway = ReadAddress(range.Gateway, low + 1, $"{path}.gateway");
        if (first is null || last is null || gateway is null)
        {
            return null;
        }

        if (first.Value > last.Value)
        {
            problems.Add($"{path}.rangeStart", $"{range.RangeStart} comes after the range's end",
                "Exchange rangeStart and rangeEnd.");
            return null;
        }

        if (first == last && first == gateway)
        {
            problems.Add(path, "the range's only address is the gateway's",
                "Make the range larger, or move the gateway.");
        }

        return new AddressRange(network, length, AddressRange.Address(first.Value, v6),
            AddressRange.Address(last.Value, v6), AddressRange.Address(gateway.Value, v6));

        UInt128? ReadAddress(string? text, UInt128 otherwise, string at)
        {
            if (text is null)
            {
                return otherwise;
            }

            if (!TryAddress(text, out var address))
            {
                problems.Add(at, $"\"{text}\" is no address", $"Write one of {range.Subnet}.");
                return null;
            }

            var number = AddressRange.Number(address);
            if (address.AddressFamily != network.AddressFamily || number < low || number > high)
            {
                problems.Add(at, $"{text} is outside of {range.Subnet}",
                    "Choose an address inside, or a larger network.");
                return null;
            }

            if (number == low || (!v6 && number == high))
            {
                problems.Add(at, $"{text} is the network's {(number == low ? "own" : "broadcast")} address",
                    "Choose another one.");
                return null;
            }

            return number;
        }
    }

    private static (IPAddress Network, int Length)? ReadSubnet(string text, string path, Problems problems)
    {
        var parts = text.Split('/');
        if (parts.Length != 2 || !TryAddress(parts[0], out var address)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            problems.Add(path, $"\"{text}\" is no network", "Write it like 10.44.0.0/16 or fd00:44::/64.");
            return null;
        }

        var bits = address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32;
        if (length > bits || length == 0)
        {
            problems.Add(path, $"a prefix length of {length} is out of range",
                $"It lies between 1 and {bits - 2} here.");
            return null;
        }

        if (length > bits - 2)
        {
            problems.Add(path, $"{text} has no address to give",
                $"Choose a /{bits - 2} or larger: one address is the gateway's.");
            return null;
        }

        var mask = ~UInt128.Zero << (bits - length);
        var number = AddressRange.Number(address);
        if ((number & ~mask) != 0)
        {
            problems.Add(path, $"{text} has host bits set",
                $"Did you mean {AddressRange.Address(number & mask, bits == 128)}/{length}?");
            return null;
        }

        return (address, length);
    }

    // IPAddress.TryParse takes "10" and "0x0a.1" for addresses too, as inet_aton(3) does; a configuration means none of
    // those.
    internal static bool TryAddress(string text, out IPAddress address) =>
        IPAddress.TryParse(text, out address!) && (address.AddressFamily == AddressFamily.InterNetworkV6
            ? !text.Contains('%', StringComparison.Ordinal) && !text.Contains('[', StringComparison.Ordinal)
            : address.ToString() == text);
}
