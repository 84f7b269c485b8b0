// The container's configuration as the OCI writes it: config.json of a bundle, member for member. A property is the
// specification's member of the same name in camelCase; null means that it was not given. Lab: 12-oci.
// https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md

using System.Text.Json;
using System.Text.Json.Serialization;

namespace MiniContainer.Containers.Oci;

/// <summary>A container's configuration (runtime-spec 1.3, config.md).</summary>
public sealed record Spec
{
    /// <summary>The version of the specification that minic writes.</summary>
    public const string CurrentVersion = "1.3.0";

    /// <summary>The version of the specification that the bundle complies with, a semantic version.</summary>
    public required string OciVersion { get; init; }

    /// <summary>The process to run; <c>create</c> can do without, <c>start</c> cannot.</summary>
    public Process? Process { get; init; }

    /// <summary>The container's root file system.</summary>
    public Root? Root { get; init; }

    /// <summary>The host name seen in the container's UTS namespace.</summary>
    public string? Hostname { get; init; }

    /// <summary>The NIS domain name seen in the container's UTS namespace (setdomainname(2)).</summary>
    public string? Domainname { get; init; }

    /// <summary>Mounts besides the root, made in this order.</summary>
    public IReadOnlyList<Mount>? Mounts { get; init; }

    /// <summary>Commands that are run at points of the container's life.</summary>
    public Hooks? Hooks { get; init; }

    /// <summary>Arbitrary metadata.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>What only Linux has.</summary>
    public Linux? Linux { get; init; }

    /// <summary>Members that minic does not know (vm, windows …); the specification has runtimes ignore them.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Other { get; set; }
}

/// <summary>The container's root file system (config.md, "Root").</summary>
public sealed record Root
{
    /// <summary>A directory; a relative path is below the bundle.</summary>
    public required string Path { get; init; }

    /// <summary>Whether the container sees it read-only.</summary>
    public bool Readonly { get; init; }
}

/// <summary>A mount inside the container (config.md, "Mounts"; <see cref="MountOptions"/> reads the options).</summary>
public sealed record Mount
{
    /// <summary>An absolute path inside the container.</summary>
    public required string Destination { get; init; }

    /// <summary>The file system's type (/proc/filesystems); "bind", or none, with a bind option.</summary>
    public string? Type { get; init; }

    /// <summary>A device, a dummy name, or for a bind mount a path on the host, relative to the bundle.</summary>
    public string? Source { get; init; }

    /// <summary>Options as in fstab(5), and the specification's own.</summary>
    public IReadOnlyList<string>? Options { get; init; }

    /// <summary>The mapping of user ids for this mount (mount_setattr(2), MOUNT_ATTR_IDMAP).</summary>
    public IReadOnlyList<LinuxIdMapping>? UidMappings { get; init; }

    /// <summary>The mapping of group ids for this mount.</summary>
    public IReadOnlyList<LinuxIdMapping>? GidMappings { get; init; }
}

/// <summary>Hooks by the point at which they run (config.md, "POSIX-platform Hooks").</summary>
public sealed record Hooks
{
    /// <summary>Deprecated: after the environment is made, before pivot_root; in the runtime's namespaces.</summary>
    public IReadOnlyList<Hook>? Prestart { get; init; }

    /// <summary>After the environment is made, before pivot_root; in the runtime's namespaces.</summary>
    public IReadOnlyList<Hook>? CreateRuntime { get; init; }

    /// <summary>Like <see cref="CreateRuntime"/>, in the container's namespaces.</summary>
    public IReadOnlyList<Hook>? CreateContainer { get; init; }

    /// <summary>On <c>start</c>, before the process is executed; in the container's namespaces.</summary>
    public IReadOnlyList<Hook>? StartContainer { get; init; }

    /// <summary>After the process is started, before <c>start</c> returns; in the runtime's namespaces.</summary>
    public IReadOnlyList<Hook>? Poststart { get; init; }

    /// <summary>After the container is deleted; in the runtime's namespaces.</summary>
    public IReadOnlyList<Hook>? Poststop { get; init; }
}

/// <summary>A command run at a point of the container's life; it gets the container's state on stdin.</summary>
public sealed record Hook
{
    /// <summary>An absolute path.</summary>
    public required string Path { get; init; }

    /// <summary>argv, the program's name included.</summary>
    public IReadOnlyList<string>? Args { get; init; }

    /// <summary>The whole environment, as NAME=VALUE.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>Seconds after which the hook is aborted; greater than 0.</summary>
    public int? Timeout { get; init; }
}
