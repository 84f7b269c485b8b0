// The state of a container as `minic state` prints it and hooks read it on their stdin.
// https://github.com/opencontainers/runtime-spec/blob/v1.3.0/runtime.md#state   Lab: 12-oci.

using MiniContainer.Documents;

namespace MiniContainer.Containers.Oci;

/// <summary>Where a container is in its life (runtime.md, "State").</summary>
public enum ContainerStatus
{
    /// <summary>Being made.</summary>
    Creating,

    /// <summary>Made; the process waits for <c>start</c>.</summary>
    Created,

    /// <summary>The process runs.</summary>
    Running,

    /// <summary>
    /// The process runs, but for the freezer: no state of the specification, which lets a runtime add some.
    /// </summary>
    Paused,

    /// <summary>The process has ended.</summary>
    Stopped,
}

/// <summary>The state of a container (runtime.md, "State").</summary>
public sealed record ContainerState
{
    /// <summary>The version of the specification that the state complies with.</summary>
    public required string OciVersion { get; init; }

    /// <summary>The container's name, unique on this host.</summary>
    public required string Id { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required ContainerStatus Status { get; init; }

    /// <summary>The process's id as the host sees it; null when there is none.</summary>
    public int? Pid { get; init; }

    /// <summary>The bundle's absolute path.</summary>
    public required string Bundle { get; init; }

    /// <summary>The annotations of the configuration.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>The state as JSON, indented.</summary>
    public string ToJson() => JsonText.Write(this, SpecJson.Default.ContainerState, indented: true);

    /// <summary>The state that <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">A JSON object.</param>
    /// <param name="file">Where it was read from, for errors.</param>
    /// <exception cref="Kernel.MinicException">It is no such state.</exception>
    public static ContainerState FromJson(string json, string file) =>
        JsonFile.FromText("read the container's state", file, json).As(SpecJson.Default.ContainerState);
}
