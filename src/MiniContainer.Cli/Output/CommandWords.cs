// How a command of the command line is named in errors and hints.

using System.CommandLine;
using MiniContainer.Kernel;

namespace MiniContainer.Cli;

/// <summary>The words for a command.</summary>
internal static class CommandWords
{
    /// <summary>A complaint about how a verb was called.</summary>
    public static MinicException Wrong(Command command, string problem, string? hint = null) =>
        new(Doing(command), problem, hint ?? $"See {See(command)}.");

    /// <summary>What is being done while a command is read.</summary>
    public static string Doing(Command command) =>
        command is RootCommand ? "read the command line" : $"read minic {Path(command)}";

    /// <summary>Where its help is.</summary>
    public static string See(Command command) =>
        command is RootCommand ? "minic --help" : $"minic {Path(command)} --help";

    /// <summary>The verbs that lead to a command: "pod run".</summary>
    public static string Path(Command command) =>
        string.Join(" ",
            command.Parents.OfType<Command>().Where(p => p is not RootCommand).Select(Path).Append(command.Name));
}
