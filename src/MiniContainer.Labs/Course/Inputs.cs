// What a lab draws for each learner, so that an answer cannot be copied or typed in: it must have been done.

using System.Globalization;
using System.Security.Cryptography;

namespace MiniContainer.Labs.Course;

/// <summary>Draws the inputs of labs.</summary>
internal static class Inputs
{
    private static readonly string[] Adjectives =
        ["amber", "brave", "calm", "dapper", "eager", "fuzzy", "gentle", "happy", "icy", "jolly", "keen", "lucky",
            "mellow", "nimble", "proud", "quiet", "rusty", "sunny", "tidy", "witty"];

    private static readonly string[] Animals =
        ["badger", "beaver", "crane", "dingo", "ermine", "falcon", "gecko", "heron", "ibis", "jackal", "koala", "lemur",
            "marten", "newt", "otter", "puffin", "quail", "raven", "stoat", "walrus"];

    /// <summary>The kinds of inputs.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["word", "hex", "port", "seconds", "number"];

    /// <summary>Draws one.</summary>
    /// <param name="kind">
    /// word (amber-otter), hex (8 digits), port (20000 to 29999), seconds (1000 to 9999), number (10 to 99).
    /// </param>
    public static string Draw(string kind) => kind switch
    {
        "word" => $"{Any(Adjectives)}-{Any(Animals)}",
        "hex" => RandomNumberGenerator.GetHexString(8, lowercase: true),
        "port" => Number(20000, 30000),
        "seconds" => Number(1000, 10000),
        "number" => Number(10, 100),
        _ => throw new ArgumentException($"nobody draws a {kind}", nameof(kind)),
    };

    /// <summary>Draws all inputs of a lab; no two of them are the same.</summary>
    public static Dictionary<string, string> DrawAll(Lab lab)
    {
        var drawn = new Dictionary<string, string>();
        foreach (var (name, kind) in lab.Inputs)
        {
            string value;
            do
                value = Draw(kind);
            while (drawn.ContainsValue(value));
            drawn[name] = value;
        }

        return drawn;
    }

    /// <summary>Puts the inputs into a text: $NAME and ${NAME}. What is no input stays as it is.</summary>
    public static string Fill(string text, IReadOnlyDictionary<string, string> inputs)
    {
        // The longest name first: $NAPS is not $NAP and an s.
        foreach (var (name, value) in inputs.OrderByDescending(i => i.Key.Length))
            text = text.Replace($"${{{name}}}", value, StringComparison.Ordinal)
                .Replace($"${name}", value, StringComparison.Ordinal);
        return text;
    }

    private static string Any(string[] words) => words[RandomNumberGenerator.GetInt32(words.Length)];

    private static string Number(int from, int to) =>
        RandomNumberGenerator.GetInt32(from, to).ToString(CultureInfo.InvariantCulture);
}
