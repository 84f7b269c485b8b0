// What a lab's shell asks of the lab outside: a reset takes the world down, and the shell with it, so it cannot be done
// from within. The verb writes down its words and ends with a code of its own; the shell then ends too (its `lab` is a
// function, see LabShell.cs), and the lab that had started it does what was asked, and opens a new one.

using System.Globalization;
using MiniContainer.Kernel;

namespace MiniContainer.Labs.Learning;

/// <summary>Passes a command from a lab's shell to the lab that started it.</summary>
internal static class Request
{
    /// <summary>Its variable: the pid of the lab outside.</summary>
    public const string Variable = "LAB_SHELL";

    /// <summary>The exit code that ends the shell.</summary>
    public const int ExitCode = 99;

    /// <summary>Asks the lab outside.</summary>
    /// <param name="progress">Where both look.</param>
    /// <param name="words">What is asked: "reset 04-pid --files".</param>
    /// <returns>The code to end with.</returns>
    /// <exception cref="MinicException">There is no lab outside.</exception>
    public static int Ask(Progress progress, params IReadOnlyList<string> words)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } pid
            || !int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || Processes.Stat(number) is null)
            throw new MinicException($"lab {words[0]}", "this shell is in the world that would go",
                $"Leave it (exit), and then: lab {string.Join(' ', words)}.");
        progress.Write(FileOf(number), string.Join('\n', words));
        return ExitCode;
    }

    /// <summary>Takes what was asked of us.</summary>
    /// <returns>The words; null if nothing was.</returns>
    public static IReadOnlyList<string>? Take(Progress progress)
    {
        var file = Path.Combine(progress.Path, FileOf(Environment.ProcessId));
        if (!File.Exists(file))
            return null;
        var words = File.ReadAllLines(file);
        File.Delete(file);
        return words;
    }

    private static string FileOf(int pid) => string.Create(CultureInfo.InvariantCulture, $"request-{pid}");
}
