// Help, 80 columns wide: what it is, how it is called, its arguments and options, and examples that can be pasted.

using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace MiniContainer.Cli;

/// <summary>Shows the help of a command.</summary>
internal sealed class HelpPage : SynchronousCommandLineAction
{
    private const int Width = 80;

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
            ? "\nminic VERB --help tells more of a verb.\nExit codes: the command's own, or 128+n where signal n "
                + "ended it. Where minic\nfailed, runc's: 255 of exec, 1 of others. Of run --rootfs, pod, gc and plan "
                + "125;\n126 where the command cannot be executed, 127 where it is not there."
            : "\nThe options of minic --help hold here too.");
    }

    private static IEnumerable<string> Synopsis(Command command)
    {
        if (command is Verb { Synopsis.Count: > 0 } verb)
            return verb.Synopsis;
        var path = command is RootCommand ? "minic" : $"minic {CommandWords.Path(command)}";
        var arguments = command.Arguments.Select(a => (a.Arity.MinimumNumberOfValues == 0 ? $"[{a.Name}]" : a.Name)
            + (a.Arity.MaximumNumberOfValues > 1 ? "..." : ""));
        return [string.Join(" ",
            new[] { path, "[OPTIONS]" }.Concat(command.Subcommands.Count > 0 ? ["VERB ..."] : arguments))];
    }

    private static string Label(Option option)
    {
        var letters = option.Aliases.Where(a => a.Length == 2).Order(StringComparer.Ordinal).ToList();
        var name = letters.Count > 0 ? $"{letters[0]}, {option.Name}" : $"    {option.Name}";
        if (option.ValueType == typeof(bool) || option is HelpOption or VersionOption)
            return name;
        return option is AloneOption || option.Arity.MinimumNumberOfValues == 0
            ? $"{name}[={option.HelpName}]" : $"{name} {option.HelpName}";
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

    private static string FirstSentence(string? text) => (text ?? "").Split(". ")[0].TrimEnd('.') + ".";
}
