// Tells each step of a play in the log (--debug).

using MiniContainer.Plans;
using Serilog;
using Serilog.Events;

namespace MiniContainer.Cli;

/// <summary>Logs steps as they are played.</summary>
internal sealed class StepLog : PlayWatch
{
    /// <summary>One, if anybody wants to know.</summary>
    public static StepLog? IfWanted() => Log.IsEnabled(LogEventLevel.Debug) ? new StepLog() : null;

    /// <inheritdoc/>
    public override void Before(Step step, Playing playing) => Log.Debug("{Actor:l}: {Title:l}", step.Actor, step.Title);
}
