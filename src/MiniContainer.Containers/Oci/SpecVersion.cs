// The lowest version of the specification that has all that a configuration uses: older runtimes refuse a later number,
// and none refuses an earlier one (runtime-spec, "Specification version"; its ChangeLog). Lab 12-oci.

namespace MiniContainer.Containers.Oci;

/// <summary>Finds the version that a configuration needs.</summary>
public static class SpecVersion
{
    private static readonly string[] Recursive =
    [
        "rro", "rrw", "rsuid", "rnosuid", "rdev", "rnodev", "rexec", "rnoexec", "rdiratime", "rnodiratime", "rrelatime",
        "rnorelatime", "ratime", "rnoatime", "rstrictatime", "rnostrictatime", "rsymfollow", "rnosymfollow",
    ];

    // The latest first.
    private static readonly (string Version, Func<Spec, bool> Needs)[] Members =
    [
        ("1.3.0", Needs13), ("1.2.1", s => s.Process?.ExecCpuAffinity is not null),
        ("1.2.0", s => HasOption(s, "idmap", "ridmap")), ("1.1.0", Needs11), ("1.0.2", Needs102),
    ];

    /// <summary>The version that a configuration needs; 1.0.0 at least.</summary>
    public static string Of(Spec spec) => Members.FirstOrDefault(m => m.Needs(spec)).Version ?? "1.0.0";

    private static bool Needs13(Spec spec) =>
        spec.Linux is { NetDevices.Count: > 0 } or { MemoryPolicy: not null } or { IntelRdt.Schemata: not null }
            or { IntelRdt.EnableMonitoring: not null } or { Resources.Pids: { Limit: null } };

    private static bool Needs11(Spec spec) =>
        spec is { Domainname: not null } or { Process.Scheduler: not null } or { Process.IoPriority: not null }
        || spec.Linux is { TimeOffsets.Count: > 0 } or { Seccomp.ListenerPath: not null }
            or { Seccomp.DefaultErrnoRet: not null }
        || spec.Linux?.Resources is { Cpu.Idle: not null } or { Cpu.Burst: not null } or { Unified.Count: > 0 }
            or { Memory.CheckBeforeUpdate: not null }
        || spec.Linux?.Namespaces?.Any(n => n.Type == "time") == true
        || (spec.Mounts ?? []).Any(m => m.UidMappings is not null || m.GidMappings is not null)
        || HasOption(spec, Recursive);

    private static bool Needs102(Spec spec) =>
        spec.Process?.User?.Umask is not null
        || spec.Linux is { Personality: not null } or { Resources.Rdma.Count: > 0 }
        || spec.Hooks is { CreateRuntime: not null } or { CreateContainer: not null } or { StartContainer: not null };

    private static bool HasOption(Spec spec, params string[] names) =>
        (spec.Mounts ?? []).Any(m => m.Options?.Intersect(names).Any() == true);
}
