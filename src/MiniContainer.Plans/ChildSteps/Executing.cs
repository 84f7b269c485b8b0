// The programs that a child executes: the second stage of a tape, the command, pause; and what it does to its signals
// before (labs 01-run, 03-threads, 12-oci, 20-pause; execve(2), execveat(2), sigaction(2), prctl(2)).

using MiniContainer.Kernel;
using static MiniContainer.Kernel.TapeCalls;

namespace MiniContainer.Plans.ChildSteps;

/// <summary>
/// Executes the second stage, which plays the rest of the tape; from there on nothing of minic is in the process.
/// </summary>
/// <param name="Program">The descriptor of its program.</param>
/// <param name="Kept">How many descriptors the command keeps: all others are marked to close with it.</param>
public sealed record ExecuteStage2(int Program, int Kept) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => "leave minic's program behind";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls =>
    [
        execveat(Program, ["minic", Child]),
        prctl_set_name("minic"),
        prctl(PR_SET_DUMPABLE, 0),
        close_range_on_exec(Kept),
    ];

    /// <inheritdoc/>
    public override ScriptRole Role => ScriptRole.Unneeded;

    /// <inheritdoc/>
    public override string Man => "execveat(2)";

    /// <inheritdoc/>
    public override string Lab => "12-oci";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Namespaces);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [": # a shell has no program of minic's"];
}

/// <summary>Executes the command; each path is tried in turn, as a shell goes through PATH.</summary>
/// <param name="Paths">Where the program may be.</param>
/// <param name="Arguments">Its arguments, its name first.</param>
/// <param name="Environment">Its environment, NAME=VALUE.</param>
public sealed record ExecuteCommand(
    IReadOnlyList<string> Paths, IReadOnlyList<string> Arguments, IReadOnlyList<string> Environment) : ChildStep
{
    private static readonly int[] NextOne =
        [Errno.ENOENT, Errno.ENOTDIR, Errno.EACCES, Errno.ENAMETOOLONG, Errno.ELOOP];

    /// <inheritdoc/>
    public override string Title => $"execute {Arguments[0]}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls
    {
        get
        {
            // The same two for all candidates, so that the tape holds them once.
            var argv = new TapeArg.Strs(Arguments);
            var environment = new TapeArg.Strs(Environment, Counted: true);
            return
            [
                .. Paths.SkipLast(1).Select(path => execve(path, argv, environment) with { Allowed = NextOne }),
                execve(Paths[^1], argv, environment),
            ];
        }
    }

    /// <inheritdoc/>
    public override ScriptRole Role => ScriptRole.Executes;

    /// <inheritdoc/>
    public override string Man => "execve(2)";

    /// <inheritdoc/>
    public override string Lab => "01-run";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [string.Join(" ", Environment.Select(ShellWord.Quote)), string.Join(" ", Arguments.Select(ShellWord.Quote))];
}

/// <summary>Executes the pause program.</summary>
/// <param name="Program">The descriptor of the program.</param>
public sealed record ExecutePause(int Program) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => "execute pause";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [execveat(Program, ["pause"])];

    /// <inheritdoc/>
    public override ScriptRole Role => ScriptRole.Pauses;

    /// <inheritdoc/>
    public override string Man => "execveat(2)";

    /// <inheritdoc/>
    public override string Lab => "20-pause";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => ["sleep infinity"];
}

/// <summary>Sets signals back to their default, which ignored ones would not be after execve.</summary>
/// <param name="Signals">Bit n-1 for signal n.</param>
public sealed record DefaultSignals(ulong Signals) : ChildStep
{
    private IEnumerable<int> Numbers => Enumerable.Range(1, 64).Where(n => (Signals >> (n - 1) & 1) == 1);

    /// <inheritdoc/>
    public override string Title => $"set {string.Join(", ", Numbers.Select(SignalText.Of))} to "
        + (ulong.IsPow2(Signals) ? "its default" : "their default");

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [.. Numbers.Select(sigaction_default)];

    /// <inheritdoc/>
    public override string Man => "sigaction(2)";

    /// <inheritdoc/>
    public override string Lab => "01-run";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [": # env --default-signal does it below"];
}

/// <summary>Lets blocked signals through, which would stay blocked over execve.</summary>
public sealed record UnblockSignals : ChildStep
{
    /// <inheritdoc/>
    public override string Title => "let all signals through";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [sigprocmask_none()];

    /// <inheritdoc/>
    public override string Man => "sigprocmask(2)";

    /// <inheritdoc/>
    public override string Lab => "01-run";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [": # not by hand: no shell tool unblocks a signal"];
}

/// <summary>Has the kernel kill the child when the thread that made it ends.</summary>
public sealed record DieWithParent : ChildStep
{
    /// <inheritdoc/>
    public override string Title => "die with minic";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [prctl(PR_SET_PDEATHSIG, TapeArg.Named(9, "SIGKILL"))];

    /// <inheritdoc/>
    public override string Man => "prctl(2)";

    /// <inheritdoc/>
    public override string Lab => "03-threads";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [": # not by hand: setpriv --pdeathsig would execute another program"];
}

/// <summary>Restricts which memory layout and ABI programs see.</summary>
/// <param name="Persona">Its number.</param>
/// <param name="Name">Its name: "PER_LINUX32".</param>
public sealed record SetPersonality(long Persona, string Name) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"set the personality {Name}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [personality(Persona, Name)];

    /// <inheritdoc/>
    public override string Man => "personality(2)";

    /// <inheritdoc/>
    public override string Lab => "12-oci";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Privileges);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [": # not by hand: setarch would execute another program"];
}
