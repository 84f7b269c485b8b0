// The one exception of the project. It says what was being done, the call in the kernel's own words, the errno by
// name and text, and what to do about it. Everything that fails for a reason the user can act on throws this;
// any other exception is a bug in minic.

namespace MiniContainer.Kernel;

/// <summary>A failure that is told to the user in one or two lines.</summary>
/// <remarks>
/// The message reads <c>mount proc: mount("proc", "/proc", "proc", MS_NOSUID): EPERM (Operation not permitted). A new
/// proc needs its own PID namespace.</c>: what, call, errno, remedy; each part but the first may be missing.
/// </remarks>
public sealed class MinicException : Exception
{
    /// <summary>minic's own failure, as opposed to that of the command it runs.</summary>
    public const int ExitFailure = 125;

    /// <summary>The command was found but cannot be executed.</summary>
    public const int ExitCannotExecute = 126;

    /// <summary>The command was not found.</summary>
    public const int ExitNotFound = 127;

    /// <summary>A failure that no system call reported: bad input, a broken promise of a file's content.</summary>
    /// <param name="doing">What was being done: "read config.json".</param>
    /// <param name="problem">What is wrong and where: "line 3, column 7: a string is not closed".</param>
    /// <param name="hint">What the user can do about it, a sentence; or null.</param>
    /// <param name="exitCode">The exit code that minic ends with.</param>
    /// <param name="inner">The exception that caused this one, if any.</param>
    public MinicException(
        string doing, string problem, string? hint = null, int exitCode = ExitFailure, Exception? inner = null)
        : base(hint is null ? $"{doing}: {problem}" : $"{doing}: {problem.TrimEnd('.')}. {hint}", inner)
    {
        Doing = doing;
        Hint = hint;
        ExitCode = exitCode;
    }

    /// <summary>A failure that another minic has told already, in its words.</summary>
    /// <param name="message">The whole message.</param>
    /// <param name="exitCode">The exit code that minic ends with.</param>
    public MinicException(string message, int exitCode)
        : base(message)
    {
        Doing = message;
        ExitCode = exitCode;
    }

    private MinicException(string doing, string call, int errno, string? kernelText, string? hint, int exitCode)
        : this(
            doing,
            $"{call}: {Kernel.Errno.Describe(errno)}{(kernelText is null ? "" : $": {kernelText}")}",
            hint,
            exitCode)
    {
        Call = call;
        Errno = errno;
    }

    /// <summary>What was being done.</summary>
    public string Doing { get; }

    /// <summary>The system call with its arguments decoded, where one failed.</summary>
    public string? Call { get; }

    /// <summary>The error number that the call gave, a positive number (errno(3)); 0 where no call failed.</summary>
    public int Errno { get; }

    /// <summary>What to do about it; null where there is nothing general to say.</summary>
    public string? Hint { get; }

    /// <summary>The exit code that minic ends with: 125, 126 or 127.</summary>
    public int ExitCode { get; }

    /// <summary>What went wrong where one failure was no reason to leave the others: a line each.</summary>
    /// <param name="doing">What was being done to all: "remove pods". One failure alone says it for itself.</param>
    /// <param name="failures">At least one.</param>
    public static MinicException FromSeveral(string doing, IReadOnlyList<MinicException> failures) =>
        failures.Count == 1
            ? failures[0] : new MinicException(doing, string.Join("\n", failures.Select(f => f.Message)));

    /// <summary>The failure of a system call; the hint comes from <see cref="Hints"/>.</summary>
    /// <param name="doing">What was being done: "mount proc".</param>
    /// <param name="call">The call as strace(1) would print it; its name, up to "(", selects the hint.</param>
    /// <param name="errno">A positive error number.</param>
    /// <param name="kernelText">
    /// What the kernel adds in its own words, as netlink does; null where it says no more.
    /// </param>
    /// <param name="hint">
    /// What to do about it, where more is known than the table says; null for that of <see cref="Hints"/>.
    /// </param>
    public static MinicException FromErrno(string doing, string call, int errno, string? kernelText = null,
        string? hint = null)
    {
        var paren = call.IndexOf('(', StringComparison.Ordinal);
        var name = paren < 0 ? call : call[..paren];
        var exitCode = name is "execve" or "execveat"
            ? errno is Kernel.Errno.ENOENT or Kernel.Errno.ENOTDIR ? ExitNotFound : ExitCannotExecute
            : ExitFailure;
        return new MinicException(doing, call, errno, kernelText, hint ?? Hints.For(name, errno), exitCode);
    }
}
