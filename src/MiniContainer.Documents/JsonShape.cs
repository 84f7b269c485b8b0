// Holds a document against the types that it should fill, and says everything that does not fit: a string where a list
// belongs, a number out of range, a required member that is missing, a name written twice. The types are those
// that System.Text.Json's source generator describes, so there is no second list of names to keep.

using System.Globalization;
using System.Text.Json.Serialization.Metadata;

namespace MiniContainer.Documents;

/// <summary>Compares a scanned document with the shape of a type.</summary>
public static class JsonShape
{
    /// <summary>Adds a problem for each value that does not fit.</summary>
    /// <param name="spot">The document, or a part of it.</param>
    /// <param name="path">The part's path; <c>$</c> for the whole.</param>
    /// <param name="type">What should be there.</param>
    /// <param name="problems">Takes what is wrong.</param>
    public static void Check(JsonSpot spot, string path, JsonTypeInfo type, Problems problems)
    {
        var plain = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object when spot.Kind == JsonSpotKind.Object:
                CheckMembers(spot, path, type, problems);
                break;
            case JsonTypeInfoKind.Dictionary when spot.Kind == JsonSpotKind.Object:
                CheckEach(spot.Members.Select(m => (JsonSpot.Join(path, m.Name), m.Value)), type, problems);
                CheckTwice(spot, path, StringComparer.Ordinal, problems);
                break;
            case JsonTypeInfoKind.Enumerable when spot.Kind == JsonSpotKind.List:
                CheckEach(spot.Items.Select((item, i) => ($"{path}[{i}]", item)), type, problems);
                break;
            case JsonTypeInfoKind.None when Fits(spot, plain):
                break;
            default:
                var expected = Expected(type.Kind, plain);
                problems.Add(path, $"expected {expected}, found {spot.Description}", Remedy(spot, type.Kind, plain));
                break;
        }
    }

    private static void CheckMembers(JsonSpot spot, string path, JsonTypeInfo type, Problems problems)
    {
        var names = type.Options.PropertyNameCaseInsensitive
            ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        CheckTwice(spot, path, names, problems);
        foreach (var property in type.Properties.Where(p => !p.IsExtensionData && (p.Set is not null || p.IsRequired)))
        {
            var value = spot.Members.LastOrDefault(m => names.Equals(m.Name, property.Name)).Value;
            if (value is null)
            {
                if (property.IsRequired)
                {
                    problems.Add(path, $"the required member \"{property.Name}\" is missing",
                        NearestName.Find(property.Name, spot.Members.Select(m => m.Name)) is { } near
                            ? $"Is \"{near}\" a slip of the pen?" : "Add it.");
                }
            }
            else if (value.Kind != JsonSpotKind.Null || !property.IsSetNullable)
            {
                Check(value, JsonSpot.Join(path, property.Name), type.Options.GetTypeInfo(property.PropertyType),
                    problems);
            }
        }
    }

    private static void CheckEach(IEnumerable<(string Path, JsonSpot Value)> values, JsonTypeInfo type,
        Problems problems)
    {
        var element = type.Options.GetTypeInfo(type.ElementType!);
        foreach (var (path, value) in values)
        {
            Check(value, path, element, problems);
        }
    }

    private static void CheckTwice(JsonSpot spot, string path, StringComparer names, Problems problems)
    {
        foreach (var twice in spot.Members.GroupBy(m => m.Name, names).Where(group => group.Count() > 1))
        {
            var lines = string.Join(" and ", twice.Select(member => member.At.Line));
            problems.Add(JsonSpot.Join(path, twice.Key), $"the member is given more than once, in lines {lines}",
                "Keep one of them.");
        }
    }

    private static bool Fits(JsonSpot spot, Type type)
    {
        if (type == typeof(string))
        {
            return spot.Kind == JsonSpotKind.Text;
        }

        if (type == typeof(bool))
        {
            return spot.Kind == JsonSpotKind.Bool;
        }

        return Range(type) is not var (least, most) || (spot.Kind == JsonSpotKind.Number
            && Int128.TryParse(spot.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most);
    }

    private static string Expected(JsonTypeInfoKind kind, Type type) => kind switch
    {
        JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => "an object {...}",
        JsonTypeInfoKind.Enumerable => "a list [...]",
        _ when type == typeof(string) => "a string",
        _ when type == typeof(bool) => "true or false",
        _ when Range(type) is var (least, most) =>
            most < uint.MaxValue / 2 || least == 0 ? $"a whole number from {least} to {most}" : "a whole number",
        _ => "another kind of value",
    };

    // Where the value is right and only its clothes are wrong, the right ones.
    private static string Remedy(JsonSpot spot, JsonTypeInfoKind kind, Type type) => (spot.Kind, kind) switch
    {
        (JsonSpotKind.Text, JsonTypeInfoKind.Enumerable) =>
            $"Write [\"{string.Join("\", \"", spot.Text.Split(' '))}\"].",
        (JsonSpotKind.Number or JsonSpotKind.Bool, JsonTypeInfoKind.None) when type == typeof(string) =>
            $"Quote it: \"{spot.Text}\".",
        (JsonSpotKind.Text, JsonTypeInfoKind.None) when spot.Text is "true" or "false"
            || Int128.TryParse(spot.Text, CultureInfo.InvariantCulture, out _) => "Remove the quotes.",
        _ => "",
    };

    private static (Int128 Least, Int128 Most)? Range(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.UInt16 => (ushort.MinValue, ushort.MaxValue),
        TypeCode.Int32 => (int.MinValue, int.MaxValue),
        TypeCode.UInt32 => (uint.MinValue, uint.MaxValue),
        TypeCode.Int64 => (long.MinValue, long.MaxValue),
        TypeCode.UInt64 => (ulong.MinValue, ulong.MaxValue),
        _ => null,
    };
}
