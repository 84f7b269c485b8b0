// Merge keys of YAML 1.1: " < < : *base" gives a mapping the fields of another, but for those that it has itself; of a
// list of mappings the first that has a field wins. https://yaml.org/type/merge.html

using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MiniContainer.Documents;

/// <summary>Merges mappings.</summary>
internal sealed class YamlMerge(Problems problems)
{
    private const string Key = "<<";

    // Each once, however many others it is merged into.
    private readonly Dictionary<YamlNode, IReadOnlyList<KeyValuePair<YamlNode, YamlNode>>> known =
        new(ReferenceEqualityComparer.Instance);

    /// <summary>The fields of a mapping, its own first.</summary>
    /// <param name="map">The mapping.</param>
    /// <param name="path">Where it stands, for a problem.</param>
    public IReadOnlyList<KeyValuePair<YamlNode, YamlNode>> Of(YamlMappingNode map, string path)
    {
        if (known.TryGetValue(map, out var fields))
            return fields;
        known[map] = [];
        var own = map.Children.Where(field => !IsMerge(field.Key)).ToList();
        var names = own.Select(field => NameOf(field.Key)).ToHashSet();
        foreach (var (_, from) in map.Children.Where(field => IsMerge(field.Key)))
        {
            foreach (var other in from is YamlSequenceNode list ? list.Children : [from])
            {
                if (other is YamlMappingNode fieldsOfOther)
                    own.AddRange(Of(fieldsOfOther, path).Where(field => names.Add(NameOf(field.Key))));
                else
                    problems.Add(path.Length == 0 ? Key : $"{path}.{Key}",
                        "expected fields to merge, or a list of such", "Name an anchor: <<: *base.");
            }
        }

        return known[map] = own;
    }

    private static bool IsMerge(YamlNode key) => key is YamlScalarNode { Style: ScalarStyle.Plain, Value: Key };

    private static string NameOf(YamlNode key) => (key as YamlScalarNode)?.Value ?? "";
}
