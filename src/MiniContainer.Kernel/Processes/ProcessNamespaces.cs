// The namespaces of processes: which there are, in which two processes differ, and what is called the host in one
// (labs 02-uts, 11-exec; namespaces(7), setns(2)).

using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>Looks at the namespaces of processes.</summary>
public static unsafe class ProcessNamespaces
{
    /// <summary>
    /// Their kinds, as files of /proc/PID/ns, and the CLONE_NEW* flag of each; the user namespace first, as setns needs
    /// it.
    /// </summary>
    public static IReadOnlyList<(string File, ulong Flag)> Kinds { get; } =
    [
        ("user", CloneFlags.NEWUSER), ("mnt", CloneFlags.NEWNS), ("pid", CloneFlags.NEWPID),
        ("net", CloneFlags.NEWNET),
        ("ipc", CloneFlags.NEWIPC), ("uts", CloneFlags.NEWUTS), ("cgroup", CloneFlags.NEWCGROUP),
        ("time", CloneFlags.NEWTIME),
    ];

    /// <summary>
    /// A namespace by its kind and inode, "net:[4026531840]"; null if the process has ended, or may not be looked at.
    /// </summary>
    /// <param name="pid">The process; null for this one.</param>
    /// <param name="file">Its kind.</param>
    public static string? Of(int? pid, string file) =>
        new FileInfo(pid is null
            ? $"/proc/self/ns/{file}" : FormattableString.Invariant($"/proc/{pid}/ns/{file}")).LinkTarget;

    /// <summary>
    /// Whether the namespace that we are in belongs to our user namespace, or to one that is not above it
    /// (ioctl_ns(2)): only then may we change it, or come back to it.
    /// </summary>
    /// <param name="file">Its kind: "net", "pid".</param>
    public static bool BelongsToOurs(string file)
    {
        using var opened = File.OpenHandle($"/proc/self/ns/{file}");
        using var held = new HeldDescriptor(opened);
        // The owner is shown to those alone who may enter it.
        var owner = ioctl(held.Number, Abi.NS_GET_USERNS);
        if (owner < 0)
            return false;
        Libc.Ignore(close(owner));
        return true;
    }

    /// <summary>CLONE_NEW* of those in which a process is and we are not.</summary>
    public static ulong Differing(int pid) =>
        Kinds.Where(k => Of(pid, k.File) is { } theirs && theirs != Of(null, k.File))
            .Aggregate(0UL, (flags, k) => flags | k.Flag);

    /// <summary>The host name that a process sees. Equivalent to: <c>nsenter -t PID -u hostname</c>.</summary>
    /// <param name="pidfd">The process.</param>
    /// <returns>Null if its UTS namespace cannot be entered.</returns>
    public static string? HostName(SafeHandle pidfd)
    {
        string? name = null;
        using var held = new HeldDescriptor(pidfd);
        var number = held.Number;
        // A thread, not a process, is in a namespace: one made for the purpose takes that away with it.
        var thread = new Thread(() =>
        {
            if (setns(number, CLONE_NEWUTS) == 0)
                name = Knob.TryRead("/proc/sys/kernel/hostname");
        }, maxStackSize: 256 * 1024);
        thread.Start();
        thread.Join();
        return name;
    }
}
