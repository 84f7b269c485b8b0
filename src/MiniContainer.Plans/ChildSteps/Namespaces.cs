// The namespaces that a child joins or leaves (labs 04-pid, 08-cgroups, 11-exec; setns(2), unshare(2), clone(2),
// time_namespaces(7)).

using MiniContainer.Kernel;
using static MiniContainer.Kernel.TapeCalls;

namespace MiniContainer.Plans.ChildSteps;

/// <summary>Joins namespaces of which the child was given a descriptor: a namespace's, or a process's pidfd.</summary>
/// <param name="Descriptor">The descriptor.</param>
/// <param name="Name">Its name.</param>
/// <param name="Flags">CLONE_NEW* of what to join.</param>
/// <param name="Path">What a shell would name in its place: "/proc/$PID/ns/net".</param>
/// <param name="Born">
/// Whether the child was born into the pid namespace; else it is one for its children, and <see cref="MakeAnew"/>
/// follows.
/// </param>
public sealed record JoinNamespaces(int Descriptor, string Name, ulong Flags, string Path, bool Born) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"join the namespaces of {Name}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [setns(Descriptor, Flags)];

    /// <inheritdoc/>
    public override ScriptRole Role => (Flags & CLONE_NEWNS) != 0 ? ScriptRole.Joins : ScriptRole.Continues;

    /// <inheritdoc/>
    public override string Man => "setns(2)";

    /// <inheritdoc/>
    public override string Lab => "11-exec";

    // A shell that was born into the pid namespace would have to fork to enter it once more; for the other one nsenter
    // forks. That one is not root: nsenter may not change its groups.

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [Born
        ? $"nsenter {NamespaceOptions.Nsenter(Flags & ~CLONE_NEWPID, Path)}"
        : $"nsenter --preserve-credentials {NamespaceOptions.Nsenter(Flags, Path)}"];
}

/// <summary>Makes another process, a child of minic's too, which plays on in this one's place; this one ends.</summary>
/// <remarks>
/// Only behind <see cref="ExecuteStage2"/>: own.x86_64.s knows the call. FollowFork is the other end of it.
/// </remarks>
public sealed record MakeAnew : ChildStep
{
    /// <inheritdoc/>
    public override string Title => "make the process anew";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [clone_sibling()];

    /// <inheritdoc/>
    public override string Man => "clone(2)";

    /// <inheritdoc/>
    public override string Lab => "04-pid";

    // nsenter(1) and unshare(1) have forked: this shell is the new process already, and the kernel's name for it what
    // the host's /proc calls it.

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => ["read -r pid _ < /proc/self/stat", "echo \"$pid\" >&4"];
}

/// <summary>Leaves namespaces for new ones.</summary>
/// <param name="Flags">CLONE_NEW* of what to make.</param>
public sealed record Unshare(ulong Flags) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"unshare {NamespaceOptions.Names(Flags)}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [unshare(Flags)];

    /// <inheritdoc/>
    public override ScriptRole Role => ScriptRole.Continues;

    /// <inheritdoc/>
    public override string Man => "unshare(2)";

    /// <inheritdoc/>
    public override string Lab => "08-cgroups";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Namespaces);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [$"unshare {NamespaceOptions.Unshare(Flags)}"];
}

/// <summary>Leaves the time namespace for a new one, whose clocks are shifted.</summary>
/// <param name="Offsets">How far.</param>
public sealed record UnshareTime(IReadOnlyList<ClockOffset> Offsets) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"unshare {NamespaceOptions.Names(CloneFlags.NEWTIME)}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [unshare(CloneFlags.NEWTIME)];

    /// <inheritdoc/>
    public override ScriptRole Role => ScriptRole.Continues;

    /// <inheritdoc/>
    public override string Man => "unshare(2)";

    /// <inheritdoc/>
    public override string Lab => "08-cgroups";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Namespaces);

    // Its program is in the namespace already, so unshare itself must set the offsets; it knows seconds alone.

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [$"unshare --time{string.Concat(Offsets.Select(o => $" --{o.Clock} {o.Seconds}"))}"];
}

/// <summary>How far a clock of a time namespace is ahead of the host's.</summary>
/// <param name="Clock">"monotonic" or "boottime".</param>
/// <param name="Seconds">Seconds, which may be negative.</param>
/// <param name="Nanoseconds">Nanoseconds on top.</param>
public sealed record ClockOffset(string Clock, long Seconds, uint Nanoseconds)
{
    /// <summary>As the kernel's file takes it.</summary>
    public override string ToString() => $"{Clock} {Seconds} {Nanoseconds}";
}

/// <summary>
/// Opens the offsets of a time namespace that is yet to be made in a user namespace that is yet to be joined.
/// </summary>
/// <remarks>
/// Before <see cref="ExecuteStage2"/>, after which the file belongs to root of the user namespace in which that was.
/// </remarks>
public sealed record OpenTimeOffsets : ChildStep
{
    /// <summary>The file.</summary>
    public const string Path = "/proc/self/timens_offsets";

    /// <inheritdoc/>
    public override string Title => "open the offsets of the clocks";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [open(Path, O_WRONLY)];

    /// <inheritdoc/>
    public override ScriptRole Role => ScriptRole.Unneeded;

    /// <inheritdoc/>
    public override string Man => "time_namespaces(7)";

    /// <inheritdoc/>
    public override string Lab => "12-oci";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [": # unshare does it"];
}

/// <summary>Shifts the clocks of a time namespace whose offsets are open.</summary>
/// <param name="File">The descriptor.</param>
/// <param name="Offsets">How far.</param>
public sealed record ShiftClocks(int File, IReadOnlyList<ClockOffset> Offsets) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => "shift the clocks";

    // The kernel takes one write from the beginning of the file, of as many lines as there are.

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls =>
        [write(File, string.Concat(Offsets.Select(o => $"{o}\n"))), close(File)];

    /// <inheritdoc/>
    public override ScriptRole Role => ScriptRole.Unneeded;

    /// <inheritdoc/>
    public override string Man => "time_namespaces(7)";

    /// <inheritdoc/>
    public override string Lab => "12-oci";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [": # unshare did it"];
}
