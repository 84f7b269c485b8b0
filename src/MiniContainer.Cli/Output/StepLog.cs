// Tells each step of a play in the log (--debug). In JSON an event has the step's number, its kind and who does it as
// members of their own, and a second one tells how long a step of minic's took: that can be counted and sorted
// (--log-format json).

using System.Diagnostics;
using MiniContainer.Plans;
using Serilog;
using Serilog.Events;

namespace MiniContainer.Cli;

/// <summary>Logs steps as they are played.</summary>
internal sealed class StepLog : PlayObserver
{
    private int number;
    private long begun;

    /// <summary>One, if the user asked for debug messages.</summary>
    public static StepLog? IfWanted() => Log.IsEnabled(LogEventLevel.Debug) ? new StepLog() : null;

    /// <inheritdoc/>
    public override void Before(Step step, PlayContext playing)
    {
        number++;
        Of(step).Debug("{Actor:l}: {Title:l}", step.Actor, step.Title);
        begun = Stopwatch.GetTimestamp();
    }

    /// <inheritdoc/>
    public override void After(Step step, PlayContext playing)
    {
        // A child plays its own at its own time.
        if (step is not ChildStep && Log.IsEnabled(LogEventLevel.Verbose))
            Of(step).Verbose("{Actor:l}: done in {Microseconds} µs", step.Actor,
                (long)Stopwatch.GetElapsedTime(begun).TotalMicroseconds);
    }

    private ILogger Of(Step step) =>
        Log.ForContext("Step", number).ForContext("Kind", step is ChildStep ? "tape" : KnownSteps.Kinds.NameOf(step));
}
