// What a container adds to the nft table: elements of its sets and maps, in one transaction, and out in another.
// Labs 15-nat, 16-ports; nft(8), "SETS", "MAPS".

using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Networking.Steps;

/// <summary>An element of a set or map of <see cref="NatTable"/>.</summary>
/// <param name="Set">Its set: "ports4".</param>
/// <param name="Key">"tcp . 8080".</param>
/// <param name="Value">What a map has for it: "10.44.0.2 . 80"; null in a set.</param>
public sealed record NatElement(string Set, string Key, string? Value = null)
{
    /// <summary>As nft(8) writes it: "ports4 { tcp . 8080 : 10.44.0.2 . 80 }".</summary>
    public override string ToString() => $"{NatTable.Name} {Set} {{ {Key}{(Value is null ? "" : $" : {Value}")} }}";
}

/// <summary>Adds elements to the nft table; the undo removes them.</summary>
/// <param name="What">What they do: "masquerade 10.44.0.2".</param>
/// <param name="Elements">The elements.</param>
public sealed record AddElements(string What, IReadOnlyList<NatElement> Elements) : Step
{
    /// <inheritdoc/>
    public override string Title => What;

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts => [.. Elements.Select(e => $"add element {e}")];

    /// <inheritdoc/>
    public override string Man => "nft(8)";

    /// <inheritdoc/>
    public override string Lab => Elements.Any(e => e.Value is not null) ? "16-ports" : "15-nat";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => ["nft -f - <<'EOF'", .. CallTexts, "EOF"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoCallTexts => Removal(Elements).Split('\n');

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoByHand =>
        [$"! nft list chain {NatTable.Name} postrouting >/dev/null 2>&1 || nft -f - <<'EOF'",
            .. Removal(Elements).Split('\n'), "EOF"];

    /// <inheritdoc/>
    public override bool ChangesRules => true;

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        try
        {
            Nftables.Run(string.Join('\n', CallTexts));
        }
        catch (MinicException e) when (Nftables.IsExists(e))
        {
            throw new MinicException(What,
                $"one of these ports is published by another container already ({string.Join("; ", Taken())})",
                "Choose another host port, or publish it on another of the host's addresses.", inner: e);
        }

        return null;
    }

    /// <inheritdoc/>
    public override void Undo(StepResult? facts)
    {
        try
        {
            _ = Nftables.TryRun(Removal(Elements));
        }
        catch (MinicException e) when (Nftables.IsExists(e))
        {
            // One of the keys now leads to another container: that one stays, and the others go each by itself.
            foreach (var element in Elements)
                RemoveIfOurs(element);
        }
    }

    private static void RemoveIfOurs(NatElement element)
    {
        try
        {
            _ = Nftables.TryRun(Removal([element]));
        }
        catch (MinicException e) when (Nftables.IsExists(e))
        {
        }
    }

    // Adding first what is to be deleted makes the deletion succeed whether it was there or not; `destroy`, which says
    // the same, is younger than the nft of Debian 12. No packet meets the addition: both are one transaction.
    private static string Removal(IReadOnlyList<NatElement> elements) =>
        string.Join('\n',
            [.. elements.Select(e => $"add element {e}"), .. elements.Select(e => $"delete element {e}")]);

    // Only after a failure: which of our keys are there with another value.
    private IEnumerable<string> Taken() =>
        from set in Elements.Where(e => e.Value is not null).GroupBy(e => e.Set)
        let there = Nftables.TryList($"map {NatTable.Name} {set.Key}") ?? ""
        from element in set
        where there.Contains($"{element.Key} : ", StringComparison.Ordinal)
        && !there.Contains($"{element.Key} : {element.Value}", StringComparison.Ordinal)
        select element.Key.Replace(" . ", " ", StringComparison.Ordinal);
}
