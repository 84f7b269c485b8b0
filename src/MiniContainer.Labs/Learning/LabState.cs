// What is remembered of a learner's way through one lab. A passed step stays passed; inputs stay until they are drawn
// anew.

using System.Text.Json.Serialization;

namespace MiniContainer.Labs.Learning;

/// <summary>A learner's state in one lab.</summary>
internal sealed record LabState
{
    /// <summary>The inputs that were drawn.</summary>
    public Dictionary<string, string> Inputs { get; init; } = [];

    /// <summary>The ids of the steps that have passed.</summary>
    public List<string> Passed { get; init; } = [];

    /// <summary>How many hints were shown of a step.</summary>
    public Dictionary<string, int> Hints { get; init; } = [];

    /// <summary>How often a step was checked before it passed.</summary>
    public Dictionary<string, int> Refused { get; init; } = [];

    /// <summary>The steps whose solutions were shown before they had passed.</summary>
    public List<string> Shown { get; init; } = [];
}

/// <summary>Its form on disk.</summary>
[JsonSerializable(typeof(LabState))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class LabStateJson : JsonSerializerContext;
