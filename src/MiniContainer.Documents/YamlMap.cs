// A mapping of YAML, read field by field. Each field that a reader asks for is thereby known; End then reports the
// others: typos with the nearest known name, and fields of Kubernetes that minic refuses or passes over. So the list
// of fields and the code that reads them are one and cannot drift apart. YAML 1.1, as Kubernetes reads it. Used by the
// readers of Pod manifests and of the labs' lab.yaml.

using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MiniContainer.Documents;

/// <summary>What is gathered while a document is read: problems, warnings, and the place of each field.</summary>
public sealed class YamlNotes
{
    /// <summary>What is wrong.</summary>
    public Problems Problems { get; } = new();

    /// <summary>What has no effect: the path and the reason.</summary>
    public List<(string Path, string Reason)> Ignored { get; } = [];

    /// <summary>The paths of the fields that were asked for, whether they are given or not.</summary>
    public HashSet<string> Known { get; } = [];

    /// <summary>Where each path stands.</summary>
    public Dictionary<string, Position> Places { get; } = [];

    internal YamlMerge Merge { get; }

    /// <summary>Notes of a document that is about to be read.</summary>
    public YamlNotes() => Merge = new YamlMerge(Problems);

    /// <summary>Where a path stands; a field that is missing stands where its parent does.</summary>
    public Position? Locate(string path)
    {
        for (; path.Length > 0; path = path[..Math.Max(0, path.LastIndexOfAny(['.', '[']))])
        {
            if (Places.TryGetValue(path, out var at))
            {
                return at;
            }
        }

        return new Position(1, 1);
    }
}

/// <summary>Reads the fields of one mapping.</summary>
public sealed class YamlMap
{
    private readonly Dictionary<string, YamlNode> _fields = [];
    private readonly HashSet<string> _known = [];

    /// <summary>A mapping and its fields.</summary>
    /// <param name="node">What stands there; null where nothing does.</param>
    /// <param name="path">Where that is: "" for the document, spec.containers[0].</param>
    /// <param name="notes">What problems are added to.</param>
    public YamlMap(YamlNode? node, string path, YamlNotes notes)
    {
        Path = path;
        Notes = notes;
        if (node is null)
        {
            return;
        }

        notes.Places.TryAdd(path, At(node));
        foreach (var (key, value) in Fields(node))
        {
            var name = (key as YamlScalarNode)?.Value ?? key.ToString();
            _fields[name] = value;
            notes.Places[Sub(name)] = At(key);
        }
    }

    /// <summary>Where the mapping stands: spec.containers[0].</summary>
    public string Path { get; }

    /// <summary>What was found so far.</summary>
    public YamlNotes Notes { get; }

    /// <summary>The names given.</summary>
    public IEnumerable<string> Names => _fields.Keys;

    /// <summary>The path of a field.</summary>
    public string Sub(string name) => Path.Length == 0 ? name : $"{Path}.{name}";

    /// <summary>Adds a problem of a field.</summary>
    public void Bad(string name, string text, string hint) => Notes.Problems.Add(Sub(name), text, hint);

    /// <summary>Adds a warning: a field of this value has no effect.</summary>
    public void Warn(string name, string reason) => Notes.Ignored.Add((Sub(name), reason));

    /// <summary>Whether a field is given with a value; makes it known.</summary>
    public bool Has(string name) => Take(name) is not null;

    /// <summary>A string, or null.</summary>
    public string? Text(string name) => Take(name) is { } node ? AsText(Sub(name), node) : null;

    /// <summary>A string that must be given; "" after the problem has been added.</summary>
    public string Required(string name, string hint)
    {
        if (Text(name) is { Length: > 0 } text)
        {
            return text;
        }

        if (Take(name) is not YamlNode node || node is YamlScalarNode { Value: "" })
        {
            Notes.Problems.Add(Path.Length == 0 ? name : Path, $"the required field \"{name}\" is missing", hint);
        }

        return "";
    }

    /// <summary>One of some words; the first one where not given.</summary>
    public string Choice(string name, params string[] words)
    {
        // An empty string is how Go writes what is not set.
        var text = Text(name) is { Length: > 0 } given ? given : null;
        if (text is not null && !words.Contains(text))
        {
            Bad(name, $"\"{text}\" is not known here",
                $"Use {string.Join(", ", words.Where(word => word.Length > 0))}.");
        }

        return text ?? words[0];
    }

    /// <summary>true or false; null where not given.</summary>
    public bool? Bool(string name)
    {
        if (Take(name) is not { } node)
        {
            return null;
        }

        // The words of YAML 1.1, in the three ways to write them.
        switch (node is YamlScalarNode { Style: ScalarStyle.Plain } scalar ? scalar.Value : null)
        {
            case "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "y" or "Y":
                return true;
            case "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" or "n" or "N":
                return false;
            default:
                break;
        }

        Wrong(Sub(name), node, "true or false");
        return null;
    }

    /// <summary>A whole number within bounds; null where not given.</summary>
    public long? Number(string name, long least, long most)
    {
        if (Take(name) is not { } node)
        {
            return null;
        }

        return AsNumber(Sub(name), node, least, most);
    }

    /// <summary>What a word means, whether it is quoted or not; null where not given.</summary>
    /// <param name="name">The field.</param>
    /// <param name="parse">Gives the meaning; null if the word has none.</param>
    /// <param name="what">What it should be: "quantity".</param>
    /// <param name="hint">How to write it.</param>
    public T? Parsed<T>(string name, Func<string, T?> parse, string what, string hint)
        where T : struct
    {
        if (Take(name) is not { } node)
        {
            return null;
        }

        var parsed = node is YamlScalarNode { Value: { } text } ? parse(text) : null;
        if (parsed is null)
        {
            Bad(name, $"{Describe(node)} is no {what}", hint);
        }

        return parsed;
    }

