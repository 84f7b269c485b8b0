// Help, 80 columns wide: what it is, how it is called, its arguments and options, and examples that can be pasted.

using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace MiniContainer.Cli;

/// <summary>Shows the help of a command.</summary>
internal sealed class HelpPage : SynchronousCommandLineAction
{
    private const int Width = 80;

    /// <summary>What minic's exit codes mean.</summary>
    public const string ExitCodes = "the command's own, or 128+n where signal n ended it. Where minic failed, runc's: "
        + "255 of exec, 1 of others. Of run --rootfs, pod, gc and plan 125; 126 where the command cannot be executed, "
        + "127 where it is not there.";

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        Write(parseResult.CommandResult.Command, parseResult.InvocationConfiguration.Output);
        return 0;
    }

    /// <summary>Writes the page.</summary>
    public static void Write(Command command, TextWriter output)
    {
        foreach (var line in Paragraphs.Wrap(command.Description ?? "", Width))
            output.WriteLine(line);
        output.WriteLine("\nUsage:");
        foreach (var line in Synopsis(command))
            output.WriteLine($"  {line}");
        Section(output, "Verbs",
            command.Subcommands.Where(c => !c.Hidden).Select(c => (c.Name, FirstSentence(c.Description))));
        Section(output, "Arguments",
            command.Arguments.Where(a => !a.Hidden).Select(a => (a.Name, a.Description ?? "")));
        Section(output, "Options", command.Options.Where(o => !o.Hidden).Select(o => (Label(o), o.Description ?? "")));
        var examples = (command as Verb)?.Examples ?? [];
        if (examples.Count > 0)
            output.WriteLine("\nExamples:");
        foreach (var (example, does) in examples)
            output.WriteLine($"  {example}\n      {string.Join("\n      ", Paragraphs.Wrap(does, Width - 6))}");
        output.WriteLine(command is RootCommand
            ? "\nminic VERB --help tells more of a verb.\n"
                + string.Join("\n", Paragraphs.Wrap("Exit codes: " + ExitCodes, Width))
            : "\nThe options of minic --help hold here too.");
    }

    /// <summary>How a command is called, a line each.</summary>
    public static IEnumerable<string> Synopsis(Command command)
    {
        if (command is Verb { Synopsis.Count: > 0 } verb)
            return verb.Synopsis;
        var path = command is RootCommand ? "minic" : $"minic {CommandWords.Path(command)}";
        var arguments = command.Arguments.Select(a => (a.Arity.MinimumNumberOfValues == 0 ? $"[{a.Name}]" : a.Name)
            + (a.Arity.MaximumNumberOfValues > 1 ? "..." : ""));
        return [string.Join(" ",
            new[] { path, "[OPTIONS]" }.Concat(command.Subcommands.Count > 0 ? ["VERB ..."] : arguments))];
    }

    /// <summary>The letter of an option; null if it has none.</summary>
    public static string? Letter(Option option) =>
        option.Aliases.Where(a => a.Length == 2).Order(StringComparer.Ordinal).FirstOrDefault();

    /// <summary>What stands before an option's value: a space, or an equals sign where it may be left out.</summary>
    /// <returns>Null for a switch.</returns>
    public static string? Between(Option option) =>
        option.ValueType == typeof(bool) || option is HelpOption or VersionOption ? null
        : option is AloneOption || option.Arity.MinimumNumberOfValues == 0 ? "=" : " ";

    private static string Label(Option option)
    {
        var name = Letter(option) is { } letter ? $"{letter}, {option.Name}" : $"    {option.Name}";
        return Between(option) switch
        {
            null => name,
            "=" => $"{name}[={option.HelpName}]",
            var between => $"{name}{between}{option.HelpName}",
        };
    }

    private static void Section(TextWriter output, string title, IEnumerable<(string Label, string Text)> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0)
            return;
        output.WriteLine($"\n{title}:");
        var indent = Math.Min(all.Max(r => r.Label.Length), 26) + 4;
        foreach (var (label, text) in all)
        {
            var lines = Paragraphs.Wrap(text, Width - indent);
            if (label.Length > indent - 4)
                output.WriteLine($"  {label}\n{new string(' ', indent)}{lines[0]}");
            else
                output.WriteLine($"  {label.PadRight(indent - 2)}{lines[0]}".TrimEnd());
            foreach (var line in lines.Skip(1))
                output.WriteLine(new string(' ', indent) + line);
        }
    }

    /// <summary>The first sentence of a description.</summary>
    public static string FirstSentence(string? text) => (text ?? "").Split(". ")[0].TrimEnd('.') + ".";
}
