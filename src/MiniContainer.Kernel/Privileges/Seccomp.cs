// Filters of system calls: libseccomp turns rules about names ("mkdir", in three calling conventions) into the program
// of the kernel's little machine that runs at every call. Its C names are kept. Lab 10-privileges; seccomp(2),
// seccomp_init(3), seccomp_rule_add(3), seccomp_export_bpf(3).

using System.Runtime.InteropServices;

namespace MiniContainer.Kernel;

/// <summary>A condition on an argument of a call: struct scmp_arg_cmp of seccomp_rule_add(3).</summary>
/// <param name="arg">Which argument, 0 to 5.</param>
/// <param name="op">enum scmp_compare: 1 is SCMP_CMP_NE, 7 is SCMP_CMP_MASKED_EQ.</param>
/// <param name="datum_a">What it is compared with; the mask of SCMP_CMP_MASKED_EQ.</param>
/// <param name="datum_b">What the masked argument is compared with.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct scmp_arg_cmp(uint arg, int op, ulong datum_a, ulong datum_b);

/// <summary>A filter in the making, through libseccomp (Debian: libseccomp2).</summary>
public sealed unsafe partial class Seccomp : IDisposable
{
    private const string Library = "libseccomp.so.2";
    private const string Doing = "compile the seccomp filter";
    private const int SCMP_FLTATR_CTL_OPTIMIZE = 8;

    // BPF_MAXINSNS of linux/bpf_common.h: the kernel takes no longer program.
    private const int MaximumLength = 4096;

    private nint context;

    /// <summary>seccomp_init(3): a filter for the native architecture, with no rules yet.</summary>
    /// <param name="defaultAction">SCMP_ACT_* of a call that no rule names.</param>
    /// <exception cref="MinicException">The library is missing, or refuses the action.</exception>
    public Seccomp(uint defaultAction)
    {
        context = Loaded(() => seccomp_init(defaultAction));
        if (context == 0)
            throw new MinicException(Doing,
                $"seccomp_init(0x{defaultAction:x}): the library refuses the default action");
    }

    /// <summary>A whole filter in one call: some calls fail with EPERM, all others are allowed.</summary>
    /// <param name="syscalls">The names of the calls that fail.</param>
    /// <returns>The program, as <see cref="ExportBpf"/> gives it.</returns>
    /// <exception cref="MinicException">A name is unknown, or the library is missing.</exception>
    public static byte[] Refuse(IEnumerable<string> syscalls)
    {
        using var filter = new Seccomp(Action("SCMP_ACT_ALLOW", 0)!.Value);
        foreach (var name in syscalls)
            filter.AddRule(Action("SCMP_ACT_ERRNO", Errno.EPERM)!.Value, name,
                Resolve(name) ?? throw new MinicException(Doing, $"there is no system call {name}"), []);
        return filter.ExportBpf();
    }

    /// <summary>The library's version: "2.5.4".</summary>
    /// <exception cref="MinicException">The library is missing.</exception>
    public static string Version()
    {
        var version = (uint*)Loaded(seccomp_version);
        return $"{version[0]}.{version[1]}.{version[2]}";
    }

    /// <summary>The number of an action: SCMP_ACT_* of seccomp.h.</summary>
    /// <param name="name">"SCMP_ACT_ERRNO" and the like.</param>
    /// <param name="errno">What SCMP_ACT_ERRNO makes the call return, and SCMP_ACT_TRACE tells the tracer.</param>
    /// <returns>Null for an unknown name.</returns>
    public static uint? Action(string name, uint errno) => name switch
    {
        "SCMP_ACT_KILL" or "SCMP_ACT_KILL_THREAD" => 0,
        "SCMP_ACT_KILL_PROCESS" => 0x80000000,
        "SCMP_ACT_TRAP" => 0x00030000,
        "SCMP_ACT_ERRNO" => 0x00050000 | (errno & 0xffff),
        "SCMP_ACT_TRACE" => 0x7ff00000 | (errno & 0xffff),
        "SCMP_ACT_NOTIFY" => 0x7fc00000,
        "SCMP_ACT_LOG" => 0x7ffc0000,
        "SCMP_ACT_ALLOW" => 0x7fff0000,
        _ => null,
    };

    /// <summary>seccomp_syscall_resolve_name(3).</summary>
    /// <returns>
    /// The native number, or a negative one if only other architectures have the call; null if none has.
    /// </returns>
    public static int? Resolve(string syscall)
    {
        const int __NR_SCMP_ERROR = -1;
        fixed (byte* name = Libc.Utf8(syscall))
        {
            var number = seccomp_syscall_resolve_name(name);
            return number == __NR_SCMP_ERROR ? null : number;
        }
    }

    /// <summary>seccomp_syscall_resolve_name_arch(3).</summary>
    /// <param name="architecture">What <see cref="Token"/> gave.</param>
    /// <param name="syscall">The call's name.</param>
    /// <returns>The number; null if that architecture does not have the call, or is unknown.</returns>
    public static int? ResolveIn(uint architecture, string syscall)
    {
        fixed (byte* name = Libc.Utf8(syscall))
        {
            var number = seccomp_syscall_resolve_name_arch(architecture, name);
            return number < 0 ? null : number;
        }
    }

