// Namespaces that a child joins or leaves, its names, and its session
// (labs 02-uts, 08-cgroups, 11-exec; setns(2), unshare(2), sethostname(2), setsid(2), cgroups(7)).

using MiniContainer.Kernel;
using static Tmds.Linux.LibC;

namespace MiniContainer.Plans;

public sealed partial class ChildTape
{
    private const ulong CLONE_NEWTIME = 0x80;
    private const string TimeOffsets = "/proc/self/timens_offsets";
    private const string WhyOffsets = "Offsets can be set only while nobody is in the time namespace.";

    /// <summary>Joins namespaces of which the child was given a descriptor: a namespace's, or a process's pidfd.</summary>
    /// <param name="descriptor">The descriptor's name.</param>
    /// <param name="flags">CLONE_NEW* of what to join.</param>
    /// <param name="path">What a shell would name in its place: "/proc/$PID/ns/net".</param>
    /// <param name="why">Why, and why here.</param>
    /// <param name="born">Whether the child was born into the pid namespace; else it is one for its children, and <see cref="Fork"/> follows.</param>
    public void JoinNamespaces(string descriptor, ulong flags, string path, string why, bool born = true) =>
        Add((flags & (ulong)CLONE_NEWNS) != 0 ? ScriptRole.Joins : ScriptRole.Continues, $"join the namespaces of {descriptor}", why, "setns(2)", "11-exec",
            [new TapeCall("setns", Descriptor(descriptor), TapeArg.Named((long)flags, FlagText.Clone(flags)))],
            // A shell that was born into the pid namespace would have to fork to enter it once more; for the other one nsenter
            // forks. That one is not root: nsenter may not change its groups.
            $"nsenter {(born ? "" : "--preserve-credentials ")}{NamespaceOptions.Nsenter(born ? flags & ~(ulong)CLONE_NEWPID : flags, path)}");

    /// <summary>Makes another process, a child of minic's too, which plays on in this one's place; this one ends.</summary>
    /// <remarks>Only behind <see cref="ExecuteOwn"/>: own.x86_64.s knows the call. FollowFork is the other end of it.</remarks>
    public void Fork(string why)
    {
        const int CLONE_PARENT_ = 0x8000, CLONE_PARENT_SETTID_ = 0x100000, SIGCHLD_ = 17;
        Add("make the process anew", why, "clone(2)", "04-pid",
            [new TapeCall("clone", TapeArg.Named(CLONE_PARENT_ | CLONE_PARENT_SETTID_ | SIGCHLD_, "CLONE_PARENT|CLONE_PARENT_SETTID|SIGCHLD"), TapeArg.Null, new TapeArg.Answer("&pid"), TapeArg.Null, 0)],
            // nsenter(1) and unshare(1) have forked: this shell is the new process already, and the kernel's name for it what the
            // host's /proc calls it.
            "read -r pid _ < /proc/self/stat", "echo \"$pid\" >&4");
    }

    /// <summary>Leaves namespaces for new ones.</summary>
    public void Unshare(ulong flags, string why) =>
        Add(new Subject(Chapter.Namespaces), ScriptRole.Continues, $"unshare {NamespaceOptions.Names(flags)}", why, "unshare(2)", "08-cgroups",
            [new TapeCall("unshare", TapeArg.Named((long)flags, FlagText.Clone(flags)))],
            $"unshare {((flags & (ulong)CLONE_NEWPID) == 0 ? "" : "--fork ")}{((flags & (ulong)CLONE_NEWNS) == 0 ? "" : "--propagation unchanged ")}{NamespaceOptions.Unshare(flags)}");

