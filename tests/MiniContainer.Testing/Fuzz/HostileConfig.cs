// A config.json that nobody in his right mind would write, or that somebody has written with evil intent: a good one,
// made wrong in some places. It knows the shape of a configuration from the types themselves, so a member that is new
// there is tried here too. The same seed makes the same text.

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using MiniContainer.Kernel;
using MiniContainer.Containers.Oci;

namespace MiniContainer.Testing.Fuzz;

/// <summary>Makes configurations.</summary>
public sealed class HostileConfig
{
    private static readonly JsonSerializerOptions Written = new(SpecJson.Default.Options)
    {
        WriteIndented = false,
        MaxDepth = 200_000,
    };

    private static readonly string[] Good =
    [
        SpecJson.Write(DefaultSpec.Create("rootfs", ["true"], "box")),
        SpecJson.Write(DefaultSpec.Create("rootfs", ["/bin/true"], "box", terminal: true)),
        SpecJson.Write(DefaultSpec.Rootless(DefaultSpec.Create("rootfs", ["true"], "box"), new Caller(1000, 1000))),
    ];

    private readonly Random random;
    private readonly HostileValues values;
    private readonly bool mild;

    /// <summary>A maker of one configuration.</summary>
    /// <param name="seed">Which.</param>
    public HostileConfig(int seed)
    {
        random = new Random(seed);
        mild = random.Next(3) != 0;
        values = new HostileValues(random, mild);
    }

    /// <summary>The document as a tree, before its text is spoiled too.</summary>
    public JsonObject Tree()
    {
        var root = JsonNode.Parse(Good[random.Next(Good.Length)])!.AsObject();
        // One change alone comes far, and many find what two have to do with each other.
        for (var changes = random.Next(2) == 0 ? 1 : random.Next(2, mild ? 4 : 7); changes > 0; changes--)
            Change(root);
        return root;
    }

    /// <summary>The whole text; one in ten is no tree any more.</summary>
    public string Text()
    {
        var text = Tree().ToJsonString(Written);
        return random.Next(10) == 0 ? Spoil(text) : text;
    }

    // A place in the tree, and something done there.
    private void Change(JsonObject root)
    {
        if (mild || random.Next(2) == 0)
        {
            Fill(root, SpecJson.Default.Spec, 0);
            return;
        }

        var places = Containers(root).ToList();
        var place = places[random.Next(places.Count)];
        var other = places[random.Next(places.Count)];
        switch (place)
        {
            case JsonArray array:
                ChangeList(array, other);
                break;
            case JsonObject { Count: > 0 } members:
                var name = members.ElementAt(random.Next(members.Count)).Key;
                if (random.Next(4) == 0)
                    members.Remove(name);
                else
                    members[name] = random.Next(4) == 0 ? other.DeepClone() : values.Anything();
                break;
            case JsonObject empty:
                empty[values.Text()] = values.Anything();
                break;
        }
    }

    private void ChangeList(JsonArray array, JsonNode other)
    {
        var at = random.Next(array.Count + 1);
        switch (random.Next(5))
        {
            case 0 when at < array.Count:
                array.RemoveAt(at);
                break;
            case 1 when at < array.Count:
                array.Add(array[at]?.DeepClone());
                break;
            case 2:
                array.Insert(at, null);
                break;
            case 3:
                array.Insert(at, other.DeepClone());
                break;
            default:
                array.Insert(at, values.Anything());
                break;
        }
    }

    // Goes down the types, not the document: a member that is not there is made, with a value of its own type.
    private void Fill(JsonObject at, JsonTypeInfo type, int depth)
    {
        var properties = type.Properties.Where(p => !p.IsExtensionData).ToList();
        var property = properties[random.Next(properties.Count)];
        var info = type.Options.GetTypeInfo(property.PropertyType);
        if (info.Kind == JsonTypeInfoKind.Object && at[property.Name] is JsonObject inner && random.Next(8) != 0)
            Fill(inner, info, depth + 1);
        else if (info.Kind == JsonTypeInfoKind.Enumerable && at[property.Name] is JsonArray list && random.Next(3) != 0)
            list.Add(values.Of(property.Name, info.Options.GetTypeInfo(info.ElementType!), depth));
        else
            at[property.Name] = values.Of(property.Name, info, depth);
    }

    private static IEnumerable<JsonNode> Containers(JsonNode node)
    {
        yield return node;
        var children = node switch
        {
            JsonObject o => o.Select(m => m.Value),
            JsonArray a => a,
            _ => Enumerable.Empty<JsonNode?>(),
        };
        foreach (var inner in children.Where(c => c is JsonObject or JsonArray).SelectMany(c => Containers(c!)))
            yield return inner;
    }

    private string Spoil(string text)
    {
        var at = random.Next(text.Length);
        return random.Next(6) switch
        {
            0 => text[..at],
            1 => text.Remove(at, Math.Min(random.Next(1, 20), text.Length - at)),
            2 => text.Insert(at, "{}[],:\"\\0e-u".Substring(random.Next(11), 1)),
            3 => text.Insert(at, ((char)random.Next(1, 0xd800)).ToString()),
            // Deeper than any stack.
            4 => new StringBuilder().Append(text[..1]).Append("\"x\":").Insert(5, "[", 100_000).ToString(),
            _ => text.Insert(1, "\"ociVersion\":\"1.0.0\","),
        };
    }
}
