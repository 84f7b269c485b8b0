// The kinds of steps that a journal can hold. Each project brings the kinds that it has, with the serializer that the
// compiler made for them; a program puts together those of the projects that it is made of, and hands them to what
// reads journals (StateRoot.cs). A table, in place of the serializer's polymorphism, which looks at all kinds with
// reflection before it writes one: a tenth of a container's start.
//
//     {"mkcgroup":{"path":"/sys/fs/cgroup/pids/minic/box","why":"..."}}

using System.Text.Json;
using System.Text.Json.Serialization;

namespace MiniContainer.Plans;

/// <summary>The kinds of steps of one project.</summary>
/// <param name="Serializer">Knows each of the types; asked for when the first of them is written or read.</param>
/// <param name="Kinds">
/// The kind's name in a journal, and its type. A name stays for good: journals outlive a version.
/// </param>
public sealed record StepFamily(Func<JsonSerializerContext> Serializer, IReadOnlyList<(string Kind, Type Type)> Kinds);

/// <summary>All kinds of steps that a program knows.</summary>
/// <param name="known">Those of each project; asked for when the first journal is read or written.</param>
public sealed class StepKinds(Func<StepFamily[]> known)
{
    private StepFamily[]? families;

    private StepFamily[] Families => families ??= known();

    /// <summary>The name of each kind, and its type.</summary>
    public IEnumerable<(string Kind, Type Type)> All => Families.SelectMany(f => f.Kinds);

    /// <summary>Writes a step: an object with one member, named by its kind.</summary>
    /// <exception cref="InvalidOperationException">No project has brought its type: a fault of the program.</exception>
    internal void Write(Utf8JsonWriter writer, Step step)
    {
        var (family, kind) = Find(step);
        writer.WriteStartObject();
        writer.WritePropertyName(kind);
        JsonSerializer.Serialize(writer, step, family.Serializer().GetTypeInfo(step.GetType())!);
        writer.WriteEndObject();
    }

    /// <summary>The name of a step's kind.</summary>
    /// <inheritdoc cref="Write" path="/exception"/>
    public string NameOf(Step step) => Find(step).Kind;

    private (StepFamily Family, string Kind) Find(Step step)
    {
        var type = step.GetType();
        foreach (var family in Families)
        {
            foreach (var (kind, of) in family.Kinds)
            {
                if (of == type)
                    return (family, kind);
            }
        }

        throw new InvalidOperationException($"no kind of step is of type {type}");
    }

    /// <summary>Reads a step; the reader stands on the object's beginning, and is left on its end.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="kind">The step's kind, as soon as that is read.</param>
    /// <exception cref="JsonException">
    /// It is of no kind that is known, or has members more or fewer than this version's.
    /// </exception>
    internal Step Read(ref Utf8JsonReader reader, ref string? kind)
    {
        if (reader.TokenType != JsonTokenType.StartObject || !reader.Read()
            || reader.TokenType != JsonTokenType.PropertyName)
            throw new JsonException("a step is an object whose one member is named by its kind");
        kind = reader.GetString()!;
        reader.Read();
        var step = Read(ref reader, kind) ?? throw new JsonException($"the step {kind} is null");
        return reader.Read() && reader.TokenType == JsonTokenType.EndObject
            ? step : throw new JsonException("a step has one kind");
    }

    private Step? Read(ref Utf8JsonReader reader, string kind)
    {
        foreach (var family in Families)
        {
            foreach (var (name, type) in family.Kinds)
            {
                if (name == kind)
                    return (Step?)JsonSerializer.Deserialize(ref reader, family.Serializer().GetTypeInfo(type)!);
            }
        }

        throw new JsonException($"this minic knows no step of kind \"{kind}\"");
    }
}
