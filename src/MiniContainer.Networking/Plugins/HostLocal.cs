// The IPAM plugin host-local. Which addresses an attachment gets: one of each set of ranges, those that it asks for or
// the next free ones. Lab 22-cni; https://www.cni.dev/plugins/current/ipam/host-local/.

using System.Globalization;
using System.Net;
using MiniContainer.Kernel;
using MiniContainer.Networking.Cni;
using MiniContainer.Networking.Steps;
using MiniContainer.Plans;

namespace MiniContainer.Networking;

/// <summary>An address that was chosen.</summary>
/// <param name="Address">The address.</param>
/// <param name="Range">The range that it is of.</param>
/// <param name="Set">The number of the range's set, from 0.</param>
internal sealed record ChosenAddress(IPAddress Address, AddressRange Range, int Set)
{
    /// <summary>With its prefix length: "10.44.0.2/16".</summary>
    public string Cidr => string.Create(CultureInfo.InvariantCulture, $"{Address}/{Range.PrefixLength}");
}

/// <summary>Gives addresses.</summary>
internal static class HostLocal
{
    /// <summary>The addresses of an attachment; none on a network without IPAM.</summary>
    /// <exception cref="MinicException">A set has none left, or an address that is asked for cannot be had.</exception>
    public static IReadOnlyList<ChosenAddress> Choose(NetworkConfig config, Attachment attachment, NetworkFacts facts)
    {
        var wanted = attachment.Ips.Select(text => Asked(config, text)).ToList();
        var chosen = new List<ChosenAddress>();
        foreach (var (set, i) in config.RangeSets.Select((set, i) => (set, i)))
        {
            // A kernel without IPv6: the other half of a dual stack works all the same.
            if (!facts.HasIPv6 && set.Ranges[0].IsV6 && config.RangeSets.Any(s => !s.Ranges[0].IsV6))
                continue;
            chosen.Add(wanted.Find(ip => set.Find(ip) is not null) is { } asked
                ? TakeAsked(config, set, i, asked, facts) : TakeNext(config, set, i, facts));
        }

        if (wanted.Find(ip => !chosen.Any(c => c.Address.Equals(ip))) is { } left)
            throw new MinicException($"give {left} to {attachment.ContainerId}",
                $"the network {config.Name} does not have it to give, or another one of its range is asked for too",
                $"Ask for one address of each: {Subnets(config)}.");
        return chosen;
    }

    /// <summary>The steps that make the chosen addresses ours; none on a network without IPAM.</summary>
    public static IEnumerable<Step> Steps(HostLocalConfig? ipam, Chain chain)
    {
        var (facts, addresses) = (chain.Facts, chain.Addresses);
        if (addresses.Count == 0)
            yield break;
        var directory = Path.Combine(facts.Networks, chain.Network.Name);
        var leases = NetworkFacts.LeasesOf(facts.Networks, chain.Network);
        if (ipam?.DataDir is not null)
        {
            yield return new MakeLeases(directory, leases)
            {
                Why = "The configuration keeps its leases there, where other programs may have theirs.",
            };
        }

        yield return new LeaseAddresses(facts.Networks, leases, chain.Attachment.ContainerId, chain.Attachment.IfName,
            [.. addresses.Select(a => new LeasedAddress(a.Address.ToString(), a.Set))])
        {
            Why = "A file that only one can make says whose an address is; from here on others may choose theirs.",
        };
    }

    private static ChosenAddress TakeNext(NetworkConfig config, RangeSet set, int number, NetworkFacts facts)
    {
        if (set.Next(facts.Leased, facts.Last.ElementAtOrDefault(number)) is { } next)
            return new ChosenAddress(next.Address, next.Range, number);
        var count = facts.Leased.Count(ip => set.Find(ip) is not null);
        throw new MinicException(
            $"lease an address of the network {config.Name}",
            $"all {count} addresses of "
                + $"{string.Join(", ", set.Ranges.Select(r => $"{r.Subnet} ({r.First} to {r.Last})"))} are in use",
            "Delete containers, let minic gc free what killed runs left, or give the network a larger range; the "
                + $"leases are in {NetworkFacts.LeasesOf(facts.Networks, config)}.");
    }

    private static ChosenAddress TakeAsked(NetworkConfig config, RangeSet set, int number, IPAddress address,
        NetworkFacts facts) =>
        facts.Leased.Contains(address)
            ? throw new MinicException($"lease {address} of the network {config.Name}", "it is in use",
                $"Ask for another address; {NetworkFacts.LeasesOf(facts.Networks, config)}/{address} says whose it is.")
            : new ChosenAddress(address, set.Find(address)!, number);

    private static IPAddress Asked(NetworkConfig config, string text) =>
        RangeReader.TryAddress(text.Split('/')[0], out var address)
            ? address
            : throw new MinicException("read the addresses that are asked for", $"\"{text}\" is no address",
                $"Write one of {Subnets(config)}.");

    private static string Subnets(NetworkConfig config) =>
        string.Join(", ", config.RangeSets.SelectMany(s => s.Ranges).Select(r => r.Subnet));
}
