// The lowest version of the specification that has all that a configuration uses: older runtimes refuse a later number, and
// none refuses an earlier one (runtime-spec, "Specification version"; its ChangeLog). Lab 12-oci.

namespace MiniContainer.Containers.Oci;

/// <summary>Finds the version that a configuration needs.</summary>
public static class SpecVersion
{
    // The latest first.
    private static readonly (string Version, Func<Spec, bool> Needs)[] Members =
    [
        ("1.3.0", s => s.Linux is { NetDevices.Count: > 0 } or { MemoryPolicy: not null } or { IntelRdt.Schemata: not null } or { IntelRdt.EnableMonitoring: not null } or { Resources.Pids.Limit: null, Resources.Pids: not null }),
        ("1.2.1", s => s.Process?.ExecCpuAffinity is not null),
        ("1.2.0", s => HasOption(s, "idmap", "ridmap")),
        ("1.1.0", s => s is { Domainname: not null } or { Process.Scheduler: not null } or { Process.IoPriority: not null }
            || s.Linux is { TimeOffsets.Count: > 0 } or { Resources.Cpu.Idle: not null } or { Resources.Cpu.Burst: not null } or { Resources.Memory.CheckBeforeUpdate: not null } or { Resources.Unified.Count: > 0 }
            || s.Linux?.Namespaces?.Any(n => n.Type == "time") == true || s.Linux?.Seccomp is { ListenerPath: not null } or { DefaultErrnoRet: not null }
            || (s.Mounts ?? []).Any(m => m.UidMappings is not null || m.GidMappings is not null)
            || HasOption(s, "rro", "rrw", "rsuid", "rnosuid", "rdev", "rnodev", "rexec", "rnoexec", "rdiratime", "rnodiratime", "rrelatime", "rnorelatime", "rnoatime", "ratime", "rstrictatime", "rnostrictatime", "rsymfollow", "rnosymfollow")),
        ("1.0.2", s => s is { Process.User.Umask: not null } or { Linux.Personality: not null } or { Linux.Resources.Rdma.Count: > 0 }
            || s.Hooks is { CreateRuntime: not null } or { CreateContainer: not null } or { StartContainer: not null }),
    ];

    /// <summary>The version that a configuration needs; 1.0.0 at least.</summary>
    public static string Of(Spec spec) => Members.FirstOrDefault(m => m.Needs(spec)).Version ?? "1.0.0";

    private static bool HasOption(Spec spec, params string[] names) => (spec.Mounts ?? []).Any(m => m.Options?.Intersect(names).Any() == true);
}
