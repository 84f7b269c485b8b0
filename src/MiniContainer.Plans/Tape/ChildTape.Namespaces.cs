// Namespaces that a child joins or leaves, its names, and its session
// (labs 02-uts, 08-cgroups, 11-exec; setns(2), unshare(2), sethostname(2), setsid(2), cgroups(7)).

using MiniContainer.Kernel;
using static Tmds.Linux.LibC;

namespace MiniContainer.Plans;

public sealed partial class ChildTape
{
    /// <summary>Joins namespaces of which the child was given a descriptor: a namespace's, or a process's pidfd.</summary>
    /// <param name="descriptor">The descriptor's name.</param>
    /// <param name="flags">CLONE_NEW* of what to join.</param>
    /// <param name="path">What a shell would name in its place: "/proc/$PID/ns/net".</param>
    /// <param name="why">Why, and why here.</param>
    public void JoinNamespaces(string descriptor, ulong flags, string path, string why) =>
        Add(HandPoint.Continues, $"join the namespaces of {descriptor}", why, "setns(2)", "11-exec",
            [new TapeCall("setns", Descriptor(descriptor), TapeArg.Named((long)flags, FlagText.Clone(flags)))],
            $"nsenter {NsenterOptions(flags, path)}");

    /// <summary>Leaves namespaces for new ones.</summary>
    public void Unshare(ulong flags, string why) =>
        Add(HandPoint.Continues, $"get {FlagText.Clone(flags)}", why, "unshare(2)", "08-cgroups",
            [new TapeCall("unshare", TapeArg.Named((long)flags, FlagText.Clone(flags)))],
            $"unshare {UnshareOptions(flags)}");

    /// <summary>Joins a cgroup: a single-threaded process that writes 0 means itself, and pays no grace period for it.</summary>
    /// <param name="procs">The file: cgroup.procs, or tasks in version 1.</param>
    /// <param name="why">Why, and why here.</param>
    public void JoinCgroup(string procs, string why) =>
        WriteKnob(procs, "0", $"join {Path.GetDirectoryName(procs)}", why, "cgroups(7)", "08-cgroups");

    /// <summary>Sets the host name.</summary>
    public void SetHostname(string name, string why) =>
        Add($"call the host {name}", why, "sethostname(2)", "02-uts",
            [new TapeCall("sethostname", name, System.Text.Encoding.UTF8.GetByteCount(name))], $"hostname {ShellWord.Quote(name)}");

    /// <summary>Sets the NIS domain name.</summary>
    public void SetDomainname(string name, string why) =>
        Add($"call the domain {name}", why, "setdomainname(2)", "02-uts",
            [new TapeCall("setdomainname", name, System.Text.Encoding.UTF8.GetByteCount(name))], $"echo {ShellWord.Quote(name)} > /proc/sys/kernel/domainname");

    /// <summary>Begins a session of its own, away from the caller's terminal.</summary>
    public void Setsid(string why) =>
        Add("begin a session", why, "setsid(2)", "01-run", [new TapeCall("setsid") { Allowed = [Errno.EPERM] }], ": # setsid(1) did it when it started this shell");

    private static string NsenterOptions(ulong flags, string path) =>
        string.Join(" ", NamespaceOptions(flags).Select(o => $"--{o.Long}={path.Replace("@", o.File, StringComparison.Ordinal)}"));

    internal static string UnshareOptions(ulong flags) => string.Join(" ", NamespaceOptions(flags).Select(o => $"--{o.Long}"));

    private static IEnumerable<(string Long, string File)> NamespaceOptions(ulong flags)
    {
        if ((flags & (ulong)CLONE_NEWUSER) != 0)
            yield return ("user", "user");
        if ((flags & (ulong)CLONE_NEWNS) != 0)
            yield return ("mount", "mnt");
        if ((flags & (ulong)CLONE_NEWUTS) != 0)
            yield return ("uts", "uts");
        if ((flags & (ulong)CLONE_NEWIPC) != 0)
            yield return ("ipc", "ipc");
        if ((flags & (ulong)CLONE_NEWNET) != 0)
            yield return ("net", "net");
        if ((flags & (ulong)CLONE_NEWPID) != 0)
            yield return ("pid", "pid");
        if ((flags & (ulong)CLONE_NEWCGROUP) != 0)
            yield return ("cgroup", "cgroup");
        if ((flags & 0x80) != 0)
            yield return ("time", "time");
    }
}
