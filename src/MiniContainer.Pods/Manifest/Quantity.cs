// Amounts as Kubernetes writes them: 100Mi is binary, 100M decimal, 500m thousandths, 1e3 a thousand.
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/

using System.Globalization;
using MiniContainer.Documents;

namespace MiniContainer.Pods.Manifest;

/// <summary>Reads Kubernetes' quantities.</summary>
public static class Quantity
{
    private static readonly (string Suffix, decimal Factor)[] Suffixes =
    [
        ("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("Ti", 1L << 40), ("Pi", 1L << 50), ("Ei", 1L << 60),
        ("n", 0.000000001m), ("u", 0.000001m), ("m", 0.001m),
        ("k", 1e3m), ("M", 1e6m), ("G", 1e9m), ("T", 1e12m), ("P", 1e15m), ("E", 1e18m),
    ];

    /// <summary>The amount, or null if the text is no quantity, or more than 2^63.</summary>
    /// <param name="text">"100Mi", "0.5", "500m", "1e3".</param>
    public static decimal? Parse(string text)
    {
        var (suffix, factor) = Suffixes.FirstOrDefault(row => text.EndsWith(row.Suffix, StringComparison.Ordinal));
        var digits = suffix is null ? text : text[..^suffix.Length];

        // An exponent and a suffix exclude each other.
        var style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint
            | (suffix is null ? NumberStyles.AllowExponent : NumberStyles.None);
        if (!decimal.TryParse(digits, style, CultureInfo.InvariantCulture, out var number)
            || Math.Abs(number) > long.MaxValue)
        {
            return null;
        }

        number *= suffix is null ? 1 : factor;
        return Math.Abs(number) <= long.MaxValue ? number : null;
    }

    /// <summary>
    /// The quantity of a field; null where not given, after the problem has been added, and for 0, which sets nothing
    /// in Kubernetes.
    /// </summary>
    public static decimal? Read(YamlMap map, string field)
    {
        var amount = map.Parsed(field, Parse, "quantity", "Write it like 100Mi, 1G, 0.5 or 500m.");
        if (amount >= 0)
        {
            return amount == 0 ? null : amount;
        }

        if (amount < 0)
        {
            map.Bad(field, $"{map.Written(field)} is negative", "Give 0 or more, or remove it.");
        }

        return null;
    }
}
