// Firewalls of others that drop what is forwarded. minic says so and leaves them alone: they are there on purpose, and
// an accept of one table does not overrule another's drop. Lab 19-packet; nft(8), libnftables-json(5).

using System.Text.Json;
using MiniContainer.Kernel;

namespace MiniContainer.Networking.Steps;

/// <summary>Finds chains that drop what is forwarded unless one of their rules accepts it.</summary>
internal static class ForwardPolicy
{
    /// <summary>The chains, as nft(8) names them: "ip filter FORWARD".</summary>
    /// <remarks>Those of iptables-legacy are not nft's, and not seen.</remarks>
    public static IReadOnlyList<string> Dropping()
    {
        try
        {
            return Nftables.TryList("chains", json: true) is { Length: > 0 } json ? Dropping(json) : [];
        }
        catch (MinicException)
        {
            // Another program's rules may be of a kind that this libnftables cannot print; that is no reason to fail.
            return [];
        }
    }

    /// <summary>The same of nft's own listing.</summary>
    /// <param name="json">What <c>nft -j list chains</c> prints.</param>
    public static IReadOnlyList<string> Dropping(string json)
    {
        using var document = JsonDocument.Parse(json);
        var chains = new List<string>();
        foreach (var item in document.RootElement.GetProperty("nftables").EnumerateArray())
        {
            if (item.TryGetProperty("chain", out var chain) && Is(chain, "hook", "forward")
                && Is(chain, "policy", "drop")
                && !Is(chain, "family", "bridge"))
                chains.Add($"{chain.GetProperty("family")} {chain.GetProperty("table")} {chain.GetProperty("name")}");
        }

        return chains;
    }

    /// <summary>What to say of such a chain.</summary>
    /// <param name="chain">"ip filter FORWARD".</param>
    /// <param name="bridge">The network's bridge.</param>
    public static string Warning(string chain, string bridge) =>
        $"the nft chain {chain} drops what is forwarded unless one of its rules accepts it, so containers may reach "
        + $"nothing beyond this host, and published ports may not answer. To let them through: nft insert rule {chain} "
        + $"iifname {bridge} accept, and the same with oifname";

    private static bool Is(JsonElement chain, string property, string value) =>
        chain.TryGetProperty(property, out var text) && text.ValueKind == JsonValueKind.String
        && text.ValueEquals(value);
}
