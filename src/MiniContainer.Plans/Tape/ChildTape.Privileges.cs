// What a child may do: limits, ids, capabilities, no_new_privs, seccomp. The order matters, and each method's callers say
// why (lab 10-privileges; capabilities(7), credentials(7), prctl(2), seccomp(2), prlimit(2)).

using System.Globalization;
using MiniContainer.Kernel;

namespace MiniContainer.Plans;

public sealed partial class ChildTape
{
    private const long SECCOMP_FILTER_FLAG_NEW_LISTENER = 8;
    private const int PR_CAPBSET_DROP = 24;
    private const int PR_SET_KEEPCAPS = 8;
    private const int PR_SET_SECUREBITS = 28;
    private const int PR_SET_NO_NEW_PRIVS = 38;
    private const int PR_CAP_AMBIENT = 47;
    private const int PR_CAP_AMBIENT_RAISE = 2;
    private const int PR_CAP_AMBIENT_CLEAR_ALL = 4;

    /// <summary>Sets a limit of resources.</summary>
    /// <param name="name">RLIMIT_NOFILE and the like.</param>
    /// <param name="resource">Its number.</param>
    /// <param name="soft">The limit that holds.</param>
    /// <param name="hard">How far it may be raised.</param>
    /// <param name="why">Why, and why here.</param>
    public void SetLimit(string name, int resource, ulong soft, ulong hard, string why) =>
        Add(new Subject(Chapter.Limits, "set # resource limits", name), $"set {name}", why, "prlimit(2)", "10-privileges",
            [new TapeCall("prlimit64", 0, TapeArg.Named(resource, name), new TapeArg.Block(TapeArg.Longs(soft, hard), $"{{rlim_cur={Limit(soft)}, rlim_max={Limit(hard)}}}"), TapeArg.Null)],
            $"prlimit --pid $$ --{name[7..].ToLowerInvariant()}={Limit(soft)}:{Limit(hard)}");

    /// <summary>Sets the scheduling policy.</summary>
    /// <param name="name">SCHED_OTHER and the like.</param>
    /// <param name="policy">Its number.</param>
    /// <param name="flags">SCHED_FLAG_* bits.</param>
    /// <param name="nice">Nice value, for the policies that have one.</param>
    /// <param name="priority">Static priority, for the real-time ones.</param>
    /// <param name="deadline">Runtime, deadline and period in nanoseconds, for SCHED_DEADLINE.</param>
    /// <param name="why">Why, and why here.</param>
    public void SetScheduler(string name, uint policy, ulong flags, int nice, uint priority, (ulong Runtime, ulong Deadline, ulong Period) deadline, string why)
    {
        // struct sched_attr, 48 bytes: size, policy, flags, nice, priority, runtime, deadline, period.
        byte[] attr =
        [
            .. TapeArg.Ints(48, policy), .. TapeArg.Longs(flags), .. TapeArg.Ints((uint)nice, priority),
            .. TapeArg.Longs(deadline.Runtime, deadline.Deadline, deadline.Period),
        ];
        Add(new Subject(Chapter.Limits), $"set the scheduler {name}", why, "sched_setattr(2)", "12-oci",
            [new TapeCall("sched_setattr", 0, new TapeArg.Block(attr, $"{{sched_policy={name}, sched_nice={nice}, sched_priority={priority}}}"), 0)],
            [
                $"chrt --{name[6..].ToLowerInvariant()}{((flags & 1) != 0 ? " --reset-on-fork" : "")}{(deadline.Period > 0 ? $" --sched-runtime {deadline.Runtime} --sched-deadline {deadline.Deadline} --sched-period {deadline.Period}" : "")} --pid {priority} $$",
                .. nice == 0 ? [] : new[] { $"renice -n {nice} -p $$ > /dev/null" },
            ]);
    }

    /// <summary>Sets the priority of input and output (ioprio_set(2)).</summary>
    public void SetIoPriority(int ioClass, int level, string why) =>
        Add(new Subject(Chapter.Limits), $"set the I/O priority to class {ioClass}, level {level}", why, "ioprio_set(2)", "12-oci",
            [new TapeCall("ioprio_set", TapeArg.Named(1, "IOPRIO_WHO_PROCESS"), 0, TapeArg.Named((ioClass << 13) | level, $"IOPRIO_PRIO_VALUE({ioClass}, {level})"))],
            $"ionice -c {ioClass} -n {level} -p $$");

