// minic completion: what a shell needs to complete minic's command lines. The shell asks the [suggest] directive of
// System.CommandLine, and so minic itself, which knows its containers.

using System.CommandLine;

namespace MiniContainer.Cli.Verbs;

/// <summary>The verb <c>completion</c>.</summary>
internal sealed class CompletionVerb : Verb
{
    private readonly Argument<string> shell = new("SHELL") { Description = "bash, zsh or fish." };

    public CompletionVerb(GlobalOptions globals)
        : base("completion", "Print a script with which a shell completes verbs, options and the ids of containers.",
            globals)
    {
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        Add(shell);
        Examples = [("source <(minic completion bash)", "For this shell; in ~/.bashrc for all to come. zsh has the "
            + "same, with its name."), ("minic completion fish | source", "The same for fish.")];
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        // The files that scripts/install puts where each shell looks.
        var name = $"completion.{parsed.GetValue(shell)}";
        using var script = new StreamReader(typeof(CompletionVerb).Assembly.GetManifestResourceStream(name)!);
        parsed.InvocationConfiguration.Output.Write(script.ReadToEnd());
        return 0;
    }
}
