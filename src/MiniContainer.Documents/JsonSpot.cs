// A JSON value together with the place where it stands. Made by JsonScanner, and only once something is wrong: the
// way of a good document goes through System.Text.Json alone and never comes here. RFC 8259.

using System.Globalization;

namespace MiniContainer.Documents;

/// <summary>The kinds of JSON values (RFC 8259, section 3).</summary>
public enum JsonSpotKind
{
    /// <summary>null</summary>
    Null,

    /// <summary>true or false</summary>
    Bool,

    /// <summary>A number, as it was written.</summary>
    Number,

    /// <summary>A string, without its quotes and with its escapes resolved.</summary>
    Text,

    /// <summary>A list of values.</summary>
    List,

    /// <summary>Names and their values.</summary>
    Object,
}

/// <summary>A JSON value and its place.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="At">Where it begins.</param>
/// <param name="Text">A string's content, a number as written, "true" or "false"; empty for the others.</param>
public sealed record JsonSpot(JsonSpotKind Kind, Position At, string Text)
{
    // Most values are neither lists nor objects, and need no lists of their own; no code adds to these.
    private static readonly List<JsonSpot> NoItems = [];
    private static readonly List<(string Name, Position At, JsonSpot Value)> NoMembers = [];

    /// <summary>A list's values.</summary>
    public List<JsonSpot> Items { get; } = Kind == JsonSpotKind.List ? [] : NoItems;

    /// <summary>An object's members, in the order in which they were written; a name may stand twice.</summary>
    public List<(string Name, Position At, JsonSpot Value)> Members { get; } = Kind == JsonSpotKind.Object
        ? [] : NoMembers;

    /// <summary>What it is, for a message: <c>the string "sh"</c>, <c>a list</c>.</summary>
    public string Description => Kind switch
    {
        JsonSpotKind.Null => "null",
        JsonSpotKind.Bool => Text,
        JsonSpotKind.Number => $"the number {Text}",
        JsonSpotKind.Text => $"the string \"{(Text.Length > 40 ? Text[..40] + "…" : Text)}\"",
        JsonSpotKind.List => "a list",
        _ => "an object",
    };

    /// <summary>
    /// Where a path such as <c>$.mounts[2].options</c> stands; where the document ends before the path does, the place
    /// of the last value that is there. A name with other characters is written <c>['like.this']</c>.
    /// </summary>
    /// <param name="path">A path that begins with <c>$</c>.</param>
    public Position Locate(string path) => Nearest(path).At;

    /// <summary>
    /// The value at a path; where the document ends before the path does, the last value that is there.
    /// </summary>
    /// <param name="path">A path that begins with <c>$</c>.</param>
    public JsonSpot Nearest(string path)
    {
        var spot = this;
        foreach (var part in Split(path))
        {
            var next = spot.Kind == JsonSpotKind.List
                ? int.TryParse(part, CultureInfo.InvariantCulture, out var i) ? spot.Items.ElementAtOrDefault(i) : null
                : spot.Member(part, StringComparison.Ordinal) ?? spot.Member(part, StringComparison.OrdinalIgnoreCase);
            if (next is null)
            {
                break;
            }

            spot = next;
        }

        return spot;
    }

    private JsonSpot? Member(string name, StringComparison names) =>
        Members.LastOrDefault(member => member.Name.Equals(name, names)).Value;

    /// <summary>
    /// The paths of all strings below that have a NUL in them, and of all members whose name has one.
    /// </summary>
    /// <param name="path">Where this value stands.</param>
    public IEnumerable<string> WithNul(string path)
    {
        if (Kind == JsonSpotKind.Text && Text.Contains('\0'))
        {
            yield return path;
        }

        foreach (var (name, _, _) in Members.Where(m => m.Name.Contains('\0')))
        {
            yield return Join(path, name.Replace("\0", "\\u0000", StringComparison.Ordinal));
        }

        var children = Members.Select(m => (Path: Join(path, m.Name), m.Value))
            .Concat(Items.Select((item, i) => (Path: $"{path}[{i}]", Value: item)));
        foreach (var inner in children.SelectMany(c => c.Value.WithNul(c.Path)))
        {
            yield return inner;
        }
    }

    /// <summary>A path with one more member: <c>$.linux</c> and "sysctl" give <c>$.linux.sysctl</c>.</summary>
    /// <param name="path">The path of the object.</param>
    /// <param name="name">The member's name.</param>
    public static string Join(string path, string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
        ? $"{path}.{name}" : $"{path}['{name}']";

    private static IEnumerable<string> Split(string path)
    {
        for (var i = 1; i < path.Length;)
        {
            var quoted = path[i..].StartsWith("['", StringComparison.Ordinal);
            var (begin, end) = quoted ? (i + 2, path.IndexOf("']", i, StringComparison.Ordinal))
                : path[i] == '[' ? (i + 1, path.IndexOf(']', i))
                : (i + 1, path.IndexOfAny(['.', '['], i + 1));
            end = end < 0 ? path.Length : end;
            yield return path[begin..end];
            i = quoted ? end + 2 : path[i] == '[' ? end + 1 : end;
        }
    }
}