    /// <summary>Begins a session keyring of its own (keyrings(7)); a kernel without keys has none to leave.</summary>
    public void JoinKeyring(string name, string why) =>
        Add(new Subject(Chapter.Namespaces), "get an empty session keyring", why, "keyctl(2)", "10-privileges",
            [new TapeCall("keyctl", TapeArg.Named(1, "KEYCTL_JOIN_SESSION_KEYRING"), name) { Allowed = [Errno.ENOSYS, Errno.EPERM, Errno.EACCES] }],
            $": # not by hand: keyctl session {name} would execute another program");

    /// <summary>Sets the securebits, which decide what execve and a change of user do to capabilities.</summary>
    public void SetSecureBits(uint bits, string why) =>
        Add("set the securebits", why, "capabilities(7)", "10-privileges",
            [Prctl(PR_SET_SECUREBITS, "PR_SET_SECUREBITS", bits, bits.ToString(CultureInfo.InvariantCulture))], ": # setpriv would do it before its own steps: see setpriv --securebits");

    /// <summary>Keeps the permitted capabilities over the change of user (PR_SET_KEEPCAPS); execve forgets the setting.</summary>
    public void KeepCapabilities(string why) =>
        Add("keep capabilities over setuid", why, "prctl(2)", "10-privileges",
            [Prctl(PR_SET_KEEPCAPS, "PR_SET_KEEPCAPS", 1, "1")], ": # setpriv does this itself");

    /// <summary>Takes capabilities out of the bounding set: no program can bring them back.</summary>
    public void DropBounding(IReadOnlyList<int> capabilities, string why) =>
        Add(ScriptRole.Privileges, "drop capabilities from the bounding set", why, "capabilities(7)", "10-privileges",
            // EINVAL: this kernel does not know the capability, so nobody can have it.
            [.. capabilities.Select(c => Prctl(PR_CAPBSET_DROP, "PR_CAPBSET_DROP", c, Capabilities.Name(c)) with { Allowed = [Errno.EINVAL] })],
            $"--bounding-set={string.Join(",", capabilities.Select(c => "-" + Capabilities.Name(c)[4..].ToLowerInvariant()))}");

    /// <summary>Becomes a user.</summary>
    /// <param name="uid">User id.</param>
    /// <param name="gid">Group id.</param>
    /// <param name="groups">Supplementary groups.</param>
    /// <param name="setGroups">False where the user namespace denies setgroups(2).</param>
    /// <param name="why">Why, and why here.</param>
    public void BecomeUser(uint uid, uint gid, IReadOnlyList<uint> groups, bool? setGroups, string why)
    {
        var calls = new List<TapeCall>();
        if (setGroups != false)
        {
            var list = groups.Count == 0 ? TapeArg.Null : new TapeArg.Block(TapeArg.Ints([.. groups]), $"[{string.Join(", ", groups)}]");
            // Groups that were asked for must be there; to have none is a wish that a user namespace may refuse.
            calls.Add(new TapeCall("setgroups", groups.Count, list) { Allowed = setGroups is null && groups.Count == 0 ? [Errno.EPERM] : [] });
        }

        calls.Add(new TapeCall("setresgid", gid, gid, gid));
        calls.Add(new TapeCall("setresuid", uid, uid, uid));
        Add(ScriptRole.Privileges, $"become user {uid}, group {gid}", why, "credentials(7)", "10-privileges", calls,
            $"--reuid={uid} --regid={gid}{(setGroups == false ? " --keep-groups" : groups.Count == 0 ? " --clear-groups" : " --groups=" + string.Join(",", groups))}");
    }

    /// <summary>Becomes root of the user namespace that the child is in, as whom the rest of the tape is played.</summary>
    /// <param name="setGroups">
    /// Whether setgroups(2) is allowed there: not where the map was written by a user without privileges. Null to try it.
    /// </param>
    /// <param name="why">Why, and why here.</param>
    public void BecomeRoot(bool? setGroups, string why) =>
        Add(new Subject(Chapter.Namespaces), ScriptRole.Continues, "become user 0, group 0", why, "credentials(7)", "09-rootless",
            [.. setGroups == false ? Array.Empty<TapeCall>() : [new TapeCall("setgroups", 0, TapeArg.Null) { Allowed = setGroups is null ? [Errno.EPERM] : [] }], new TapeCall("setresgid", 0, 0, 0), new TapeCall("setresuid", 0, 0, 0)],
            $"setpriv --reuid=0 --regid=0 {(setGroups == false ? "--keep-groups" : "--clear-groups")} --inh-caps=-all --ambient-caps=-all");

