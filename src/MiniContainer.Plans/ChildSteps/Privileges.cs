// What a child may do: ids, capabilities, no_new_privs. The order matters, and each planner says why (lab
// 10-privileges; capabilities(7), credentials(7), prctl(2)).

using System.Globalization;
using MiniContainer.Kernel;
using static MiniContainer.Kernel.TapeCalls;

namespace MiniContainer.Plans.ChildSteps;

/// <summary>Sets the securebits, which decide what execve and a change of user do to capabilities.</summary>
/// <param name="Bits">SECBIT_* bits.</param>
public sealed record SetSecureBits(uint Bits) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => "set the securebits";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [prctl(PR_SET_SECUREBITS, Bits)];

    /// <inheritdoc/>
    public override string Man => "capabilities(7)";

    /// <inheritdoc/>
    public override string Lab => "10-privileges";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [": # setpriv would do it before its own steps: see setpriv --securebits"];
}

/// <summary>Keeps the permitted capabilities over the change of user; execve forgets the setting.</summary>
public sealed record KeepCapabilities : ChildStep
{
    /// <inheritdoc/>
    public override string Title => "keep capabilities over setuid";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [prctl(PR_SET_KEEPCAPS, 1)];

    /// <inheritdoc/>
    public override string Man => "prctl(2)";

    /// <inheritdoc/>
    public override string Lab => "10-privileges";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [": # setpriv does this itself"];
}

/// <summary>Takes capabilities out of the bounding set: no program can bring them back.</summary>
/// <param name="Dropped">The capabilities, by number.</param>
public sealed record DropBounding(IReadOnlyList<int> Dropped) : ChildStep
{
    // EINVAL: this kernel does not know the capability, so no process can have it.
    private static readonly int[] IfUnknown = [Errno.EINVAL];

    /// <inheritdoc/>
    public override string Title => "drop capabilities from the bounding set";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls =>
        [.. Dropped.Select(c => prctl(PR_CAPBSET_DROP, Capability(c)) with { Allowed = IfUnknown })];

    /// <inheritdoc/>
    public override ScriptRole Role => ScriptRole.Privileges;

    /// <inheritdoc/>
    public override string Man => "capabilities(7)";

    /// <inheritdoc/>
    public override string Lab => "10-privileges";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [$"--bounding-set={string.Join(",", Dropped.Select(c => "-" + CapabilityWord.Of(c)))}"];
}

/// <summary>Becomes a user.</summary>
/// <param name="Uid">User id.</param>
/// <param name="Gid">Group id.</param>
/// <param name="Groups">Supplementary groups.</param>
/// <param name="SetGroups">
/// False where the user namespace denies setgroups(2); null where only the kernel knows.
/// </param>
public sealed record BecomeUser(uint Uid, uint Gid, IReadOnlyList<uint> Groups, bool? SetGroups) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"become user {Uid}, group {Gid}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => Become(Uid, Gid, Groups, SetGroups);

    /// <inheritdoc/>
    public override ScriptRole Role => ScriptRole.Privileges;

    /// <inheritdoc/>
    public override string Man => "credentials(7)";

    /// <inheritdoc/>
    public override string Lab => "10-privileges";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand
    {
        get
        {
            var groups = SetGroups == false ? "--keep-groups"
                : Groups.Count == 0 ? "--clear-groups"
                : "--groups=" + string.Join(",", Groups);
            return [$"--reuid={Uid} --regid={Gid} {groups}"];
        }
    }

    internal static TapeCall[] Become(uint uid, uint gid, IReadOnlyList<uint> groups, bool? setGroups)
    {
        TapeCall[] ids = [setresgid(gid, gid, gid), setresuid(uid, uid, uid)];
        if (setGroups == false)
            return ids;
        // Groups that were asked for must be there; to have none is a wish that a user namespace may refuse.
        var list = setgroups([.. groups]);
        return [setGroups is null && groups.Count == 0 ? list with { Allowed = [Errno.EPERM] } : list, .. ids];
    }
}

/// <summary>Becomes root of the user namespace that the child is in, as whom the rest of the tape is played.</summary>
/// <param name="SetGroups">
/// Whether setgroups(2) is allowed there: not where the map was written by a user without privileges. Null to try it.
/// </param>
public sealed record BecomeRoot(bool? SetGroups) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => "become user 0, group 0";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => BecomeUser.Become(0, 0, [], SetGroups);

    /// <inheritdoc/>
    public override ScriptRole Role => ScriptRole.Continues;

    /// <inheritdoc/>
    public override string Man => "credentials(7)";

    /// <inheritdoc/>
    public override string Lab => "09-rootless";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Namespaces);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
    [
        $"setpriv --reuid=0 --regid=0 {(SetGroups == false ? "--keep-groups" : "--clear-groups")} "
            + "--inh-caps=-all --ambient-caps=-all",
    ];
}

