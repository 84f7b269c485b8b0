// Namespaces that a child joins or leaves, its names, and its session
// (labs 02-uts, 08-cgroups, 11-exec; setns(2), unshare(2), sethostname(2), setsid(2), cgroups(7)).

using MiniContainer.Kernel;
using static Tmds.Linux.LibC;

namespace MiniContainer.Plans;

public sealed partial class ChildTape
{
    private const ulong CLONE_NEWTIME = 0x80;

    /// <summary>Joins namespaces of which the child was given a descriptor: a namespace's, or a process's pidfd.</summary>
    /// <param name="descriptor">The descriptor's name.</param>
    /// <param name="flags">CLONE_NEW* of what to join.</param>
    /// <param name="path">What a shell would name in its place: "/proc/$PID/ns/net".</param>
    /// <param name="why">Why, and why here.</param>
    public void JoinNamespaces(string descriptor, ulong flags, string path, string why) =>
        Add((flags & (ulong)CLONE_NEWNS) != 0 ? HandPoint.Joins : HandPoint.Continues, $"join the namespaces of {descriptor}", why, "setns(2)", "11-exec",
            [new TapeCall("setns", Descriptor(descriptor), TapeArg.Named((long)flags, FlagText.Clone(flags)))],
            // The shell was born into the pid namespace: to enter it once more would take another fork.
            $"nsenter {NsenterOptions(flags & ~(ulong)CLONE_NEWPID, path)}");

    /// <summary>Leaves namespaces for new ones.</summary>
    public void Unshare(ulong flags, string why) =>
        Add(HandPoint.Continues, $"get {FlagText.Clone(flags)}", why, "unshare(2)", "08-cgroups",
            [new TapeCall("unshare", TapeArg.Named((long)flags, FlagText.Clone(flags)))],
            $"unshare {UnshareOptions(flags)}");

    /// <summary>Leaves the time namespace for a new one, whose clocks are shifted.</summary>
    /// <param name="offsets">By clock, "monotonic" or "boottime": seconds and nanoseconds.</param>
    /// <param name="why">Why, and why here.</param>
    public void UnshareTime(IReadOnlyList<(string Clock, long Seconds, uint Nanoseconds)> offsets, string why)
    {
        Add(HandPoint.Continues, $"get {FlagText.Clone(CLONE_NEWTIME)}", why, "unshare(2)", "08-cgroups",
            [new TapeCall("unshare", TapeArg.Named((long)CLONE_NEWTIME, FlagText.Clone(CLONE_NEWTIME)))],
            // Its program is in the namespace already, so unshare itself must set the offsets; it knows seconds alone.
            $"unshare --time{string.Concat(offsets.Select(o => $" --{o.Clock} {o.Seconds}"))}");
        foreach (var (clock, seconds, nanoseconds) in offsets)
            WriteKnob("/proc/self/timens_offsets", $"{clock} {seconds} {nanoseconds}", $"shift the {clock} clock", "Offsets can be set only while nobody is in the time namespace.", "time_namespaces(7)", "12-oci",
                $": # unshare did it{(nanoseconds == 0 ? "" : ", but for the nanoseconds")}");
    }

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

    /// <summary>Namespaces as the options of nsenter(1).</summary>
    internal static string NsenterOptions(ulong flags, string path) =>
        string.Join(" ", NamespaceOptions(flags).Select(o => $"--{o.Long}={ShellWord.QuoteProc(path.Replace("@", o.File, StringComparison.Ordinal))}"));

    /// <summary>Namespaces as the options of unshare(1).</summary>
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
        if ((flags & CLONE_NEWTIME) != 0)
            yield return ("time", "time");
    }
}