    /// <summary>Leaves the time namespace for a new one, whose clocks are shifted.</summary>
    /// <param name="offsets">By clock, "monotonic" or "boottime": seconds and nanoseconds.</param>
    /// <param name="why">Why, and why here.</param>
    /// <param name="file">What <see cref="OpenTimeOffsets"/> opened; null to open it here.</param>
    public void UnshareTime(IReadOnlyList<(string Clock, long Seconds, uint Nanoseconds)> offsets, string why, int? file = null)
    {
        Add(new Subject(Chapter.Namespaces), ScriptRole.Continues, $"unshare {NamespaceOptions.Names(CLONE_NEWTIME)}", why, "unshare(2)", "08-cgroups",
            [new TapeCall("unshare", TapeArg.Named((long)CLONE_NEWTIME, FlagText.Clone(CLONE_NEWTIME)))],
            // Its program is in the namespace already, so unshare itself must set the offsets; it knows seconds alone.
            $"unshare --time{string.Concat(offsets.Select(o => $" --{o.Clock} {o.Seconds}"))}");
        if (file is { } open)
        {
            // The kernel takes one write from the beginning of the file, of as many lines as there are.
            var lines = string.Concat(offsets.Select(o => $"{o.Clock} {o.Seconds} {o.Nanoseconds}\n"));
            Add(ScriptRole.Unneeded, "shift the clocks", WhyOffsets, "time_namespaces(7)", "12-oci",
                [new TapeCall("write", open, lines, lines.Length) { Least = lines.Length }, new TapeCall("close", open)], ": # unshare did it");
            Free(open);
            return;
        }

        foreach (var (clock, seconds, nanoseconds) in offsets)
        {
            WriteKnob(TimeOffsets, $"{clock} {seconds} {nanoseconds}", $"shift the {clock} clock", WhyOffsets, "time_namespaces(7)", "12-oci",
                $": # unshare did it{(nanoseconds == 0 ? "" : ", but for the nanoseconds")}");
        }
    }

    /// <summary>Opens the offsets of a time namespace that is yet to be made in a user namespace that is yet to be joined.</summary>
    /// <remarks>Before <see cref="ExecuteOwn"/>, after which the file belongs to root of the user namespace in which that was.</remarks>
    /// <returns>Its descriptor, for <see cref="UnshareTime"/>.</returns>
    public int OpenTimeOffsets(string why)
    {
        Add(ScriptRole.Unneeded, "open the offsets of the clocks", why, "time_namespaces(7)", "12-oci",
            [new TapeCall("openat", TapeArg.AtFdCwd, TimeOffsets, TapeArg.Named((long)(uint)O_WRONLY, "O_WRONLY"), 0)], ": # unshare does it");
        return Allocate("time offsets");
    }

    /// <summary>Joins a cgroup: a single-threaded process that writes 0 means itself, and pays no grace period for it.</summary>
    /// <param name="procs">The file: cgroup.procs, or tasks in version 1.</param>
    /// <param name="why">Why, and why here.</param>
    public void JoinCgroup(string procs, string why) =>
        WriteKnob(procs, "0", $"join {Path.GetDirectoryName(procs)}", why, "cgroups(7)", "08-cgroups");

    /// <summary>Sets lo up in the child's network namespace (netdevice(7)).</summary>
    public void RaiseLoopback(string why)
    {
        var socket = Allocate("socket");
        Free(socket);
        // struct ifreq: a name of 16 bytes, and here the flags.
        var request = new byte[40];
        "lo"u8.CopyTo(request);
        request[16] = 1; // IFF_UP
        Add("set lo up", why, "netdevice(7)", "13-netns",
            [
                new TapeCall("socket", TapeArg.Named(AF_INET, "AF_INET"), TapeArg.Named(SOCK_DGRAM | SOCK_CLOEXEC, "SOCK_DGRAM|SOCK_CLOEXEC"), 0),
                new TapeCall("ioctl", socket, TapeArg.Named(0x8914, "SIOCSIFFLAGS"), new TapeArg.Block(request, "{ifr_name=\"lo\", ifr_flags=IFF_UP}")),
                new TapeCall("close", socket),
            ],
            "ip link set lo up");
    }

    /// <summary>Sets the host name.</summary>
    public void SetHostname(string name, string why) =>
        Add($"set the hostname to {name}", why, "sethostname(2)", "02-uts",
            [new TapeCall("sethostname", name, System.Text.Encoding.UTF8.GetByteCount(name))], $"hostname {ShellWord.Quote(name)}");

    /// <summary>Sets the NIS domain name.</summary>
    public void SetDomainname(string name, string why) =>
        Add($"set the domainname to {name}", why, "setdomainname(2)", "02-uts",
            [new TapeCall("setdomainname", name, System.Text.Encoding.UTF8.GetByteCount(name))], $"echo {ShellWord.Quote(name)} > /proc/sys/kernel/domainname");

    /// <summary>Begins a session of its own, away from the caller's terminal.</summary>
    public void Setsid(string why) =>
        Add(new Subject(Chapter.Namespaces), "begin a session", why, "setsid(2)", "01-run", [new TapeCall("setsid") { Allowed = [Errno.EPERM] }], ": # setsid(1) did it when it started this shell");
}
