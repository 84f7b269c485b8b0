// What all verbs have in common: a name, a description, examples for the help, and the work.

using System.CommandLine;
using System.CommandLine.Completions;
using MiniContainer.Containers.Lifecycle;

namespace MiniContainer.Cli;

/// <summary>One verb of the command line.</summary>
internal abstract class Verb : Command
{
    protected Verb(string name, string description, GlobalOptions globals)
        : base(name, description)
    {
        Globals = globals;
        SetAction(Run);
    }

    /// <summary>What to show below the options: a command and what it does.</summary>
    public IReadOnlyList<(string Command, string Does)> Examples { get; init; } = [];

    /// <summary>How the verb is called, a line each, where that says more than its options and arguments do.</summary>
    public IReadOnlyList<string> Synopsis { get; init; } = [];

    /// <summary>Whether options may stand between the first name and the command too, as kubectl's do.</summary>
    public bool OptionsAfterName { get; init; }

    /// <summary>
    /// The exit code of minic's own failures in this verb: runc's, or null for the failure's own, 125 to 127.
    /// </summary>
    /// <param name="words">The command line.</param>
    public virtual int? FailureCode(IReadOnlyList<string> words) => null;

    /// <summary>The global options.</summary>
    protected GlobalOptions Globals { get; }

    /// <summary>Does it.</summary>
    /// <returns>The exit code.</returns>
    protected abstract int Run(ParseResult parsed);

    /// <summary>An argument for the id of a container, which a shell can complete.</summary>
    protected Argument<string> ContainerIdArgument(Func<Container, bool>? offered = null)
    {
        var id = new Argument<string>("ID") { Description = "The container." };
        id.CompletionSources.Add(context => Ids(context).Where(c => offered?.Invoke(c) != false)
            .Select(c => new CompletionItem(c.Id)));
        return id;

        IEnumerable<Container> Ids(CompletionContext context) => Container.All(Globals.Root(context.ParseResult));
    }

    /// <summary>A switch.</summary>
    protected static Option<bool> Flag(string name, string description, params string[] aliases) =>
        new(name, aliases) { Description = description };

    /// <summary>An option with a value.</summary>
    protected static Option<string> Text(string name, string value, string description, params string[] aliases) =>
        new(name, aliases) { HelpName = value, Description = description };

    /// <summary>An option that can be given again and again.</summary>
    protected static Option<string[]> Texts(string name, string value, string description, params string[] aliases) =>
        new(name, aliases)
        {
            HelpName = value,
            Description = description + " May be repeated.",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
        };

    /// <summary>The <c>--format</c> of verbs that show tables.</summary>
    protected static Option<string> Format()
    {
        var format = new Option<string>("--format", "-f")
        {
            HelpName = "table|json",
            Description = "The form of the output; table where not given.",
        };
        format.AcceptOnlyFromAmong("table", "json");
        return format;
    }
}
