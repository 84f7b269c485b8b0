// Where the time went: the spans of one play, of the runtime and of all children, on one axis. ProfileWatch.cs takes
// them, ProfileTable.cs, ProfileSvg.cs and the JSON here show them. Lab 03-threads.

using System.Text.Json;
using System.Text.Json.Serialization;

namespace MiniContainer.Telling.Profiling;

/// <summary>What took time.</summary>
/// <param name="Who">"minic", "minic, undoing", or a child's name.</param>
/// <param name="What">The step, in its own words.</param>
/// <param name="Kind">Its subject: one of <see cref="ProfileKind.All"/>.</param>
/// <param name="Start">When it began, in microseconds on the axis.</param>
/// <param name="Took">How long it took, in microseconds.</param>
public sealed record ProfileSpan(string Who, string What, string Kind, double Start, double Took)
{
    /// <summary>Its chapter: "limits of web"; null of minic's own work beside the steps.</summary>
    public string? Chapter { get; init; }

    /// <summary>Whether the time went by in waiting for another process.</summary>
    public bool Waits { get; init; }

    /// <summary>
    /// How long it took to write the step down, before and after, in microseconds; not part of <see cref="Took"/>.
    /// </summary>
    public double Journal { get; init; }

    /// <summary>When it ended.</summary>
    [JsonIgnore]
    public double End => Start + Took;
}

/// <summary>The profile of one play.</summary>
/// <param name="Title">What was measured: "minic run box".</param>
/// <param name="Spans">Where the time went, in the order of their beginnings.</param>
public sealed record Profile(string Title, IReadOnlyList<ProfileSpan> Spans)
{
    /// <summary>The system's monotonic clock (clock_gettime(2)) at 0 on the axis, in microseconds.</summary>
    public double Zero { get; init; }

    /// <summary>
    /// How long the command ran, in microseconds, of which the axis shows nothing; null if minic did not wait for it.
    /// </summary>
    public double? Command { get; init; }

    /// <summary>The length of the axis, in microseconds.</summary>
    [JsonIgnore]
    public double Whole => Spans.Count == 0 ? 0 : Spans.Max(s => s.End);

    /// <summary>The spans of this profile and another one's, on this one's axis.</summary>
    public Profile With(Profile other) => this with
    {
        Spans = [.. Spans.Concat(other.Spans.Select(s => s with { Start = Math.Round(s.Start + other.Zero - Zero, 1) }))
            .OrderBy(s => s.Start)],
    };

    /// <summary>For programs.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ProfileJson.Default.Profile) + "\n";

    /// <summary>The inverse of <see cref="ToJson"/>.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static Profile FromJson(string json) =>
        JsonSerializer.Deserialize(json, ProfileJson.Default.Profile) ?? throw new JsonException("null is no profile");
}

/// <summary>The serializer of profiles.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    WriteIndented = true)]
[JsonSerializable(typeof(Profile))]
internal sealed partial class ProfileJson : JsonSerializerContext;
