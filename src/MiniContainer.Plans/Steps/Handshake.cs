// Steps in which minic and a child meet: each is one end of what the tape's Await and Report are the other end of
// (lab 03-threads, pipe(7), fifo(7)). Child.cs in the Kernel draws the protocol.

using System.Globalization;
using MiniContainer.Kernel;

namespace MiniContainer.Plans.Steps;

/// <summary>Writes the id maps of a child in a new user namespace.</summary>
/// <param name="Child">The child's name in the plan.</param>
/// <param name="UidMap">Lines of "inside outside count" (user_namespaces(7)).</param>
/// <param name="GidMap">The same for groups.</param>
public sealed record MapIds(string Child, string UidMap, string GidMap) : Step, IOfChild
{
    /// <summary>
    /// Whether setgroups(2) is to be denied first, as the kernel asks of a writer without privileges.
    /// </summary>
    public bool DenySetgroups { get; init; }

    /// <summary>newuidmap(1), to write the first map in minic's place; null where minic may.</summary>
    public string? NewUidMap { get; init; }

    /// <summary>newgidmap(1), for the other one.</summary>
    public string? NewGidMap { get; init; }

    /// <inheritdoc/>
    public override string Title => $"map the ids of {Child}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
    [
        .. DenySetgroups ? ["write(\"/proc/PID/setgroups\", \"deny\")"] : Array.Empty<string>(),
        CallText(NewUidMap, "uid_map", UidMap), CallText(NewGidMap, "gid_map", GidMap),
    ];

    private static string CallText(string? program, string file, string map) => program is null
        ? $"write(\"/proc/PID/{file}\", {TapeArg.Quote(map)})"
        : $"execve({TapeArg.Quote(program)}, [{TapeArg.Quote(Path.GetFileName(program))}, \"PID\", "
            + $"{string.Join(", ", Words(map).Select(TapeArg.Quote))}], ...)";

    private static string[] Words(string map) => map.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    /// <inheritdoc/>
    public override string Man => "user_namespaces(7)";

    /// <inheritdoc/>
    public override string Lab => "09-rootless";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Namespaces);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
    [
        .. DenySetgroups ? ["echo deny > \"/proc/$CHILD/setgroups\""] : Array.Empty<string>(),
        ByShell(NewUidMap, "uid_map", UidMap), ByShell(NewGidMap, "gid_map", GidMap),
    ];

    private static string ByShell(string? program, string file, string map) => program is null
        ? $"printf {ShellWord.Quote(map)} > \"/proc/$CHILD/{file}\""
        : $"{Path.GetFileName(program)} \"$CHILD\" {string.Join(" ", Words(map))}";

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        var pid = playing.Children[Child].Pid.ToString(CultureInfo.InvariantCulture);
        if (DenySetgroups)
            Knob.Write($"/proc/{pid}/setgroups", "deny", create: false);
        Write(NewUidMap, "uid_map", UidMap);
        Write(NewGidMap, "gid_map", GidMap);
        return null;

        void Write(string? program, string file, string map)
        {
            if (program is null)
                Knob.Write($"/proc/{pid}/{file}", map, create: false);
            else
                HostProgram.Run(Title, program, [Path.GetFileName(program), pid, .. Words(map)]);
        }
    }
}

/// <summary>Lets a child go on from its wait for "go". From here on its pid is in the journal.</summary>
/// <param name="Child">The child's name in the plan.</param>
public sealed record Release(string Child) : Step, IOfChild
{
    /// <inheritdoc/>
    public override string Title => $"let {Child} go on";

    /// <inheritdoc/>
    public override Subject Subject => Subject.Meeting;

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts => ["write(go, \"\\1\", 1)"];

    /// <inheritdoc/>
    public override string Man => "pipe(7)";

    /// <inheritdoc/>
    public override string Lab => "03-threads";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => ["echo go >&3"];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        playing.Children[Child].Go();
        return null;
    }
}

/// <summary>
/// Goes over to the process that a child has made in its own place (<see cref="ChildTape.Fork"/>); the undo kills it.
/// </summary>
/// <param name="Child">The child's name in the plan.</param>
public sealed record FollowFork(string Child) : Step, IOfChild
{
    /// <inheritdoc/>
    public override string Title => $"follow {Child} to its new process";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
        ["read(status, ..., 1)", "pidfd_open(PID, 0)", "waitid(P_PIDFD, ...)"];

    /// <inheritdoc/>
    public override string Man => "pidfd_open(2)";

    /// <inheritdoc/>
    public override string Lab => "11-exec";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        ["read -r CHILD <&4", $"echo \"$CHILD\" > \"$STATE/{Child}.pid\"", "read -r _ <&4"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoCallTexts => CloneChild.KillTexts;

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        var child = playing.Children[Child];
        try
        {
            child.Follow();
        }
        catch (MinicException) when (playing.FailureOf(Child) is { } failure)
        {
            throw failure;
        }

        return new StepResult { Pid = child.Pid, StartTime = ProcessIdentity.Of(child.Pid).StartTime };
    }

