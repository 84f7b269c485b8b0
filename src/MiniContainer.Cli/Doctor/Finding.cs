// What minic doctor says of one thing: whether it is there, what that is for, and the command that mends it.

using System.Text.Json.Serialization;

namespace MiniContainer.Cli.Doctor;

/// <summary>How grave it is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
internal enum Verdict
{
    /// <summary>It is as it should be.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>Something is not possible, and containers run without it.</summary>
    [JsonStringEnumMemberName("note")]
    Note,

    /// <summary>Without it this user's containers do not run.</summary>
    [JsonStringEnumMemberName("missing")]
    Missing,
}

/// <summary>One line of the examination.</summary>
/// <param name="Area">What it belongs to: "kernel", "cgroups".</param>
/// <param name="Name">What was looked at.</param>
/// <param name="Verdict">How grave it is.</param>
/// <param name="Found">What was found.</param>
/// <param name="For">What it is for: options of minic, and labs by name.</param>
internal sealed record Finding(string Area, string Name, Verdict Verdict, string Found, string For)
{
    /// <summary>The command that mends it, or null where there is nothing to mend, or no command for it.</summary>
    public string? Remedy { get; init; }

    /// <summary>Whether root must type that command.</summary>
    [JsonIgnore]
    public bool AsRoot { get; init; } = true;

    /// <summary>Who must type it: root, or you; null where there is no command.</summary>
    public string? By => Remedy is null ? null : AsRoot ? "root" : "you";
}
