// Reads the words of the command line before the library does, and tells what is wrong with them.
//
// In `minic run --rootfs R ls -la --color=never` everything from `ls` on belongs to that command. System.CommandLine
// can leave such words alone, but splits them first where they look like options of run's own (`-it` into `-i -t`,
// `--env=x` into `--env x`), unless they stand behind a `--`. So one is put there.

using System.CommandLine;
using System.CommandLine.Parsing;
using MiniContainer.Documents;
using MiniContainer.Kernel;

namespace MiniContainer.Cli;

/// <summary>Looks the words of the command line over.</summary>
internal static class Usage
{
    /// <summary>The words, with "--" before those that belong to the command to run.</summary>
    /// <exception cref="MinicException">There is no such verb or option.</exception>
    public static IReadOnlyList<string> Read(Command root, IReadOnlyList<string> words)
    {
        // A directive such as [suggest] comes from a shell, about a line that is not finished: it may yet become an
        // option.
        if (words.Count > 0 && words[0].StartsWith('['))
        {
            foreach (var argument in root.Subcommands.SelectMany(c => c.Arguments))
                argument.CaptureRemainingTokens = false;
            return [.. words.Select(WithoutEquals)];
        }

        var command = root;
        words = new List<string>(words);
        for (var i = 0; i < words.Count; i++)
        {
            // Whatever follows: podman asks by --help whether there is such a verb, and goes by the exit code.
            if (command is MissingVerb missing)
                throw missing.Refusal;
            // The library would take the next word for the value of an option that may stand alone.
            if (Find(command, words[i]) is AloneOption alone)
                ((List<string>)words)[i] = $"{alone.Name}={alone.Alone}";
            if (words[i] == "--")
                return words;
            if (words[i].Length > 1 && words[i][0] == '-')
                i += TakesNext(command, words[i]) ? 1 : 0;
            else if (command.Subcommands.Count > 0)
                command = command.Subcommands.FirstOrDefault(c => c.Name == words[i] || c.Aliases.Contains(words[i]))
                    ?? throw NoVerb(command, words[i], words.Skip(i + 1).Any(w => w is "-h" or "--help"));
            else if (command.Arguments.Any(a => a.CaptureRemainingTokens))
            {
                var end = (command as Verb)?.OptionsAfterName == true ? AfterOptions(command, words, i + 1) : i + 1;
                return [.. words.Take(i), .. words.Take(end).Skip(i + 1), "--", words[i], .. words.Skip(end)];
            }
        }

        return command is MissingVerb last ? throw last.Refusal : words;
    }

    /// <summary>Tells the first thing that the library found wrong.</summary>
    /// <exception cref="MinicException">There is something.</exception>
    public static void Check(ParseResult parsed)
    {
        if (parsed.Errors.Count == 0 || parsed.Action is HelpPage or VersionPage)
            return;
        var command = parsed.CommandResult.Command;
        if (command.Subcommands.Count > 0)
            throw new MinicException(CommandWords.Doing(command), "there is no verb",
                $"Give one of {string.Join(", ", command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name))}; see "
                    + $"{CommandWords.See(command)}.");
        var error = parsed.Errors[0];
        // The library's own words name symbols by class; what is wrong can only be one of these.
        var problem = error.SymbolResult switch
        {
            ArgumentResult { Parent: CommandResult, Tokens.Count: 0 } missing => $"{missing.Argument.Name} is missing",
            OptionResult { Tokens.Count: 0 } option => $"{option.Option.Name} wants a value, {option.Option.HelpName}",
            ArgumentResult { Parent: OptionResult option, Tokens.Count: 0 } =>
                $"{option.Option.Name} wants a value, {option.Option.HelpName}",
            _ when parsed.UnmatchedTokens.Count > 0 => $"\"{parsed.UnmatchedTokens[0]}\" is one word too many",
            ArgumentResult { Parent: CommandResult, Tokens.Count: > 0 } word =>
                $"{word.Argument.Name} cannot be \"{word.Tokens[^1].Value}\"; it wants "
                    + $"{word.Argument.Description?.TrimEnd('.')}",
            ArgumentResult { Parent: OptionResult option } value =>
                $"{option.Option.Name} cannot be \"{value.Tokens[0].Value}\"; it wants {option.Option.HelpName}",
            OptionResult { Tokens.Count: > 0 } option =>
                $"{option.Option.Name} cannot be \"{option.Tokens[^1].Value}\"; it wants {option.Option.HelpName}",
            _ => error.Message.TrimEnd('.'),
        };
        throw new MinicException(CommandWords.Doing(command), problem, $"See {CommandWords.See(command)}.");
    }

    // Where the options end that begin at a word: no command's name begins like one.
    private static int AfterOptions(Command command, IReadOnlyList<string> words, int begin)
    {
        while (begin < words.Count && words[begin].Length > 1 && words[begin][0] == '-' && words[begin] != "--")
            begin += TakesNext(command, words[begin]) ? 2 : 1;
        return Math.Min(begin, words.Count);
    }

    // The library suggests values of an option behind a space alone: of --explain=d at the end of a line it fails.
    private static string WithoutEquals(string line)
    {
        var last = line.LastIndexOf(' ') + 1;
        var equals = line.IndexOf('=', last);
        return equals > last && line[last] == '-' ? $"{line[..equals]} {line[(equals + 1)..]}" : line;
    }

    // Whether the word after an option is its value.
    private static bool TakesNext(Command command, string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? word : word[..equals];
        if (Find(command, name) is { } option)
            return equals < 0 && HasValue(option);
        if (word[1] == '-' || Find(command, word[..2]) is null)
            throw NoOption(command, name);
        // -it is -i -t; in -eA=1 the rest is the value.
        for (var i = 1; i < word.Length; i++)
        {
            if (Find(command, $"-{word[i]}") is not { } letter)
                throw NoOption(command, $"-{word[i]}");
            if (HasValue(letter))
                return i == word.Length - 1;
        }

        return false;
    }

    private static bool HasValue(Option option) =>
        option.ValueType != typeof(bool) && option.Arity.MaximumNumberOfValues > 0;

    private static Option? Find(Command command, string name) =>
        Options(command).FirstOrDefault(o => o.Name == name || o.Aliases.Contains(name));

    private static IEnumerable<Option> Options(Command command) =>
        command.Options.Concat(command.Parents.OfType<Command>().SelectMany(Options)
            .Where(o => o.Recursive || o is System.CommandLine.Help.HelpOption));

    private static MinicException NoVerb(Command command, string word, bool asksForHelp) =>
        new(CommandWords.Doing(command),
            $"{(asksForHelp ? $"No help topic for '{word}', since " : "")}there is no verb \"{word}\"",
            NearestName.Ask(word, command.Subcommands.Select(c => c.Name), $"See {CommandWords.See(command)}."));

    private static MinicException NoOption(Command command, string name) =>
        new(CommandWords.Doing(command), $"there is no option {name}",
            NearestName.Ask(name,
                Options(command).SelectMany(o => o.Aliases.Prepend(o.Name))
                    .Where(n => n.StartsWith("--", StringComparison.Ordinal)), $"See {CommandWords.See(command)}."));
}