    /// <summary>What is written for a field, for a message: <c>the string "sh"</c>, <c>a list</c>.</summary>
    public string Written(string name) => Take(name) is { } node ? Describe(node) : "nothing";

    /// <summary>A list of strings; empty where not given.</summary>
    public IReadOnlyList<string> Texts(string name) =>
        [.. Items(name).Select(item => AsText(item.Path, item.Node)).OfType<string>()];

    /// <summary>A list of ids; empty where not given.</summary>
    public IReadOnlyList<uint> Ids(string name) =>
        [.. Items(name).Select(item => (uint?)AsNumber(item.Path, item.Node, 0, uint.MaxValue - 1)).OfType<uint>()];

    /// <summary>A mapping; without fields where not given.</summary>
    public YamlMap Map(string name) => new(Take(name), Sub(name), Notes);

    /// <summary>A list of mappings; empty where not given.</summary>
    public IReadOnlyList<YamlMap> Maps(string name) =>
        [.. Items(name).Select(item => new YamlMap(item.Node, item.Path, Notes))];

    /// <summary>Names and strings; empty where not given.</summary>
    public IReadOnlyDictionary<string, string> Strings(string name)
    {
        var map = Map(name);
        return map.Names.ToDictionary(key => key, key => map.Text(key) ?? "");
    }

    /// <summary>Reports the fields that the reader did not ask for.</summary>
    /// <param name="refused">Fields of Kubernetes that minic does not do, with what they are for.</param>
    /// <param name="ignored">Fields of Kubernetes that change nothing here, with the reason.</param>
    public void End(IReadOnlyDictionary<string, string>? refused = null,
        IReadOnlyDictionary<string, string>? ignored = null)
    {
        foreach (var name in _fields.Keys.Where(name => !_known.Contains(name)).TakeWhile(_ => !Notes.Problems.Full))
        {
            if (refused?.TryGetValue(name, out var what) == true)
            {
                Bad(name, $"minic does no {what} yet", "Remove the field.");
            }
            else if (ignored?.TryGetValue(name, out var reason) == true)
            {
                Notes.Ignored.Add((Sub(name), reason));
            }
            else
            {
                Bad(name, "there is no such field",
                    NearestName.Ask(name, _known,
                        $"Known here are {string.Join(", ", _known.Order(StringComparer.Ordinal))}."));
            }
        }
    }

    private YamlNode? Take(string name)
    {
        _known.Add(name);
        Notes.Known.Add(Sub(name));
        return _fields.TryGetValue(name, out var node) && !IsNull(node) ? node : null;
    }

    private List<(string Path, YamlNode Node)> Items(string name)
    {
        if (Take(name) is not { } node)
        {
            return [];
        }

        if (node is not YamlSequenceNode list)
        {
            Wrong(Sub(name), node, "a list (lines that begin with \"- \")");
            return [];
        }

        var items = list.Children.Select((item, i) => (Path: $"{Sub(name)}[{i}]", Node: item)).ToList();
        items.ForEach(item => Notes.Places[item.Path] = At(item.Node));
        return items;
    }

    private string? AsText(string path, YamlNode node)
    {
        if (node is YamlScalarNode { Value: { } text } scalar
            && (scalar.Style != ScalarStyle.Plain || !IsOtherThanText(text)))
        {
            return text;
        }

        Wrong(path, node, "a string",
            node is YamlScalarNode { Value: { } plain } ? $"Quote it: \"{Short(plain)}\"." : null);
        return null;
    }

    private long? AsNumber(string path, YamlNode node, long least, long most)
    {
        if (node is YamlScalarNode { Style: ScalarStyle.Plain, Value: { } text }
            && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
        {
            return number;
        }

        Wrong(path, node, $"a whole number from {least} to {most}");
        return null;
    }

    private IEnumerable<KeyValuePair<YamlNode, YamlNode>> Fields(YamlNode node)
    {
        if (node is YamlMappingNode map)
        {
            return Notes.Merge.Of(map, Path);
        }

        Wrong(Path.Length == 0 ? "the document" : Path, node, "fields (name: value)");
        return [];
    }

    private void Wrong(string path, YamlNode node, string expected, string? hint = null) =>
        Notes.Problems.Add(path, $"expected {expected}, found {Describe(node)}", hint ?? "");

    private static bool IsNull(YamlNode node) =>
        node is YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or "~" or "null" or "Null" or "NULL" };

    // YAML 1.1 takes yes, no, on and off for booleans; Kubernetes does too.
    private static bool IsOtherThanText(string plain) =>
        plain.ToLowerInvariant() is "true" or "false" or "yes" or "no" or "on" or "off"
        || ((char.IsAsciiDigit(plain[0]) || plain[0] is '-' or '+' or '.')
            && double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
        || plain.StartsWith("0x", StringComparison.Ordinal);

    private static string Describe(YamlNode node) => node switch
    {
        YamlMappingNode => "fields",
        YamlSequenceNode => "a list",
        YamlScalarNode { Style: not ScalarStyle.Plain } scalar => $"the string \"{Short(scalar.Value!)}\"",
        YamlScalarNode scalar => scalar.Value!.Length == 0 ? "nothing" : Short(scalar.Value),
        _ => "something else",
    };

    private static string Short(string text) => text.Length > 40 ? text[..40] + "…" : text;

    private static Position At(YamlNode node) => new((int)node.Start.Line, (int)node.Start.Column);
}
