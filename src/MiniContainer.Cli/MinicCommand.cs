// The whole command line: the global options and the verbs, in the order in which help shows them.

using System.CommandLine;
using System.CommandLine.Help;
using MiniContainer.Cli.Verbs;
using MiniContainer.Cli.Verbs.Pod;

namespace MiniContainer.Cli;

/// <summary>The root of the command line.</summary>
internal sealed class MinicCommand : RootCommand
{
    /// <summary>
    /// How arguments are read: <c>-it</c> is <c>-i -t</c>, and an argument that begins with @ is itself.
    /// </summary>
    public static readonly ParserConfiguration Parsing = new()
    {
        EnablePosixBundling = true,
        ResponseFileTokenReplacer = null,
    };

    public MinicCommand()
        : base("A container from scratch, and a runtime of the Open Container Initiative.")
    {
        Options.Clear();
        foreach (var option in Globals.All)
            Add(option);
        Add(new VersionOption("--version", "-v")
        {
            Description = "Show the version of minic and of the specification.",
            Action = new VersionPage(),
        });
        Add(new HelpOption("--help", "-h")
        {
            Description = "Show help; minic VERB --help for a verb's.",
            Action = new HelpPage(),
        });
        foreach (var verb in Verbs())
            Add(verb);
    }

    /// <summary>The options that every verb understands.</summary>
    public GlobalOptions Globals { get; } = new();

    /// <summary>The exit code of a failure: see <see cref="Verb.FailureCode"/>.</summary>
    /// <param name="words">The command line, which may be wrong.</param>
    /// <param name="own">The failure's own code.</param>
    public int FailureCode(IReadOnlyList<string> words, int own) =>
        words.Select(w => Subcommands.FirstOrDefault(c => c.Name == w)).FirstOrDefault(c => c is not null) is Verb verb
            ? verb.FailureCode(words) ?? own
            : own;

    private IEnumerable<Command> Verbs() =>
    [
        new RunVerb(Globals), new ExecVerb(Globals), new PsVerb(Globals), new ListVerb(Globals),
        new CreateVerb(Globals), new StartVerb(Globals), new StateVerb(Globals), new KillVerb(Globals),
        new PauseVerb(Globals), new ResumeVerb(Globals), new UpdateVerb(Globals), new EventsVerb(Globals),
        new DeleteVerb(Globals),
        new MissingVerb("checkpoint", Globals), new MissingVerb("restore", Globals),
        new SpecVerb(Globals), new PodCommand(Globals), new GcVerb(Globals), new PlanVerb(Globals),
        new FeaturesVerb(Globals), new DoctorVerb(Globals), new CompletionVerb(Globals),
        new ManVerb(Globals),
    ];
}
