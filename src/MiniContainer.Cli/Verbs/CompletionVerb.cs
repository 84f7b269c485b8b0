// minic completion: what a shell needs to complete minic's command lines. The shell asks the [suggest] directive of
// System.CommandLine, and so minic itself, which knows its containers.

using System.CommandLine;

namespace MiniContainer.Cli.Verbs;

/// <summary>The verb <c>completion</c>.</summary>
internal sealed class CompletionVerb : Verb
{
    private const string Bash = """
        _minic() {
            local IFS=$'\n' word=${COMP_WORDS[COMP_CWORD]}
            [[ $word == = ]] && word=
            COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "$word"))
        }
        complete -o default -F _minic minic
        """;

    private const string Zsh = """
        #compdef minic
        _minic() { compadd -- ${(f)"$(minic "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)"} || _files }
        compdef _minic minic
        """;

    private readonly Argument<string> shell = new("SHELL") { Description = "bash or zsh." };

    public CompletionVerb(GlobalOptions globals)
        : base("completion", "Print a script with which a shell completes verbs, options and the ids of containers.",
            globals)
    {
        shell.AcceptOnlyFromAmong("bash", "zsh");
        Add(shell);
        Examples = [("source <(minic completion bash)", "For this shell; in ~/.bashrc for all to come.")];
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        parsed.InvocationConfiguration.Output.WriteLine(parsed.GetValue(shell) == "bash" ? Bash : Zsh);
        return 0;
    }
}
