// A container as `state` and `list --format json` show it: the OCI's state, and what runc adds to it.
// https://github.com/opencontainers/runtime-spec/blob/v1.3.0/runtime.md#state

using System.Text.Json.Serialization;
using MiniContainer.Containers.Lifecycle;
using MiniContainer.Documents;
using MiniContainer.Kernel;

namespace MiniContainer.Cli;

/// <summary>One container.</summary>
internal sealed record StateReport
{
    public required string OciVersion { get; init; }

    public required string Id { get; init; }

    /// <summary>0 if there is no process.</summary>
    public required int Pid { get; init; }

    public required string Status { get; init; }

    public required string Bundle { get; init; }

    /// <summary>The root file system on the host; empty where the bundle has gone.</summary>
    public required string Rootfs { get; init; }

    public required DateTimeOffset Created { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Who made it.</summary>
    public required string Owner { get; init; }

    /// <summary>
    /// What minic cannot read of the container's journal, and so could not undo; null where it can read all of it.
    /// </summary>
    public IReadOnlyList<string>? Unread { get; init; }

    /// <summary>The report on a container.</summary>
    public static StateReport Of(Container container)
    {
        var state = container.State();
        return new StateReport
        {
            OciVersion = state.OciVersion,
            Id = state.Id,
            Pid = state.Pid ?? 0,
            Status = state.Status.ToString().ToLowerInvariant(),
            Bundle = state.Bundle,
            Rootfs = RootOf(container),
            Created = container.Header.Created,
            Annotations = state.Annotations,
            // Only its owner and root can read a state directory: the caller is one of the two.
            Owner = Environment.UserName,
            Unread = container.Unread.Any() ? [.. container.Unread.Select(u => u.Refusal.Message)] : null,
        };
    }

    /// <summary>As indented JSON.</summary>
    public string ToJson() => JsonText.Write(this, ReportJson.Default.StateReport, indented: true);

    /// <summary>Several of them, as JSON on one line: where runc writes one, its readers may count on that.</summary>
    public static string ToJson(IReadOnlyList<StateReport> all) =>
        JsonText.Write(all, ReportJson.Default.IReadOnlyListStateReport);

    private static string RootOf(Container container)
    {
        try
        {
            return Containers.Oci.Bundle.Load(container.Header.Bundle).RootPath;
        }
        catch (MinicException)
        {
            return "";
        }
    }
}

/// <summary>One line of events.</summary>
/// <param name="Type">stats or oom.</param>
/// <param name="Id">The container.</param>
/// <param name="Data">What it uses, of stats.</param>
internal sealed record ContainerEvent(string Type, string Id, Statistics? Data = null);

/// <summary>The JSON form of what the verbs show.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StateReport))]
[JsonSerializable(typeof(IReadOnlyList<StateReport>))]
[JsonSerializable(typeof(IReadOnlyList<int>))]
[JsonSerializable(typeof(Features))]
[JsonSerializable(typeof(ContainerEvent))]
internal sealed partial class ReportJson : JsonSerializerContext;
