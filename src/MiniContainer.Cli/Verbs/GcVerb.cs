// minic gc: undoes what killed runs left behind (DESIGN: nothing is left behind).

using System.CommandLine;
using MiniContainer.Containers.Lifecycle;

namespace MiniContainer.Cli.Verbs;

/// <summary>The verb <c>gc</c>.</summary>
internal sealed class GcVerb(GlobalOptions globals) : Verb("gc", "Put right what a killed minic left behind: half-made containers, and those in the foreground of a minic that is gone. What runs detached stays.", globals)
{
    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        Removal.CollectGarbage(Globals.Root(parsed), removed => parsed.InvocationConfiguration.Output.WriteLine($"removed {removed}"));
        return 0;
    }
}
