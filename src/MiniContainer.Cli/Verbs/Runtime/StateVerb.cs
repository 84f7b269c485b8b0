// minic state: a container's state as JSON (lab 12-oci; runtime-spec, "Query State").

using System.CommandLine;
using MiniContainer.Containers.Lifecycle;

namespace MiniContainer.Cli.Verbs;

/// <summary>The verb <c>state</c>.</summary>
internal sealed class StateVerb : RuntimeVerb
{
    private readonly Argument<string> id;

    public StateVerb(GlobalOptions globals)
        : base("state", "Show a container's state as JSON.", globals)
    {
        Add(id = ContainerIdArgument());
        Examples = [("minic state box | jq -r .status", "creating, created, running, paused or stopped.")];
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var container = Container.Load(Globals.Root(parsed), parsed.GetValue(id)!);
        parsed.InvocationConfiguration.Output.WriteLine(StateReport.Of(container).ToJson());
        return 0;
    }
}
