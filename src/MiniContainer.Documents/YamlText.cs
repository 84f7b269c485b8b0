// The documents of a YAML text, as trees of nodes that know their places; or what is malformed, and where. A text made
// to hurt is refused before a tree is made of it: the events of the parser are counted first (YamlLimits.cs).

using MiniContainer.Kernel;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MiniContainer.Documents;

/// <summary>Parses YAML.</summary>
public static class YamlText
{
    /// <summary>The documents of a text that hold anything.</summary>
    /// <param name="doing">What is being done, for an error: "read the pod's manifest".</param>
    /// <param name="file">What to call it in errors.</param>
    /// <param name="yaml">The text.</param>
    /// <exception cref="MinicException">It is malformed, or larger than any manifest; with line and column.</exception>
    public static IReadOnlyList<YamlDocument> Documents(string doing, string file, string yaml)
    {
        // A byte order mark, of a text that was no file.
        yaml = yaml.TrimStart('\ufeff');
        if (yaml.Length > YamlLimits.MaxLength)
            throw new MinicException(doing, $"{file}: the text is longer than {YamlLimits.MaxLength} characters",
                "Name a smaller file.");
        YamlLimits.CheckBlanks(doing, file, yaml);
        Understand(doing, file, yaml, parser => YamlLimits.Check(doing, file, parser));
        var stream = new YamlStream();
        Understand(doing, file, yaml, stream.Load);
        return [.. stream.Documents.Where(document => document.RootNode is not YamlScalarNode { Value: null or "" })];
    }

    private static void Understand(string doing, string file, string yaml, Action<IParser> read)
    {
        var parser = new Parser(new Scanner(new StringReader(yaml)));
        try
        {
            read(parser);
        }
        catch (Exception e) when (e is YamlException or InvalidOperationException && TabIn(yaml) is { } tab)
        {
            throw new MinicException(doing,
                $"{file}:{tab.Line}:{tab.Column}: malformed YAML: a tab begins the line, and YAML has no tabs there",
                "Indent with spaces.", inner: e);
        }
        catch (InvalidOperationException e)
        {
            // YamlDotNet 18.1 loses its way in some unclosed lists; what it read last is well before the fault.
            var after = parser.Current?.End ?? Mark.Empty;
            throw new MinicException(doing,
                $"{file}:{after.Line}:{after.Column}: malformed YAML: what follows cannot be understood",
                "Look for a bracket, brace or quote that is not closed.", inner: e);
        }
        catch (YamlException e)
        {
            throw new MinicException(doing, $"{file}:{e.Start.Line}:{e.Start.Column}: malformed YAML: {e.Message}",
                "Indent with spaces, the same number for fields of one mapping.", inner: e);
        }
    }

    // The first tab among the blanks that begin a line: the parser tells of the mapping that the line is in. Asked only
    // once the text is known to be malformed, since in a text of several lines such a tab is fine.
    private static Position? TabIn(string yaml)
    {
        var line = 0;
        foreach (var text in yaml.Split('\n'))
        {
            line++;
            var blanks = text.Length - text.TrimStart(' ', '\t').Length;
            if (text.Trim().Length > 0 && text.IndexOf('\t', 0, blanks) is >= 0 and var column)
                return new Position(line, column + 1);
        }

        return null;
    }
}
