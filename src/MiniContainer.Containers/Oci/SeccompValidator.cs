// The rules of a filter of system calls. Names of calls are not checked: the specification has those that the machine's
// kernel or libseccomp does not know passed over, so that one profile serves old and new. Lab: 10-privileges.

using MiniContainer.Documents;

namespace MiniContainer.Containers.Oci;

/// <summary>Finds every rule that a seccomp filter breaks (config-linux.md, "Seccomp").</summary>
public static class SeccompValidator
{
    /// <summary>SCMP_ACT_* (seccomp_rule_add(3)).</summary>
    public static IReadOnlyList<string> Actions { get; } =
    [
        "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_TRAP", "SCMP_ACT_ERRNO",
        "SCMP_ACT_TRACE", "SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_NOTIFY",
    ];

    /// <summary>SCMP_CMP_* (seccomp_rule_add(3)).</summary>
    public static IReadOnlyList<string> Operators { get; } =
        ["SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT",
            "SCMP_CMP_MASKED_EQ"];

    /// <summary>SECCOMP_FILTER_FLAG_* (seccomp(2)).</summary>
    public static IReadOnlyList<string> Flags { get; } =
    [
        "SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
        "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
    ];

    /// <summary>SCMP_ARCH_* (seccomp_arch_add(3)).</summary>
    public static IReadOnlyList<string> Architectures { get; } =
    [
        "SCMP_ARCH_X86", "SCMP_ARCH_X86_64", "SCMP_ARCH_X32", "SCMP_ARCH_ARM", "SCMP_ARCH_AARCH64",
        "SCMP_ARCH_LOONGARCH64",
        "SCMP_ARCH_M68K", "SCMP_ARCH_MIPS", "SCMP_ARCH_MIPS64", "SCMP_ARCH_MIPS64N32", "SCMP_ARCH_MIPSEL",
        "SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PPC", "SCMP_ARCH_PPC64", "SCMP_ARCH_PPC64LE",
        "SCMP_ARCH_S390", "SCMP_ARCH_S390X", "SCMP_ARCH_SH", "SCMP_ARCH_SHEB", "SCMP_ARCH_PARISC", "SCMP_ARCH_PARISC64",
        "SCMP_ARCH_RISCV64",
    ];

    /// <summary>Adds a problem for each broken rule.</summary>
    /// <param name="seccomp">The filter, or null.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="problems">Takes them.</param>
    public static void Check(LinuxSeccomp? seccomp, string path, Problems problems)
    {
        if (seccomp is null)
        {
            return;
        }

        Known($"{path}.defaultAction", seccomp.DefaultAction, Actions, problems);
        CheckErrno($"{path}.defaultErrnoRet", seccomp.DefaultErrnoRet, problems);
        foreach (var (flag, i) in (seccomp.Flags ?? []).Select((flag, i) => (flag, i)))
        {
            Known($"{path}.flags[{i}]", flag, Flags, problems);
        }

        foreach (var (arch, i) in (seccomp.Architectures ?? []).Select((arch, i) => (arch, i)))
        {
            Known($"{path}.architectures[{i}]", arch, Architectures, problems);
        }

        foreach (var (rule, i) in (seccomp.Syscalls ?? []).Select((rule, i) => (rule, i)))
        {
            CheckRule(rule, $"{path}.syscalls[{i}]", problems);
        }

        // minic must send the descriptor somewhere: otherwise no process would ever answer the notifications.
        var notifies = seccomp.Syscalls?.Any(rule => rule.Action == "SCMP_ACT_NOTIFY") == true;
        if (notifies && string.IsNullOrEmpty(seccomp.ListenerPath))
        {
            problems.Add(path, "SCMP_ACT_NOTIFY is used, but listenerPath is missing",
                "Add \"listenerPath\", a UNIX socket.");
        }

        foreach (var (rule, i) in (seccomp.Syscalls ?? []).Select((rule, i) => (rule, i))
            .Where(item => item.rule.Action == "SCMP_ACT_NOTIFY"))
        {
            if (rule.Names.Contains("write"))
            {
                problems.Add($"{path}.syscalls[{i}]",
                    "SCMP_ACT_NOTIFY cannot be used for the write syscall: it would stop the one that tells of the "
                        + "listener", "Remove write from it.");
            }
        }

        if (seccomp.ListenerPath is { Length: > 0 } socket && !socket.StartsWith('/'))
        {
            problems.Add($"{path}.listenerPath", $"\"{socket}\" is not absolute",
                "Write the whole path of a UNIX socket.");
        }

        if (seccomp.ListenerMetadata is { Length: > 0 } && string.IsNullOrEmpty(seccomp.ListenerPath))
        {
            problems.Add($"{path}.listenerMetadata", "there is nobody to send it to",
                "Add \"listenerPath\", a UNIX socket.");
        }

        if (seccomp.DefaultAction == "SCMP_ACT_NOTIFY")
        {
            problems.Add($"{path}.defaultAction", "every call would be stopped, that which hands over the listener too",
                "Name the calls to notify of in syscalls.");
        }
    }

    private static void CheckRule(LinuxSyscall rule, string path, Problems problems)
    {
        Known($"{path}.action", rule.Action, Actions, problems);
        if (rule.Names.Count == 0)
        {
            problems.Add($"{path}.names", "the list is empty", "Name one system call or more.");
        }

        if (rule.ErrnoRet is not null && rule.Action is not ("SCMP_ACT_ERRNO" or "SCMP_ACT_TRACE"))
        {
            problems.Add($"{path}.errnoRet", $"{rule.Action} returns no errno", "Remove it, or use SCMP_ACT_ERRNO.");
        }

        CheckErrno($"{path}.errnoRet", rule.ErrnoRet, problems);
        foreach (var (arg, i) in (rule.Args ?? []).Select((arg, i) => (arg, i)))
        {
            Known($"{path}.args[{i}].op", arg.Op, Operators, problems);
            if (arg.Index > 5)
            {
                problems.Add($"{path}.args[{i}].index", $"a system call has no argument {arg.Index}",
                    "There are 0 to 5.");
            }
        }
    }

    // MAX_ERRNO: beyond it libc takes the number for a result.
    private static void CheckErrno(string path, uint? errno, Problems problems)
    {
        if (errno > 4095)
        {
            problems.Add(path, $"{errno} is no error number", "There are 0 to 4095; EPERM is 1.");
        }
    }

    private static void Known(string path, string name, IReadOnlyList<string> known, Problems problems)
    {
        if (!known.Contains(name))
        {
            problems.Add(path, $"\"{name}\" is unknown",
                () => NearestName.Ask(name, known, $"Known are {string.Join(", ", known)}."));
        }
    }
}
