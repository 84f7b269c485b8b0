// minic gc: undoes what killed runs left behind (DESIGN: nothing is left behind).

using System.CommandLine;
using MiniContainer.Plans;

namespace MiniContainer.Cli.Verbs;

/// <summary>The verb <c>gc</c>.</summary>
internal sealed class GcVerb : Verb
{
    private readonly PlayFlags play = new("");

    public GcVerb(GlobalOptions globals)
        : base("gc",
            "Put right what a killed minic left behind: half-made containers, and those in the foreground of a minic "
                + "that is gone. What runs detached stays.", globals) =>
        play.AddTo(this);

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        play.Begin(parsed);
        if (play.Reads(parsed))
            return play.TellUndo(parsed,
                Garbage.Left(Globals.Root(parsed)).Select(g => ($"minic gc of {g.What}", g.Entries, (string?)null)));
        Garbage.Collect(Globals.Root(parsed),
            removed => parsed.InvocationConfiguration.Output.WriteLine($"removed {removed}"), play.Watch);
        return 0;
    }
}
