// A command's help as a manual page: the same words, in the sections that man-pages(7) names, in the language of
// groff_man(7). `minic man` writes all of them; scripts/install puts them where man(1) looks.

using System.CommandLine;

namespace MiniContainer.Cli;

/// <summary>Writes manual pages.</summary>
internal static class ManPage
{
    /// <summary>The page's name: "minic-pod-run".</summary>
    public static string Name(Command command) => command is RootCommand
        ? "minic" : "minic-" + CommandWords.Path(command).Replace(' ', '-');

    /// <summary>A command and those below it that help shows.</summary>
    public static IEnumerable<Command> All(Command command) =>
        command.Subcommands.Where(c => !c.Hidden).SelectMany(All).Prepend(command);

    /// <summary>Writes the page.</summary>
    public static void Write(Command command, TextWriter output)
    {
        var name = Name(command);
        output.Write($".TH {name.ToUpperInvariant()} 1 \"\" \"minic {MinicVersion.Current}\" \"MiniContainer\"\n");
        // A program's words are not to be broken, and lines not to be filled up with spaces.
        output.Write(".nh\n.ad l\n");
        output.Write($".SH NAME\n{Exact(name)} \\- {Text(Short(command))}\n.SH SYNOPSIS\n.nf\n");
        foreach (var line in HelpPage.Synopsis(command))
            output.Write($"{Line(Exact(line))}\n");
        output.Write($".fi\n.SH DESCRIPTION\n{Text(command.Description ?? "")}\n");
        Section(output, "VERBS", command.Subcommands.Where(c => !c.Hidden)
            .Select(c => ($"\\fB{Exact(Name(c))}\\fR(1)", HelpPage.FirstSentence(c.Description))));
        Section(output, "ARGUMENTS", command.Arguments.Where(a => !a.Hidden)
            .Select(a => ($"\\fI{Exact(a.Name)}\\fR", a.Description ?? "")));
        Section(output, "OPTIONS", command.Options.Where(o => !o.Hidden).Select(o => (Label(o), o.Description ?? "")));
        Examples(output, (command as Verb)?.Examples ?? []);
        if (command is RootCommand)
            output.Write($".SH EXIT STATUS\n{Text(char.ToUpperInvariant(HelpPage.ExitCodes[0])
                + HelpPage.ExitCodes[1..])}\n");
        else
            output.Write($".SH SEE ALSO\n\\fBminic\\fR(1) has the options that every verb understands, and the exit "
                + "codes.\n");
    }

    // As apropos(1) shows it: no sentence, so neither a capital nor a full stop.
    private static string Short(Command command)
    {
        var first = HelpPage.FirstSentence(command.Description).TrimEnd('.');
        return first.Length > 1 && char.IsUpper(first[0]) && !char.IsUpper(first[1])
            ? char.ToLowerInvariant(first[0]) + first[1..] : first;
    }

    private static void Section(TextWriter output, string title, IEnumerable<(string Label, string Text)> rows)
    {
        var all = rows.ToList();
        if (all.Count > 0)
            output.Write($".SH {title}\n");
        foreach (var (label, text) in all)
            output.Write($".TP\n{Line(label)}\n{Text(text)}\n");
    }

    private static void Examples(TextWriter output, IReadOnlyList<(string Command, string Does)> examples)
    {
        if (examples.Count > 0)
            output.Write(".SH EXAMPLES\n");
        foreach (var (command, does) in examples)
            output.Write($".PP\n.nf\n{Line($"\\fB{Exact(command)}\\fR")}\n.fi\n.RS 4\n{Text(does)}\n.RE\n");
    }

    private static string Label(Option option)
    {
        var names = HelpPage.Letter(option) is { } letter
            ? $"\\fB{Exact(letter)}\\fR, \\fB{Exact(option.Name)}\\fR" : $"\\fB{Exact(option.Name)}\\fR";
        var value = $"\\fI{Exact(option.HelpName ?? "")}\\fR";
        return HelpPage.Between(option) switch
        {
            null => names,
            "=" => $"{names}[={value}]",
            _ => $"{names} {value}",
        };
    }

    // Prose: a paragraph for each line.
    private static string Text(string text) =>
        string.Join("\n.PP\n", text.Split('\n').Select(l => Line(l.Replace("\\", "\\e", StringComparison.Ordinal)
            .Replace("--", "\\-\\-", StringComparison.Ordinal).Replace(" -", " \\-", StringComparison.Ordinal))));

    // What is typed as it stands: groff makes other characters of these, which look alike and cannot be pasted.
    private static string Exact(string text) =>
        string.Concat(text.Select(c => c switch
        {
            '\\' => "\\e",
            '-' => "\\-",
            '\'' => "\\(aq",
            '`' => "\\(ga",
            '^' => "\\(ha",
            '~' => "\\(ti",
            _ => c.ToString(),
        }));

    // A line that begins with one of these would be an order to groff.
    private static string Line(string text) => text.StartsWith('.') || text.StartsWith('\'') ? $"\\&{text}" : text;
}
