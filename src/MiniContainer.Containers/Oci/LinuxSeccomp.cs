// The filter of system calls as config.json writes it; libseccomp compiles it. The names SCMP_* are libseccomp's.
// https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#seccomp
// Lab: 10-privileges. See seccomp(2), seccomp_rule_add(3).

namespace MiniContainer.Containers.Oci;

/// <summary>A filter of system calls (config-linux.md, "Seccomp").</summary>
public sealed record LinuxSeccomp
{
    /// <summary>What happens to a call that no rule names: SCMP_ACT_*.</summary>
    public required string DefaultAction { get; init; }

    /// <summary>The errno of a default action SCMP_ACT_ERRNO or SCMP_ACT_TRACE; EPERM where not given.</summary>
    public uint? DefaultErrnoRet { get; init; }

    /// <summary>Architectures besides the native one: SCMP_ARCH_*.</summary>
    public IReadOnlyList<string>? Architectures { get; init; }

    /// <summary>SECCOMP_FILTER_FLAG_*.</summary>
    public IReadOnlyList<string>? Flags { get; init; }

    /// <summary>A UNIX socket that receives the descriptor of SCMP_ACT_NOTIFY (seccomp_unotify(2)).</summary>
    public string? ListenerPath { get; init; }

    /// <summary>Opaque text passed along to <see cref="ListenerPath"/>.</summary>
    public string? ListenerMetadata { get; init; }

    /// <summary>The rules.</summary>
    public IReadOnlyList<LinuxSyscall>? Syscalls { get; init; }
}

/// <summary>A rule: these calls, with these arguments, get this action.</summary>
public sealed record LinuxSyscall
{
    /// <summary>Names of system calls; those that the kernel lacks are passed over.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>SCMP_ACT_*.</summary>
    public required string Action { get; init; }

    /// <summary>The errno of SCMP_ACT_ERRNO or SCMP_ACT_TRACE.</summary>
    public uint? ErrnoRet { get; init; }

    /// <summary>Conditions on arguments, all of which must hold.</summary>
    public IReadOnlyList<LinuxSeccompArg>? Args { get; init; }
}

/// <summary>A condition on one argument.</summary>
/// <param name="Index">Which argument, 0 to 5.</param>
/// <param name="Value">What it is compared with; for SCMP_CMP_MASKED_EQ the mask.</param>
/// <param name="Op">SCMP_CMP_NE, _LT, _LE, _EQ, _GE, _GT or _MASKED_EQ.</param>
/// <param name="ValueTwo">For SCMP_CMP_MASKED_EQ, what the masked argument is compared with.</param>
public sealed record LinuxSeccompArg(uint Index, ulong Value, string Op, ulong? ValueTwo = null);
