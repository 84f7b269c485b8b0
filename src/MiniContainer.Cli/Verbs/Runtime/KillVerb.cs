// minic kill: sends a signal (lab 12-oci; runtime-spec, "Kill"; signal(7)).

using System.CommandLine;
using MiniContainer.Containers.Lifecycle;
using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;

namespace MiniContainer.Cli.Verbs;

/// <summary>The verb <c>kill</c>.</summary>
internal sealed class KillVerb : RuntimeVerb
{
    private readonly Argument<string> id;
    private readonly Argument<string> signal = new("SIGNAL")
    {
        Description = "A name such as KILL or SIGTERM, or a number; TERM where not given.",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<bool> all = Flag("--all", "To every process in the container, not only the first.", "-a");

    public KillVerb(GlobalOptions globals)
        : base("kill",
            "Send a signal to a container. Its first process ignores what it has no handler for, all but KILL and "
                + "STOP: it is PID 1.", globals)
    {
        Add(all);
        Add(id = ContainerIdArgument(c => c.Status != ContainerStatus.Stopped));
        Add(signal);
        signal.CompletionSources.Add("TERM", "KILL", "HUP", "INT", "QUIT", "USR1", "USR2", "STOP", "CONT", "WINCH");
        Examples = [("minic kill box KILL", "Ends box at once.")];
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        // Read first: bad input changes nothing.
        var number = Processes.ParseSignal(parsed.GetValue(signal) ?? "TERM");
        Container.Load(Globals.Root(parsed), parsed.GetValue(id)!).Kill(number, parsed.GetValue(all));
        return 0;
    }
}
