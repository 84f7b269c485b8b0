// A point at which a child waits while minic does something for it that a tape cannot: it reports, minic plays its
// steps, and lets it go on (lab 03-threads). Child.cs in the Kernel draws the protocol.

using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Containers.Planning;

/// <summary>Plans meetings of minic and a child.</summary>
internal static class MeetingPlan
{
    /// <summary>Adds a meeting.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="tape">The child's tape.</param>
    /// <param name="child">The child's name.</param>
    /// <param name="steps">What minic plays.</param>
    /// <param name="texts">Why the child reports, why it waits, why minic waits, why it lets the child go on.</param>
    public static void Add(Plan plan, ChildTape tape, string child, IEnumerable<Step> steps,
        (string Report, string Await, string Ready, string Release) texts)
    {
        tape.Report("status", texts.Report);
        tape.Await("go", texts.Await);
        plan.Add(new AwaitReady(child) { Why = texts.Ready });
        foreach (var step in steps)
            plan.Add(step);
        plan.Add(new Release(child) { Why = texts.Release });
    }
}
