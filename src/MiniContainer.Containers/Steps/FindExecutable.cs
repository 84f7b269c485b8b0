// create fails, rather than start, where the command is not in the container's root (lab 12-oci; runtime-spec,
// "create"; execvp(3)). The process is what it will be when it executes it; execve will have the last word all the
// same.

using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Steps;

/// <summary>Looks for the command of a child that waits to execute it, in the root that this child has.</summary>
/// <param name="Child">The child's name in the plan.</param>
/// <param name="Command">The command as it was given.</param>
/// <param name="Paths">Where it may be, absolute, in the order in which execve will try.</param>
public sealed record FindExecutable(string Child, string Command, IReadOnlyList<string> Paths) : Step, IOfChild
{
    /// <inheritdoc/>
    public override string Title => $"find {Command}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
        [.. Paths.Select(p =>
            $"openat2(\"/proc/PID/root\", {TapeArg.Quote(p)}, {{flags=O_PATH|O_CLOEXEC, resolve=RESOLVE_IN_ROOT}}, "
                + $"24)")];

    /// <inheritdoc/>
    public override string Man => "openat2(2)";

    /// <inheritdoc/>
    public override string Lab => "12-oci";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Command);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
    [
        "found= # a link leads on in that root, where test(1) cannot follow: it counts",
        $"for path in {string.Join(" ", Paths.Select(ShellWord.Quote))}; do",
        "  if [ -h \"/proc/$CHILD/root$path\" ] || [ -x \"/proc/$CHILD/root$path\" ]; then found=$path; break; fi",
        "done",
        "[ -n \"$found\" ]",
    ];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        var process = new Executable(playing.Children[Child].Pid);
        var found = new NotExecutable(Errno.ENOENT);
        var relative = !Command.StartsWith('/') && Command.Contains('/', StringComparison.Ordinal);
        foreach (var path in Paths)
        {
            if (process.Check(path, fromRoot: !relative) is not { } refused)
                return null;
            // A file that is there and may not be executed is the error to report, as in execvp(3).
            if (found is { Errno: Errno.ENOENT, Reason: null } || refused.Errno is not (Errno.ENOENT or Errno.ENOTDIR))
                found = refused;
        }

        throw MinicException.FromErrno($"execute {Command}", $"execve({TapeArg.Quote(Command)}, ...)", found.Errno,
            found.Reason, found.Remedy);
    }
}
