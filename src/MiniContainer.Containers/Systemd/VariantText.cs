// Values as annotations spell them, org.systemd.property.NAME: GVariant's text format, as far as properties of units
// need it. Numbers say their type ("uint64 5"), or are int32; texts are quoted; arrays and tuples are in brackets.
// Lab 08-cgroups; runc's docs/systemd-properties.md, GLib's "GVariant Text Format".

using System.Globalization;
using System.Text;
using MiniContainer.Kernel;

namespace MiniContainer.Containers.Systemd;

/// <summary>Reads a value in GVariant's text format.</summary>
public sealed class VariantText
{
    private static readonly (string Word, char Type)[] Types =
    [
        ("boolean", 'b'), ("byte", 'y'), ("int16", 'n'), ("uint16", 'q'), ("int32", 'i'), ("uint32", 'u'),
        ("int64", 'x'), ("uint64", 't'), ("double", 'd'), ("string", 's'), ("objectpath", 'o'), ("signature", 'g'),
    ];

    private readonly string property;
    private readonly string text;
    private int at;
    private int depth;

    private VariantText(string property, string text) => (this.property, this.text) = (property, text);

    /// <summary>The property that an annotation asks for.</summary>
    /// <param name="name">What follows org.systemd.property.: "TimeoutStopUSec".</param>
    /// <param name="text">"uint64 123456789".</param>
    /// <exception cref="MinicException">It is no name of a property, or no value.</exception>
    public static UnitProperty Read(string name, string text)
    {
        if (name.Length < 3 || !name.All(char.IsAsciiLetterOrDigit))
            throw new MinicException($"read the annotation org.systemd.property.{name}",
                $"\"{name}\" is no name of a property", "See systemctl show UNIT for those that there are.");
        var reader = new VariantText(name, text);
        var words = new List<string>();
        var type = reader.Value(words, null);
        reader.Space();
        if (reader.at < text.Length)
            throw reader.Wrong("something follows the value");
        return Seconds(name, type, words, reader);
    }

    // systemd's own files say TimeoutStopSec, its bus TimeoutStopUSec: runc takes both, and so does minic.
    private static UnitProperty Seconds(string name, string type, List<string> words, VariantText reader)
    {
        if (!name.EndsWith("Sec", StringComparison.Ordinal) || name.EndsWith("USec", StringComparison.Ordinal)
            || !"nqiuxtd".Contains(type, StringComparison.Ordinal))
            return new(name, type, words);
        if (!decimal.TryParse(words[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            || seconds is < 0 or > 1_000_000_000_000)
            throw reader.Wrong("this is no time in seconds");
        return UnitProperty.Number($"{name[..^3]}USec", (ulong)(seconds * 1_000_000));
    }

    private string Value(List<string> words, string? type)
    {
        // No property is nested deeper.
        if (++depth > 1000)
            throw Wrong("this is too long");
        Space();
        if (Take('@'))
        {
            type = Word(c => !char.IsWhiteSpace(c));
            return Value(words, type);
        }

        if (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] is '-' or '+' or '.'))
            return Number(words, type);
        if (at < text.Length && text[at] is '\'' or '"')
        {
            words.Add(Quoted());
            return type is "o" or "g" ? type : "s";
        }

        if (Take('['))
            return Several(words, type is { Length: > 1 } && type[0] == 'a' ? type[1..] : null, ']');
        if (Take('('))
            return Several(words, null, ')');
        var word = Word(char.IsAsciiLetterOrDigit);
        if (word is "true" or "false")
        {
            words.Add(word);
            return "b";
        }

        var named = Types.FirstOrDefault(t => t.Word == word).Type;
        return named == 0 ? throw Wrong("here a value should begin") : Value(words, named.ToString());
    }

    private string Several(List<string> words, string? element, char end)
    {
        var (inner, types) = (new List<string>(), new List<string>());
        for (Space(); !Take(end); Space())
        {
            if (types.Count > 0 && !Take(','))
                throw Wrong($"here a comma or {end} should be");
            types.Add(Value(inner, end == ']' ? element : null));
            element ??= types[0];
        }

        if (end == ')')
        {
            words.AddRange(inner);
            return $"({string.Concat(types)})";
        }

        if (element is null)
            throw Wrong("an empty array must say its type, as in @as []");
        if (types.Any(t => t != element))
            throw Wrong("the values of an array have one type");
        words.Add(types.Count.ToString(CultureInfo.InvariantCulture));
        words.AddRange(inner);
        return $"a{element}";
    }

    private string Number(List<string> words, string? type)
    {
        var word = Word(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '+' or '.');
        type ??= word.Contains('.', StringComparison.Ordinal) ? "d" : "i";
        var hexadecimal = word.StartsWith("0x", StringComparison.Ordinal);
        var style = hexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.AllowLeadingSign;
        if (type == "d" && double.TryParse(word, CultureInfo.InvariantCulture, out var real))
        {
            words.Add(real.ToString("R", CultureInfo.InvariantCulture));
            return type;
        }

        (Int128 Least, Int128 Most) range = type switch
        {
            "y" => (0, byte.MaxValue),
            "n" => (short.MinValue, short.MaxValue),
            "q" => (0, ushort.MaxValue),
            "i" => (int.MinValue, int.MaxValue),
            "u" => (0, uint.MaxValue),
            "x" => (long.MinValue, long.MaxValue),
            "t" => (0, ulong.MaxValue),
            _ => throw Wrong($"a number is no value of the type {type}"),
        };
        if (!Int128.TryParse(hexadecimal ? word[2..] : word, style, CultureInfo.InvariantCulture, out var number)
            || number < range.Least || number > range.Most)
            throw Wrong($"\"{word}\" is no number of the type {type}");
        words.Add(number.ToString(CultureInfo.InvariantCulture));
        return type;
    }

    private string Quoted()
    {
        var (quote, result) = (text[at++], new StringBuilder());
        for (; at < text.Length && text[at] != quote; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length)
                at++;
            result.Append(text[at]);
        }

        return Take(quote) ? result.ToString() : throw Wrong("a text is not closed");
    }

    private string Word(Func<char, bool> belongs)
    {
        var from = at;
        while (at < text.Length && belongs(text[at]))
            at++;
        return text[from..at];
    }

    private void Space() => Word(char.IsWhiteSpace);

    private bool Take(char c)
    {
        if (at >= text.Length || text[at] != c)
            return false;
        at++;
        return true;
    }

    private MinicException Wrong(string problem) =>
        new($"read the annotation org.systemd.property.{property}", $"\"{text}\", at character {at + 1}: {problem}",
            "Write it in GVariant's text format: uint64 5, true, 'text', ['a', 'b'].");
}
