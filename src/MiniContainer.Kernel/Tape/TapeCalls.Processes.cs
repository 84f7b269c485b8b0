// Calls of a tape on the process itself: what it executes, its signals, namespaces, limits, processors and rights (labs
// 03-threads, 08-cgroups, 10-privileges; execve(2), clone(2), unshare(2), prlimit(2), capset(2), sigaction(2)).

using System.Globalization;
using Tmds.Linux;

namespace MiniContainer.Kernel;

public static partial class TapeCalls
{
    /// <summary>Executes an open file (execveat(2)).</summary>
    public static TapeCall execveat(int fd, string[] argv) =>
        new("execveat", fd, "", new TapeArg.Strs(argv), new TapeArg.Strs([], Counted: true),
            TapeArg.Flags(AT_EMPTY_PATH, FlagText.At));

    /// <summary>Executes a program (execve(2)).</summary>
    /// <param name="path">The program.</param>
    /// <param name="argv">Its arguments, which several candidates may share.</param>
    /// <param name="environment">Its environment, likewise.</param>
    public static TapeCall execve(string path, TapeArg.Strs argv, TapeArg.Strs environment) =>
        new("execve", path, argv, environment);

    /// <summary>Lets execve close descriptors, from one on (close_range(2)).</summary>
    public static TapeCall close_range_on_exec(int first) =>
        new("close_range", first, TapeArg.Named(uint.MaxValue, "~0U"), TapeArg.Named(4, "CLOSE_RANGE_CLOEXEC"));

    /// <summary>Makes another process, a child of our parent's; its pid is this entry's answer (clone(2)).</summary>
    public static TapeCall clone_sibling() =>
        new("clone",
            TapeArg.Named(LibC.CLONE_PARENT | LibC.CLONE_PARENT_SETTID | LibC.SIGCHLD,
                "CLONE_PARENT|CLONE_PARENT_SETTID|SIGCHLD"),
            TapeArg.Null, new TapeArg.Answer("&pid"), TapeArg.Null, 0);

    /// <summary>Leaves namespaces for new ones (unshare(2)).</summary>
    public static TapeCall unshare(ulong flags) => new("unshare", TapeArg.Flags(flags, FlagText.Clone));

    /// <summary>Begins a session (setsid(2)).</summary>
    public static TapeCall setsid() => new("setsid");

    /// <summary>Changes the NIS domain name of the UTS namespace (setdomainname(2)).</summary>
    public static TapeCall setdomainname(string name) => new("setdomainname", name, Length(name));

    /// <summary>Joins a new session keyring (keyctl(2)).</summary>
    public static TapeCall keyctl_join_session(string name) =>
        new("keyctl", TapeArg.Named(1, "KEYCTL_JOIN_SESSION_KEYRING"), name);

    /// <summary>Restricts which memory layout and ABI programs see (personality(2)).</summary>
    public static TapeCall personality(long persona, string name) => new("personality", TapeArg.Named(persona, name));

    /// <summary>Sets a signal back to its default (sigaction(2)).</summary>
    public static TapeCall sigaction_default(int signal) =>
        new("rt_sigaction", TapeArg.Flags((ulong)signal, n => SignalText.Of((int)n)),
            new TapeArg.Block(new byte[32], "{sa_handler=SIG_DFL}"), TapeArg.Null, 8);

    /// <summary>Lets all signals through (sigprocmask(2)).</summary>
    public static TapeCall sigprocmask_none() =>
        new("rt_sigprocmask", TapeArg.Named(2, "SIG_SETMASK"), new TapeArg.Block(new byte[8], "[]"), TapeArg.Null, 8);

    /// <summary>Sets a limit of resources of the process itself (prlimit(2)).</summary>
    /// <param name="resource">RLIMIT_*.</param>
    /// <param name="name">Its name.</param>
    /// <param name="soft">The limit that holds.</param>
    /// <param name="hard">How far it may be raised.</param>
    public static TapeCall prlimit(int resource, string name, ulong soft, ulong hard) =>
        new("prlimit64", 0, TapeArg.Named(resource, name), new TapeArg.Block(TapeArg.Longs(soft, hard), Limits),
            TapeArg.Null);

    /// <summary>A limit as ulimit(1p) prints it.</summary>
    public static string LimitText(ulong limit) =>
        limit == ulong.MaxValue ? "unlimited" : limit.ToString(CultureInfo.InvariantCulture);

    /// <summary>Sets the priority of input and output of the process itself (ioprio_set(2)).</summary>
    public static TapeCall ioprio_set(int ioClass, int level) =>
        new("ioprio_set", TapeArg.Named(1, "IOPRIO_WHO_PROCESS"), 0,
            TapeArg.Flags((ulong)((ioClass << 13) | level), FlagText.IoPriority));

    /// <summary>Stays on some processors (sched_setaffinity(2)).</summary>
    /// <param name="mask">Bit n for processor n, in whole longs.</param>
    /// <param name="list">The same, as people write it.</param>
    public static TapeCall sched_setaffinity(byte[] mask, string list) =>
        new("sched_setaffinity", 0, mask.Length, new TapeArg.Block(mask, list));

    /// <summary>Sets the effective, permitted and inheritable capabilities of the process itself (capset(2)).</summary>
    public static TapeCall capset(ulong effective, ulong permitted, ulong inheritable) =>
        // struct __user_cap_header_struct {version 3, pid 0 = self}, then two __user_cap_data_struct: low and high 32
        // bits.
        new("capset", new TapeArg.Block(TapeArg.Ints(0x20080522, 0), "{version=_LINUX_CAPABILITY_VERSION_3, pid=0}"),
            new TapeArg.Block(
                TapeArg.Ints(
                    (uint)effective, (uint)permitted, (uint)inheritable,
                    (uint)(effective >> 32), (uint)(permitted >> 32), (uint)(inheritable >> 32)),
                Sets));

    private static string Sets(byte[] data)
    {
        string Text(int index) => Capabilities.Text(
            BitConverter.ToUInt32(data, index * 4) | ((ulong)BitConverter.ToUInt32(data, (index + 3) * 4) << 32));
        return $"{{effective={Text(0)}, permitted={Text(1)}, inheritable={Text(2)}}}";
    }

    private static string Limits(byte[] limit) =>
        $"{{rlim_cur={LimitText(BitConverter.ToUInt64(limit))}, "
            + $"rlim_max={LimitText(BitConverter.ToUInt64(limit, 8))}}}";
}
