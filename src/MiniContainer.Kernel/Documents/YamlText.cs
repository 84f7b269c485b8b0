// The documents of a YAML text, as trees of nodes that know their places; or what is malformed, and where.

using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MiniContainer.Kernel.Documents;

/// <summary>Parses YAML.</summary>
public static class YamlText
{
    /// <summary>The documents of a text that hold anything.</summary>
    /// <param name="doing">What is being done, for an error: "read the pod's manifest".</param>
    /// <param name="file">What to call it in errors.</param>
    /// <param name="yaml">The text.</param>
    /// <exception cref="MinicException">It is malformed; with line and column.</exception>
    public static IReadOnlyList<YamlDocument> Documents(string doing, string file, string yaml)
    {
        var stream = new YamlStream();
        var parser = new Parser(new StringReader(yaml));
        try
        {
            stream.Load(parser);
        }
        catch (InvalidOperationException e)
        {
            // YamlDotNet 18.1 loses its way in some unclosed lists; what it read last is well before the fault.
            var after = parser.Current?.End ?? Mark.Empty;
            throw new MinicException(doing, $"{file}:{after.Line}:{after.Column}: malformed YAML: what follows cannot be understood",
                "Look for a bracket, brace or quote that is not closed.", inner: e);
        }
        catch (YamlException e)
        {
            throw new MinicException(doing, $"{file}:{e.Start.Line}:{e.Start.Column}: malformed YAML: {e.Message}",
                "Indent with spaces, the same number for fields of one mapping.", inner: e);
        }

        return [.. stream.Documents.Where(document => document.RootNode is not YamlScalarNode { Value: null or "" })];
    }
}
