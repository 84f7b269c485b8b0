// What this runtime can do, in the words of the specification's features.md. What is not here, it cannot do.

using System.Text.Json.Serialization;
using MiniContainer.Containers.Oci;

namespace MiniContainer.Cli;

/// <summary>The features object (features.md).</summary>
internal sealed record Features
{
    public string OciVersionMin { get; init; } = "1.0.0";

    public string OciVersionMax { get; init; } = Spec.CurrentVersion;

    /// <summary>The hooks that are run.</summary>
    public IReadOnlyList<string> Hooks { get; init; } = ["prestart", "createRuntime", "createContainer",
        "startContainer", "poststart", "poststop"];

    public IReadOnlyList<string> MountOptions { get; init; } = [];

    public LinuxFeatures Linux { get; init; } = new();

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Those of this minic.</summary>
    public static Features Here { get; } = new()
    {
        MountOptions = Containers.Oci.MountOptions.Known,
        Annotations = new Dictionary<string, string> { ["org.minicontainer.minic.version"] = MinicVersion.Current },
    };
}

/// <summary>
/// The member linux (features-linux.md): what minic does where the machine has it, which is not asked here.
/// </summary>
internal sealed record LinuxFeatures
{
    public IReadOnlyList<string> Namespaces { get; init; } = ["cgroup", "ipc", "mount", "network", "pid", "time",
        "user", "uts"];

    public IReadOnlyList<string> Capabilities { get; init; } = Kernel.Capabilities.All;

    public CgroupFeatures Cgroup { get; init; } = new();

    public SeccompFeatures Seccomp { get; init; } = new();

    public Enabled Apparmor { get; init; } = new(true);

    public Enabled Selinux { get; init; } = new(true);

    public IntelRdtFeatures IntelRdt { get; init; } = new();

    public MemoryPolicyFeatures MemoryPolicy { get; init; } = new();

    public MountExtensions MountExtensions { get; init; } = new(new Enabled(true));

    public Enabled NetDevices { get; init; } = new(true);
}

/// <summary>Which kinds of cgroups can be made.</summary>
internal sealed record CgroupFeatures(bool V1 = true, bool V2 = true, bool Systemd = true, bool SystemdUser = true,
    bool Rdma = true);

/// <summary>What filters of system calls can say.</summary>
internal sealed record SeccompFeatures
{
    public bool Enabled { get; init; } = true;

    public IReadOnlyList<string> Actions { get; init; } = SeccompValidator.Actions;

    public IReadOnlyList<string> Operators { get; init; } = SeccompValidator.Operators;

    public IReadOnlyList<string> Archs { get; init; } = SeccompValidator.Architectures;

    public IReadOnlyList<string> KnownFlags { get; init; } = SeccompValidator.Flags;

    public IReadOnlyList<string> SupportedFlags { get; init; } = SeccompValidator.Flags;
}

/// <summary>What can be said of Intel's caches.</summary>
internal sealed record IntelRdtFeatures(bool Enabled = true, bool Schemata = true, bool Monitoring = true);

/// <summary>What memory policies can say.</summary>
internal sealed record MemoryPolicyFeatures
{
    public IReadOnlyList<string> Modes { get; init; } = LinuxValidator.MemoryModes;

    public IReadOnlyList<string> Flags { get; init; } = LinuxValidator.MemoryFlags;
}

/// <summary>What mounts can do beside their options.</summary>
/// <param name="Idmap">Whether their ids can be mapped.</param>
internal sealed record MountExtensions(Enabled Idmap);

/// <summary>Whether there is such a thing.</summary>
/// <param name="Is">Whether there is.</param>
internal sealed record Enabled([property: JsonPropertyName("enabled")] bool Is);