/// <summary>Sets the effective, permitted and inheritable capabilities.</summary>
/// <param name="Effective">Those that are used, bit n for capability n.</param>
/// <param name="Permitted">Those that may be used.</param>
/// <param name="Inheritable">Those that a program with file capabilities may inherit.</param>
public sealed record SetCapabilities(ulong Effective, ulong Permitted, ulong Inheritable) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => "set the capabilities";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [capset(Effective, Permitted, Inheritable)];

    /// <inheritdoc/>
    public override ScriptRole Role => ScriptRole.Privileges;

    /// <inheritdoc/>
    public override string Man => "capset(2)";

    /// <inheritdoc/>
    public override string Lab => "10-privileges";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [$"--inh-caps=-all{string.Concat(Capabilities.List(Inheritable).Select(c => ",+" + CapabilityWord.Of(c)))}"];
}

/// <summary>
/// Sets the ambient capabilities: those that a plain program keeps when an unprivileged user executes it.
/// </summary>
/// <param name="Raised">The capabilities, by number.</param>
public sealed record SetAmbient(IReadOnlyList<int> Raised) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => "set the ambient capabilities";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls =>
    [
        prctl(PR_CAP_AMBIENT, TapeArg.Named(4, "PR_CAP_AMBIENT_CLEAR_ALL")),
        .. Raised.Select(c => prctl(PR_CAP_AMBIENT, TapeArg.Named(2, "PR_CAP_AMBIENT_RAISE"), Capability(c))),
    ];

    /// <inheritdoc/>
    public override ScriptRole Role => ScriptRole.Privileges;

    /// <inheritdoc/>
    public override string Man => "capabilities(7)";

    /// <inheritdoc/>
    public override string Lab => "10-privileges";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [$"--ambient-caps=-all{string.Concat(Raised.Select(c => ",+" + CapabilityWord.Of(c)))}"];
}

/// <summary>
/// Gives up the gain of privileges by execve for good: set-user-id bits and file capabilities do nothing.
/// </summary>
public sealed record NoNewPrivileges : ChildStep
{
    /// <inheritdoc/>
    public override string Title => "set no_new_privs";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [prctl(PR_SET_NO_NEW_PRIVS, 1)];

    /// <inheritdoc/>
    public override ScriptRole Role => ScriptRole.Privileges;

    /// <inheritdoc/>
    public override string Man => "prctl(2)";

    /// <inheritdoc/>
    public override string Lab => "10-privileges";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => ["--no-new-privs"];
}

/// <summary>Installs a compiled filter of system calls.</summary>
/// <param name="Program">The filter: struct sock_filter, eight bytes each.</param>
/// <param name="Flags">SECCOMP_FILTER_FLAG_* bits.</param>
public sealed record FilterCalls(byte[] Program, long Flags) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => "filter system calls";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [seccomp(Program, Flags)];

    /// <inheritdoc/>
    public override string Man => "seccomp(2)";

    /// <inheritdoc/>
    public override string Lab => "10-privileges";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [": # no shell tool loads a seccomp filter; the container has all system calls here"];
}

/// <summary>
/// Closes the listener of the child's own filter: while it is open here, calls would wait for an answer though no
/// process listens any more.
/// </summary>
/// <param name="Listener">Its descriptor.</param>
public sealed record CloseListener(int Listener) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => "close the listener";

    // The filter may refuse this very call; execve closes it in any case.

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls =>
        [close(Listener) with { Allowed = [Errno.EPERM, Errno.EACCES, Errno.ENOSYS] }];

    /// <inheritdoc/>
    public override string Man => "seccomp_unotify(2)";

    /// <inheritdoc/>
    public override string Lab => "10-privileges";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [": # there is none"];
}

/// <summary>Makes a user the owner of some of the descriptors 0, 1 and 2.</summary>
/// <remarks>
/// Not all can be given: the owner may have no name in this user namespace, or the file system be read-only.
/// </remarks>
/// <param name="Streams">Which of them.</param>
/// <param name="Uid">The user, as the child's user namespace counts.</param>
public sealed record OwnStreams(IReadOnlyList<int> Streams, uint Uid) : ChildStep
{
    private static readonly int[] IfNotGiven =
        [Errno.EPERM, Errno.EACCES, Errno.EINVAL, Errno.EROFS, Errno.ENOSYS];

    private string User => Uid.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override string Title => $"give the standard streams to user {User}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls =>
        [.. Streams.Select(stream => fchown(stream, Uid) with { Allowed = IfNotGiven })];

    /// <inheritdoc/>
    public override string Man => "chown(2)";

    /// <inheritdoc/>
    public override string Lab => "01-run";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Privileges);

    // A script may be called with other streams than the ones that were looked at: a pipe is given, nothing else. Under
    // another number, since chown's own complaint goes to /dev/null.

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
    [
        .. Streams.Select(stream =>
            $"[ ! -p /proc/self/fd/{stream} ] || chown {User} /proc/self/fd/9 9>&{stream} 2>/dev/null || :"),
    ];
}

/// <summary>Capabilities as setpriv(1) names them.</summary>
internal static class CapabilityWord
{
    internal static string Of(int capability) => Capabilities.Name(capability)[4..].ToLowerInvariant();
}