    /// <summary>Sets the effective, permitted and inheritable capabilities.</summary>
    public void SetCapabilities(ulong effective, ulong permitted, ulong inheritable, string why)
    {
        var text = $"{{effective={Capabilities.Text(effective)}, permitted={Capabilities.Text(permitted)}, inheritable={Capabilities.Text(inheritable)}}}";
        // struct __user_cap_header_struct {version 3, pid 0 = self}, then two __user_cap_data_struct: low and high 32 bits.
        var data = TapeArg.Ints(
            (uint)effective, (uint)permitted, (uint)inheritable,
            (uint)(effective >> 32), (uint)(permitted >> 32), (uint)(inheritable >> 32));
        Add(ScriptRole.Privileges, "set the capabilities", why, "capset(2)", "10-privileges",
            [new TapeCall("capset", new TapeArg.Block(TapeArg.Ints(0x20080522, 0), "{version=_LINUX_CAPABILITY_VERSION_3, pid=0}"), new TapeArg.Block(data, text))],
            $"--inh-caps=-all{string.Concat(Capabilities.List(inheritable).Select(c => ",+" + Capabilities.Name(c)[4..].ToLowerInvariant()))}");
    }

    /// <summary>Sets the ambient capabilities: those that a plain program keeps when a user who is not root executes it.</summary>
    public void SetAmbient(IReadOnlyList<int> capabilities, string why) =>
        Add(ScriptRole.Privileges, "set the ambient capabilities", why, "capabilities(7)", "10-privileges",
            [
                Prctl(PR_CAP_AMBIENT, "PR_CAP_AMBIENT", PR_CAP_AMBIENT_CLEAR_ALL, "PR_CAP_AMBIENT_CLEAR_ALL"),
                .. capabilities.Select(c => new TapeCall("prctl", TapeArg.Named(PR_CAP_AMBIENT, "PR_CAP_AMBIENT"), TapeArg.Named(PR_CAP_AMBIENT_RAISE, "PR_CAP_AMBIENT_RAISE"), TapeArg.Named(c, Capabilities.Name(c)), 0, 0)),
            ],
            $"--ambient-caps=-all{string.Concat(capabilities.Select(c => ",+" + Capabilities.Name(c)[4..].ToLowerInvariant()))}");

    /// <summary>Gives up the gain of privileges by execve for good: set-user-id bits and file capabilities do nothing.</summary>
    public void NoNewPrivileges(string why) =>
        Add(ScriptRole.Privileges, "set no_new_privs", why, "prctl(2)", "10-privileges",
            [Prctl(PR_SET_NO_NEW_PRIVS, "PR_SET_NO_NEW_PRIVS", 1, "1")], "--no-new-privs");

    /// <summary>Installs a compiled filter of system calls.</summary>
    /// <param name="program">The filter: struct sock_filter, eight bytes each.</param>
    /// <param name="flags">SECCOMP_FILTER_FLAG_* bits.</param>
    /// <param name="why">Why, and why here.</param>
    /// <returns>The descriptor of the listener, for <see cref="CloseListener"/>; null of a filter that notifies nobody.</returns>
    public int? Seccomp(byte[] program, long flags, string why)
    {
        var length = (ushort)(program.Length / 8);
        var header = new byte[16];
        BitConverter.TryWriteBytes(header, length);
        var filter = new TapeArg.Block(header, $"{{len={length}, filter=...}}") { Pointers = [(8, new TapeArg.Block(program, "..."))] };
        Add("filter system calls", why, "seccomp(2)", "10-privileges",
            [new TapeCall("seccomp", TapeArg.Named(1, "SECCOMP_SET_MODE_FILTER"), flags, filter)],
            ": # no shell tool loads a seccomp filter; the container has all system calls here");
        return (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0 ? Allocate("listener") : null;
    }

    /// <summary>Closes the listener of the own filter: while it is open here, calls would wait for an answer though nobody listens any more.</summary>
    public void CloseListener(int listener, string why)
    {
        // The filter may refuse this very call; execve closes it in any case.
        Add("close the listener", why, "seccomp_unotify(2)", "10-privileges",
            [new TapeCall("close", listener) { Allowed = [Errno.EPERM, Errno.EACCES, Errno.ENOSYS] }], ": # there is none");
        Free(listener);
    }

    private static TapeCall Prctl(int option, string name, long value, string text) =>
        new("prctl", TapeArg.Named(option, name), TapeArg.Named(value, text), 0, 0, 0);

    private static string Limit(ulong value) => value == ulong.MaxValue ? "unlimited" : value.ToString(CultureInfo.InvariantCulture);
}
