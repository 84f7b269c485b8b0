// What a YAML text may cost to read. A few hundred bytes can stand for more than fits in memory, by aliases of aliases;
// and the parser's work grows with the square of the depth. So its events are counted, as if every alias were written
// out, and the text is refused at the first one too many (YAML 1.2, 7.1 "Alias Nodes").

using MiniContainer.Kernel;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MiniContainer.Documents;

/// <summary>Counts what a text holds.</summary>
internal static class YamlLimits
{
    /// <summary>The longest text, in characters: ten times what people write, and no time to read.</summary>
    public const int MaxLength = 256 * 1024;

    private const int MaxDepth = 64;
    private const int MaxNodes = 10_000;
    private const int MaxBlanks = 1000;

    /// <summary>
    /// Looks for a row of blanks longer than any indentation: the parser's work grows with the square of its length.
    /// </summary>
    /// <exception cref="MinicException">There is one.</exception>
    public static void CheckBlanks(string doing, string file, string yaml)
    {
        var (line, begin, blanks) = (1, 0, 0);
        for (var i = 0; i < yaml.Length; i++)
        {
            blanks = yaml[i] is ' ' or '\t' ? blanks + 1 : 0;
            if (blanks > MaxBlanks)
                throw new MinicException(doing,
                    $"{file}:{line}:{i - begin - MaxBlanks + 1}: more than {MaxBlanks} blanks in a row",
                    "Remove them.");
            if (yaml[i] == '\n')
                (line, begin) = (line + 1, i + 1);
        }
    }

    /// <summary>Reads a text to its end.</summary>
    /// <exception cref="MinicException">
    /// It is nested too deep, holds too much, or has names that are no words.
    /// </exception>
    public static void Check(string doing, string file, IParser parser)
    {
        var sizes = new Dictionary<string, (int Size, bool IsWord)>();
        var open = new Stack<Open>();
        var count = 0;
        while (parser.MoveNext())
        {
            var (current, size, word) = (parser.Current!, 1, parser.Current is Scalar);
            if (current is AnchorAlias alias)
            {
                if (!sizes.TryGetValue(alias.Value.Value, out var known))
                    throw Refuse($"there is no anchor &{alias.Value.Value} that ends before it",
                        "Write the anchor first, or quote the star.");
                (size, word) = known;
            }

            if (current is DocumentStart)
                sizes.Clear();

            if (current is not (NodeEvent or AnchorAlias or MappingEnd or SequenceEnd))
                continue;
            if (current is MappingEnd or SequenceEnd)
            {
                var ended = open.Pop();
                if (ended.Anchor is not null)
                    sizes[ended.Anchor] = (count - ended.Before, false);
                continue;
            }

            if (open.TryPeek(out var parent) && parent.IsMapping && (parent.Children++ & 1) == 0 && !word)
                throw Refuse("a name that is no word", "Write name: value.");
            if ((count += size) > MaxNodes)
                throw Refuse($"more than {MaxNodes} values, each alias (*name) counted as what it stands for",
                    "Make the document smaller.");
            if (current is MappingStart or SequenceStart)
                open.Push(new Open(count - 1, AnchorOf((NodeEvent)current), current is MappingStart));
            else if (current is Scalar scalar && AnchorOf(scalar) is { } anchor)
                sizes[anchor] = (1, true);
            if (open.Count > MaxDepth)
                throw Refuse($"lists and fields are nested more than {MaxDepth} deep", "Make the document flatter.");

            MinicException Refuse(string problem, string hint) =>
                new(doing, $"{file}:{current.Start.Line}:{current.Start.Column}: {problem}", hint);
        }
    }

    private static string? AnchorOf(NodeEvent node) => node.Anchor.IsEmpty ? null : node.Anchor.Value;

    // A list or mapping that has not ended: what was counted before it.
    private sealed class Open(int before, string? anchor, bool isMapping)
    {
        public int Before { get; } = before;

        public string? Anchor { get; } = anchor;

        public bool IsMapping { get; } = isMapping;

        public int Children { get; set; }
    }
}
