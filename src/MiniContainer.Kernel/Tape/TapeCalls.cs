// The calls of a small container as a tape holds them, each in C's own shape: mount("proc", "/proc", "proc", 0).
// Nothing happens when one of these methods is called; it gives the entry that will make the call when the child comes
// to it. The programs of the labs are written with them, and the steps of a container's child (labs 03-threads to
// 12-oci; syscalls(2)). What a mount, a file and a process are asked besides stands in the files beside this one.

using Tmds.Linux;

namespace MiniContainer.Kernel;

/// <summary>Entries of a tape, named as the system calls that they make.</summary>
public static partial class TapeCalls
{
    // clone(2) and mount(2) document each of them; here they have the type that the calls take.
#pragma warning disable CS1591
    public static ulong CLONE_NEWCGROUP => (ulong)LibC.CLONE_NEWCGROUP;
    public static ulong CLONE_NEWIPC => (ulong)LibC.CLONE_NEWIPC;
    public static ulong CLONE_NEWNET => (ulong)LibC.CLONE_NEWNET;
    public static ulong CLONE_NEWNS => (ulong)LibC.CLONE_NEWNS;
    public static ulong CLONE_NEWPID => (ulong)LibC.CLONE_NEWPID;
    public static ulong CLONE_NEWUSER => (ulong)LibC.CLONE_NEWUSER;
    public static ulong CLONE_NEWUTS => (ulong)LibC.CLONE_NEWUTS;
    public static ulong MS_BIND => (ulong)LibC.MS_BIND;
    public static ulong MS_NOATIME => (ulong)LibC.MS_NOATIME;
    public static ulong MS_NODEV => (ulong)LibC.MS_NODEV;
    public static ulong MS_NODIRATIME => (ulong)LibC.MS_NODIRATIME;
    public static ulong MS_NOEXEC => (ulong)LibC.MS_NOEXEC;
    public static ulong MS_NOSUID => (ulong)LibC.MS_NOSUID;
    public static ulong MS_PRIVATE => (ulong)LibC.MS_PRIVATE;
    public static ulong MS_RDONLY => (ulong)LibC.MS_RDONLY;
    public static ulong MS_REC => (ulong)LibC.MS_REC;
    public static ulong MS_RELATIME => (ulong)LibC.MS_RELATIME;
    public static ulong MS_REMOUNT => (ulong)LibC.MS_REMOUNT;
    public static ulong MS_SLAVE => (ulong)LibC.MS_SLAVE;
    public static ulong MS_STRICTATIME => (ulong)LibC.MS_STRICTATIME;
    public static int MNT_DETACH => LibC.MNT_DETACH;
    public static int PR_CAP_AMBIENT => 47;
    public static int PR_CAPBSET_DROP => 24;
    public static int PR_SET_DUMPABLE => 4;
    public static int PR_SET_KEEPCAPS => 8;
    public static int PR_SET_NAME => 15;
    public static int PR_SET_NO_NEW_PRIVS => 38;
    public static int PR_SET_PDEATHSIG => 1;
    public static int PR_SET_SECUREBITS => 28;
#pragma warning restore CS1591

    /// <summary>Changes the host name of the UTS namespace (sethostname(2)).</summary>
    public static TapeCall sethostname(string name) => new("sethostname", name, Length(name));

    /// <summary>Mounts a file system, binds a tree, or changes flags (mount(2)).</summary>
    public static TapeCall mount(string? source, string target, string? type, ulong flags, string? data = null) =>
        new("mount", TapeArg.OrNull(source), target, TapeArg.OrNull(type), TapeArg.Flags(flags, FlagText.Mount),
            TapeArg.OrNull(data));

    /// <summary>Takes a mount away (umount2(2)).</summary>
    public static TapeCall umount2(string target, int flags) =>
        new("umount2", target, flags == MNT_DETACH ? TapeArg.Named(flags, "MNT_DETACH") : flags);

    /// <summary>Makes another mount the root, and mounts the old root elsewhere (pivot_root(2)).</summary>
    public static TapeCall pivot_root(string newRoot, string putOld) => new("pivot_root", newRoot, putOld);

    /// <summary>Lets paths begin at another directory (chroot(2)).</summary>
    public static TapeCall chroot(string path) => new("chroot", path);

    /// <summary>Changes the current directory (chdir(2)).</summary>
    public static TapeCall chdir(string path) => new("chdir", path);

    /// <summary>Makes a directory (mkdir(2)).</summary>
    public static TapeCall mkdir(string path, uint mode) => new("mkdirat", TapeArg.AtFdCwd, path, TapeArg.Mode(mode));

    /// <summary>Waits for one byte; at the end of file the tape ends (read(2)).</summary>
    public static TapeCall read(int fd) => new("read", fd, new TapeArg.Block(new byte[8]), 1) { Least = 1 };

    /// <summary>Writes a text of at least one byte (write(2)).</summary>
    public static TapeCall write(int fd, string text) => new("write", fd, text, Length(text)) { Least = Length(text) };

