// What goes down the chain of a network's plugins: what each must know, the result of those before it (CNI's
// prevResult), and the steps that all of them have planned so far. A step of one may have to come before those of
// another, so they are gathered by where they belong (lab 22-cni).

using System.Net;
using MiniContainer.Networking.Cni;
using MiniContainer.Networking.Steps;
using MiniContainer.Plans;

namespace MiniContainer.Networking;

/// <summary>The plan of an attachment while its plugins add to it.</summary>
/// <param name="network">The network.</param>
/// <param name="attachment">Who is attached, and how.</param>
/// <param name="facts">The machine.</param>
internal sealed class Chain(NetworkConfig network, Attachment attachment, NetworkFacts facts)
{
    private readonly List<NatElement> elements = [];
    private readonly List<string> does = [];
    private readonly List<string> why = [];

    /// <summary>The network.</summary>
    public NetworkConfig Network { get; } = network;

    /// <summary>Who is attached, and how.</summary>
    public Attachment Attachment { get; } = attachment;

    /// <summary>The machine.</summary>
    public NetworkFacts Facts { get; } = facts;

    /// <summary>The result of the plugins so far.</summary>
    public Result Result { get; set; } = new() { CniVersion = network.CniVersion };

    /// <summary>The addresses that IPAM has given.</summary>
    public IReadOnlyList<ChosenAddress> Addresses { get; set; } = [];

    /// <summary>The same without the ranges that they are of.</summary>
    public IReadOnlyList<IPAddress> Ips => [.. Addresses.Select(a => a.Address)];

    /// <summary>Steps about what containers share, before all others.</summary>
    public List<Step> Shared { get; } = [];

    /// <summary>Steps of this container's own that need no namespace of it.</summary>
    public List<Step> Own { get; } = [];

    /// <summary>The same, once addresses are translated.</summary>
    public List<Step> Translated { get; } = [];

    /// <summary>Steps that need its namespace.</summary>
    public List<Step> Inside { get; } = [];

    /// <summary>Whether a plugin of this type is in the list.</summary>
    public bool Has(string type) => Network.Plugins.Any(plugin => plugin.Type == type);

    /// <summary>
    /// Adds elements of the nft table. Those of all plugins go in as one transaction: to take elements out costs the
    /// kernel 12 ms each time.
    /// </summary>
    /// <param name="what">What they do: "masquerade 10.44.0.2".</param>
    /// <param name="reason">Why: a sentence.</param>
    /// <param name="added">The elements.</param>
    public void Translate(string what, string reason, IEnumerable<NatElement> added)
    {
        elements.AddRange(added);
        does.Add(what);
        why.Add(reason);
    }

    /// <summary>All steps in the order of play, and the last plugin's result.</summary>
    public PlannedAttachment Planned()
    {
        Step[] translation = does.Count == 0
            ? [] : [new AddElements(string.Join("; ", does), elements) { Why = string.Join(" ", why) }];
        return new PlannedAttachment([.. Shared, .. Own, .. translation, .. Translated], Inside, Result);
    }
}