    /// <summary>
    /// Kills the child and waits for its end. A child that never came into the journal read end of file, and ended by
    /// itself.
    /// </summary>
    public override void Undo(StepResult? facts) => CloneChild.Kill(facts);
}

/// <summary>Waits until a child's tape reports.</summary>
/// <param name="Child">The child's name in the plan.</param>
public sealed record AwaitReady(string Child) : Step, IOfChild
{
    /// <inheritdoc/>
    public override string Title => $"wait until {Child} is ready";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts => ["read(status, ..., 1)"];

    /// <inheritdoc/>
    public override string Man => "pipe(7)";

    /// <inheritdoc/>
    public override string Lab => "12-oci";

    /// <inheritdoc/>
    public override Subject Subject => Subject.Meeting;

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => ["read -r _ <&4"];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing) =>
        playing.Children[Child].WaitStatus() ? null : throw Ended.Early(playing, Child);
}

/// <summary>Waits until a child has executed its command.</summary>
/// <param name="Child">The child's name in the plan.</param>
public sealed record AwaitExec(string Child) : Step, IOfChild
{
    /// <inheritdoc/>
    public override string Title => $"wait until {Child} has executed its command";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts => ["read(status, ..., 1)"];

    /// <inheritdoc/>
    public override string Man => "pipe(7)";

    /// <inheritdoc/>
    public override string Lab => "03-threads";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Command);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => ["read -r said <&4", "[ \"$said\" = executing ]"];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        // End of file means execve, or the child's end; the tape tells which.
        while (playing.Children[Child].WaitStatus())
        {
        }

        Ended.Check(playing, Child);
        return null;
    }
}

/// <summary>Waits until a child has ended, and fails unless its exit code is 0.</summary>
/// <param name="Child">The child's name in the plan.</param>
public sealed record AwaitSuccess(string Child) : Step, IOfChild
{
    /// <summary>The file into which it prints; null for none.</summary>
    public string? Log { get; init; }

    /// <summary>
    /// Where the directory of that file goes if the child fails, since all else is undone then; null for nowhere.
    /// </summary>
    public string? KeptLogs { get; init; }

    /// <inheritdoc/>
    public override string Title => $"wait until {Child} has ended well";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts => ["waitpid(PID, &status, 0)"];

    /// <inheritdoc/>
    public override string Man => "waitpid(2)";

    /// <inheritdoc/>
    public override string Lab => "21-pod";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => ["wait \"$RUN\""];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        var child = playing.Children[Child];
        _ = Processes.WaitEnd(child.PidFd, -1);
        return Processes.Reap(child.Pid) is var code and not 0 ? throw Failure(code) : null;
    }

    private MinicException Failure(int? code)
    {
        var problem = code is null ? "it exited with a non-zero status" : $"it exited with status {code}";
        if (Log is null)
            return new MinicException($"run {Child}", problem);
        var tail = LogTail.Of(Log);
        return new MinicException($"run {Child}",
            tail.Length == 0
                ? $"{problem}, and printed nothing"
                : $"{problem}. The end of what it printed:{tail}"
                    + (KeepLog() ? $"\nThe whole of it is in {KeptLogs}" : ""));
    }

    // The undo is about to remove it, with the directory that it is in.
    private bool KeepLog()
    {
        if (KeptLogs is null)
            return false;
        try
        {
            Directories.MakeAll(Path.GetDirectoryName(KeptLogs)!, 0x1c0 /* 0700 */);
            TreeRemoval.Remove(KeptLogs);
            Directory.Move(Path.GetDirectoryName(Log)!, KeptLogs);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or MinicException)
        {
            return false;
        }
    }
}

/// <summary>The end of a child's pipe: execve, or the child's end before its tape's.</summary>
public static class Ended
{
    /// <summary>Fails unless the child has executed its command.</summary>
    /// <exception cref="MinicException">It ended before.</exception>
    public static void Check(PlayContext playing, string child)
    {
        var tape = playing.Children[child].Tape;
        // All entries but the last execve and the exit_group behind it have been played: the command runs, or has run.
        if (tape.Failed is not null || tape.Calls[tape.Played].Name != "execve" && tape.Played != tape.Calls.Count - 2)
            throw Early(playing, child);
    }

    /// <summary>Why a child has ended before its tape did.</summary>
    public static MinicException Early(PlayContext playing, string child)
    {
        if (playing.FailureOf(child) is { } failure)
            return failure;
        var tape = playing.Children[child].Tape;
        return new MinicException($"wait for {child}", $"it was killed at {tape.Calls[tape.Played]}",
            "Its cgroup's memory limit may be too low: see dmesg.");
    }
}