    /// <summary>Joins namespaces: those of a process by its pidfd, or one by its file (setns(2)).</summary>
    public static TapeCall setns(int fd, ulong flags) => new("setns", fd, TapeArg.Flags(flags, FlagText.Clone));

    /// <summary>Sets the supplementary groups (setgroups(2)).</summary>
    public static TapeCall setgroups(params ReadOnlySpan<uint> groups) =>
        new("setgroups", groups.Length,
            groups.Length == 0 ? TapeArg.Null : new TapeArg.Block(TapeArg.Ints(groups), Groups));

    private static string Groups(byte[] list) =>
        $"[{string.Join(", ", Enumerable.Range(0, list.Length / 4).Select(i => BitConverter.ToUInt32(list, i * 4)))}]";

    /// <summary>Sets the real, effective and saved group id (setresgid(2)).</summary>
    public static TapeCall setresgid(uint real, uint effective, uint saved) => new("setresgid", real, effective, saved);

    /// <summary>Sets the real, effective and saved user id (setresuid(2)).</summary>
    public static TapeCall setresuid(uint real, uint effective, uint saved) => new("setresuid", real, effective, saved);

    /// <summary>An operation on the process itself (prctl(2)).</summary>
    public static TapeCall prctl(int option, TapeArg value) => prctl(option, value, 0);

    /// <summary>An operation on the process itself, with two arguments (prctl(2)).</summary>
    public static TapeCall prctl(int option, TapeArg value, TapeArg more) =>
        new("prctl", TapeArg.Flags((ulong)option, FlagText.Prctl), value, more, 0, 0);

    /// <summary>Names the process, as /proc/PID/comm shows it (PR_SET_NAME of prctl(2)).</summary>
    public static TapeCall prctl_set_name(string name) =>
        new("prctl", TapeArg.Flags((ulong)PR_SET_NAME, FlagText.Prctl), name);

    /// <summary>
    /// An operation on a capability, by name: PR_CAPBSET_DROP. EINVAL is fine: this kernel does not know it, so no
    /// process has it.
    /// </summary>
    public static TapeCall prctl(int option, string capability) =>
        prctl(option, Capability(Capabilities.Number(capability)!.Value)) with { Allowed = [Errno.EINVAL] };

    /// <summary>A capability, by number; it is printed by its name.</summary>
    public static TapeArg Capability(int number) => TapeArg.Flags((ulong)number, c => Capabilities.Name((int)c));

    /// <summary>Installs a filter of system calls (seccomp(2)).</summary>
    /// <param name="program">struct sock_filter, eight bytes each.</param>
    /// <param name="flags">SECCOMP_FILTER_FLAG_* bits.</param>
    public static TapeCall seccomp(byte[] program, long flags = 0)
    {
        // struct sock_fprog: the number of instructions, and where they are.
        var header = new byte[16];
        _ = BitConverter.TryWriteBytes(header, (ushort)(program.Length / 8));
        var filter = new TapeArg.Block(header, h => $"{{len={BitConverter.ToUInt16(h)}, filter=...}}")
        {
            Pointers = [(8, new TapeArg.Block(program))],
        };
        return new TapeCall("seccomp", TapeArg.Named(1, "SECCOMP_SET_MODE_FILTER"),
            TapeArg.Flags((ulong)flags, FlagText.Seccomp), filter);
    }

    /// <summary>
    /// Becomes another program (execve(2)): a command without "/" is tried in each directory of PATH, as a shell does
    /// it.
    /// </summary>
    /// <remarks>
    /// First it lets SIGPIPE end a process again: the .NET runtime ignores that signal, and what is ignored stays so
    /// over execve.
    /// </remarks>
    /// <param name="argv">The command and its arguments.</param>
    /// <param name="environment">NAME=VALUE each; null for our own.</param>
    public static IEnumerable<TapeCall> execve(IReadOnlyList<string> argv, IReadOnlyList<string>? environment = null)
    {
        var envp = environment ?? Own();
        var path = envp.LastOrDefault(e => e.StartsWith("PATH=", StringComparison.Ordinal))?[5..] ?? "/bin:/usr/bin";
        string[] files = argv[0].Contains('/', StringComparison.Ordinal)
            ? [argv[0]] : [.. path.Split(':').Select(d => $"{d}/{argv[0]}")];
        var (arguments, variables) = (new TapeArg.Strs(argv), new TapeArg.Strs(envp, Counted: true));
        return files.Select((file, i) => i == files.Length - 1
            ? execve(file, arguments, variables)
            : execve(file, arguments, variables) with { Allowed = [Errno.ENOENT, Errno.ENOTDIR, Errno.EACCES] })
            .Prepend(sigaction_default(LibC.SIGPIPE));
    }

    private static IReadOnlyList<string> Own() => CallerWords.Environment();

    private static int Length(string text) => System.Text.Encoding.UTF8.GetByteCount(text);
}
