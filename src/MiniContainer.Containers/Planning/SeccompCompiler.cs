// From config.json's seccomp to a program that the kernel loads: libseccomp compiles it (lab 10-privileges, seccomp(2)).

using MiniContainer.Containers.Oci;

namespace MiniContainer.Containers.Planning;

/// <summary>A filter in the kernel's form.</summary>
/// <param name="Program">struct sock_filter, eight bytes each.</param>
/// <param name="Flags">SECCOMP_FILTER_FLAG_* bits (seccomp(2)).</param>
public sealed record CompiledSeccomp(byte[] Program, long Flags);

/// <summary>Compiles filters of system calls.</summary>
public static class SeccompCompiler
{
    /// <summary>Compiles a filter.</summary>
    /// <exception cref="Kernel.MinicException">libseccomp is missing, or refuses a rule.</exception>
    public static CompiledSeccomp Compile(LinuxSeccomp seccomp) =>
        throw new Kernel.MinicException("compile the seccomp filter", $"minic has no seccomp yet, and the bundle asks for {seccomp.DefaultAction}", "Remove linux.seccomp from config.json.");
}