    /// <summary>What the kernel calls an architecture: AUDIT_ARCH_* of linux/audit.h; 0 for an unknown one.</summary>
    /// <param name="architecture">"x86" and the like; "native" for the machine's.</param>
    public static uint Token(string architecture)
    {
        fixed (byte* p = Libc.Utf8(architecture))
            return architecture == "native" ? seccomp_arch_native() : seccomp_arch_resolve_name(p);
    }

    /// <summary>seccomp_arch_add(3): the rules hold for programs of this architecture too.</summary>
    /// <param name="name">"x86" and the like (seccomp_arch_resolve_name).</param>
    /// <exception cref="MinicException">
    /// The library does not know it, or it cannot be on one machine with the others.
    /// </exception>
    public void AddArchitecture(string name)
    {
        var token = Token(name);
        if (token == 0)
            throw new MinicException(Doing, $"libseccomp does not know the architecture {name}",
                "Remove it from linux.seccomp.architectures.");
        var result = seccomp_arch_add(context, token);
        // The native one is there from the beginning.
        if (result != 0 && result != -Errno.EEXIST)
            throw MinicException.FromErrno(Doing, $"seccomp_arch_add(ctx, {name})", -result);
    }

    /// <summary>seccomp_rule_add_array(3): a call whose arguments meet all conditions gets the action.</summary>
    /// <param name="action">SCMP_ACT_*.</param>
    /// <param name="syscall">The call's name, for errors.</param>
    /// <param name="number">What <see cref="Resolve"/> gave.</param>
    /// <param name="conditions">At most one for each argument.</param>
    /// <exception cref="MinicException">The library refuses the rule.</exception>
    public void AddRule(uint action, string syscall, int number, ReadOnlySpan<scmp_arg_cmp> conditions)
    {
        int result;
        fixed (scmp_arg_cmp* p = conditions)
            result = seccomp_rule_add_array(context, action, number, (uint)conditions.Length, p);
        if (result != 0)
            throw MinicException.FromErrno(Doing,
                $"seccomp_rule_add_array(ctx, 0x{action:x}, {syscall}, {conditions.Length})", -result);
    }

    /// <summary>
    /// Makes the program a binary tree over the numbers: a call meets some nine comparisons, not hundreds.
    /// </summary>
    /// <returns>False in a libseccomp older than 2.5, which has only the list.</returns>
    public bool TryOptimize() => seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0;

    /// <summary>seccomp_export_bpf(3).</summary>
    /// <param name="before">Instructions to run first, that end or go on to the filter behind them.</param>
    /// <returns>The program: struct sock_filter, eight bytes each.</returns>
    /// <exception cref="MinicException">It cannot be made, or is longer than the kernel takes.</exception>
    public byte[] ExportBpf(params byte[] before)
    {
        byte[] program = [.. before, .. Export(&seccomp_export_bpf, "seccomp_export_bpf")];
        return program.Length / 8 <= MaximumLength
            ? program
            : throw new MinicException(Doing,
                $"the program has {program.Length / 8} instructions, and the kernel takes {MaximumLength}",
                "Name fewer system calls or architectures.");
    }

    /// <summary>seccomp_export_pfc(3): the program in words that people read.</summary>
    public string ExportPfc() => System.Text.Encoding.UTF8.GetString(Export(&seccomp_export_pfc, "seccomp_export_pfc"));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (context != 0)
            seccomp_release(context);
        context = 0;
    }

    private static nint Loaded(Func<nint> call)
    {
        try
        {
            return call();
        }
        catch (DllNotFoundException exception)
        {
            throw new MinicException(Doing, $"{Library} cannot be loaded", "Install the Debian package libseccomp2.",
                inner: exception);
        }
    }

    // Before version 2.6 the library writes to descriptors only: a file of memory takes the program.
    private byte[] Export(delegate*<nint, int, int> export, string name)
    {
        using var file = MemoryFile.Create("seccomp", []);
        var result = export(context, (int)file.DangerousGetHandle());
        return result == 0
            ? MemoryFile.ReadAll(file) : throw MinicException.FromErrno(Doing, $"{name}(ctx, fd)", -result);
    }

    // const struct scmp_version *: three unsigned integers.
    [LibraryImport(Library)]
    private static partial nint seccomp_version();

    [LibraryImport(Library)]
    private static partial nint seccomp_init(uint def_action);

    [LibraryImport(Library)]
    private static partial void seccomp_release(nint ctx);

    [LibraryImport(Library)]
    private static partial uint seccomp_arch_resolve_name(byte* arch_name);

    [LibraryImport(Library)]
    private static partial uint seccomp_arch_native();

    [LibraryImport(Library)]
    private static partial int seccomp_syscall_resolve_name_arch(uint arch_token, byte* name);

    [LibraryImport(Library)]
    private static partial int seccomp_arch_add(nint ctx, uint arch_token);

    [LibraryImport(Library)]
    private static partial int seccomp_syscall_resolve_name(byte* name);

    [LibraryImport(Library)]
    private static partial int seccomp_rule_add_array(nint ctx, uint action, int syscall, uint arg_cnt,
        scmp_arg_cmp* arg_array);

    [LibraryImport(Library)]
    private static partial int seccomp_attr_set(nint ctx, int attr, uint value);

    [LibraryImport(Library)]
    private static partial int seccomp_export_bpf(nint ctx, int fd);

    [LibraryImport(Library)]
    private static partial int seccomp_export_pfc(nint ctx, int fd);
}
