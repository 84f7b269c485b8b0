// From config.json's seccomp to a program that the kernel loads: libseccomp compiles it. What the specification leaves
// open is done as runc does it, so that a profile means the same here (lab 10-privileges; seccomp(2); runtime-spec,
// "Seccomp").

using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;
using static MiniContainer.Kernel.Abi;

namespace MiniContainer.Containers.Planning;

/// <summary>A filter in the kernel's form.</summary>
/// <param name="Program">struct sock_filter, eight bytes each.</param>
/// <param name="Flags">SECCOMP_FILTER_FLAG_* bits (seccomp(2)).</param>
public sealed record CompiledSeccomp(byte[] Program, long Flags);

/// <summary>Compiles filters of system calls.</summary>
public static class SeccompCompiler
{
    private const string Doing = "compile the seccomp filter";
    private const int WorthKeeping = 100 * 8;

    /// <summary>Compiles a filter, or finds it compiled.</summary>
    /// <param name="seccomp">A valid filter (<see cref="SeccompValidator"/>).</param>
    /// <param name="cache">Where compiled filters are kept; null for <see cref="SeccompCache.Default"/>.</param>
    /// <exception cref="MinicException">libseccomp is missing or refuses a rule.</exception>
    public static CompiledSeccomp Compile(LinuxSeccomp seccomp, SeccompCache? cache = null)
    {
        cache ??= SeccompCache.Default;
        var flags = Flags(seccomp);
        var key = SeccompCache.Key(seccomp);
        if (cache.Find(key) is { } known)
            return new CompiledSeccomp(known, flags);
        using var filter = Build(seccomp);
        var program = filter.ExportBpf(SeccompFuture.Program(seccomp));
        // A small profile is compiled sooner than it is read.
        if (program.Length > WorthKeeping)
            cache.Keep(key, program);
        return new CompiledSeccomp(program, flags);
    }

    /// <summary>The filter in libseccomp's pseudo code, for people.</summary>
    /// <exception cref="MinicException">As of <see cref="Compile"/>.</exception>
    public static string Describe(LinuxSeccomp seccomp)
    {
        using var filter = Build(seccomp);
        return filter.ExportPfc();
    }

    private static Seccomp Build(LinuxSeccomp seccomp)
    {
        var defaultAction = Action(seccomp.DefaultAction, seccomp.DefaultErrnoRet);
        var filter = new Seccomp(defaultAction);
        try
        {
            foreach (var (name, i) in (seccomp.Architectures ?? []).Select((name, i) => (name, i)))
                At($"$.linux.seccomp.architectures[{i}]",
                    () => filter.AddArchitecture(name["SCMP_ARCH_".Length..].ToLowerInvariant()));
            _ = filter.TryOptimize();
            foreach (var (rule, i) in (seccomp.Syscalls ?? []).Select((rule, i) => (rule, i)))
            {
                var action = Action(rule.Action, rule.ErrnoRet);
                // It would change nothing, and libseccomp calls it an error.
                if (action != defaultAction)
                    At($"$.linux.seccomp.syscalls[{i}]", () => AddRule(filter, action, rule));
            }

            return filter;
        }
        catch
        {
            filter.Dispose();
            throw;
        }
    }

    // libseccomp refuses what no rule of the specification forbids, such as an architecture of the other byte order.
    private static void At(string path, Action add)
    {
        try
        {
            add();
        }
        catch (MinicException e)
        {
            throw new MinicException(Doing, $"{path}: {e.Message}",
                "libseccomp cannot express it on this machine: remove it.");
        }
    }

    private static void AddRule(Seccomp filter, uint action, LinuxSyscall rule)
    {
        var conditions = (rule.Args ?? []).Select(Condition).ToArray();
        // libseccomp takes one condition for each argument. With several for the same one, each becomes a rule of its
        // own, any of which is enough: so runc reads such profiles, and so they are written.
        var separate = conditions.DistinctBy(c => c.arg).Count() < conditions.Length;
        foreach (var name in rule.Names)
        {
            // A name that this libseccomp does not know is passed over, so that one profile serves old systems and new.
            if (Seccomp.Resolve(name) is not { } number)
                continue;
            if (!separate)
                filter.AddRule(action, name, number, conditions);
            foreach (var condition in separate ? conditions : [])
                filter.AddRule(action, name, number, [condition]);
        }
    }

    // enum scmp_compare counts the operators from 1, in the order in which SeccompValidator has them.
    private static scmp_arg_cmp Condition(LinuxSeccompArg arg) =>
        new(arg.Index, 1 + SeccompValidator.Operators.ToList().IndexOf(arg.Op), arg.Value, arg.ValueTwo ?? 0);

    private static uint Action(string name, uint? errno) =>
        Seccomp.Action(name, errno ?? Errno.EPERM) ?? throw new MinicException(Doing, $"the action {name} is unknown");

    /// <summary>Whether a filter stops calls and asks another process about them.</summary>
    public static bool Notifies(LinuxSeccomp seccomp) =>
        (seccomp.Syscalls ?? []).Any(s => s.Action == "SCMP_ACT_NOTIFY");

    private static long Flags(LinuxSeccomp seccomp)
    {
        var flags = Flags(seccomp.Flags);
        // A listener is born with its filter. The flag about waiting for it means nothing without one, and the kernel
        // refuses it then.
        return Notifies(seccomp)
            ? flags | SECCOMP_FILTER_FLAG_NEW_LISTENER
            // With a listener TSYNC has no number of a thread to return, only this errno.
            | ((flags & SECCOMP_FILTER_FLAG_TSYNC) != 0 ? SECCOMP_FILTER_FLAG_TSYNC_ESRCH : 0)
            : flags & ~SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
    }

    // As runc: a profile that says nothing of flags does not slow its container down by disabling speculative stores,
    // as kernels before 5.16 did for every filter.
    private static long Flags(IReadOnlyList<string>? names) =>
        names is null ? SECCOMP_FILTER_FLAG_SPEC_ALLOW : names.Aggregate(0L, (flags, name) => flags | Flag(name));

    private static long Flag(string name) => name switch
    {
        "SECCOMP_FILTER_FLAG_TSYNC" => SECCOMP_FILTER_FLAG_TSYNC,
        "SECCOMP_FILTER_FLAG_LOG" => SECCOMP_FILTER_FLAG_LOG,
        "SECCOMP_FILTER_FLAG_SPEC_ALLOW" => SECCOMP_FILTER_FLAG_SPEC_ALLOW,
        "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" => SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
        _ => throw new MinicException(Doing, $"the flag {name} is unknown"),
    };
}
