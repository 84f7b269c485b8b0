// What is said when something is done: what the learner did, since praise for nothing is worth nothing.

using MiniContainer.Labs.Course;
using MiniContainer.Labs.Learning;

namespace MiniContainer.Labs.Screen;

/// <summary>Says that something is done.</summary>
internal static class Praise
{
    /// <summary>A step has passed.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="step">The step.</param>
    /// <param name="state">The state before.</param>
    public static void Step(Lab lab, LabStep step, LabState state)
    {
        var number = lab.Steps.ToList().IndexOf(step) + 1;
        Page.Say(
            $"[green]✓[/] [bold]{Page.Plain(step.Title)}[/]  [grey]{number} of {lab.Steps.Count}[/]  "
                + $"{Words(step, state)}");
    }

    /// <summary>A whole lab is done.</summary>
    public static void Lab(Session session, LabState state)
    {
        var (lab, labs) = (session.Lab, session.Course.Labs);
        var alone = lab.Steps.Count(s => state.Hints.GetValueOrDefault(s.Id) == 0 && !state.Shown.Contains(s.Id));
        Page.Say();
        Page.Title($"Lab {lab.Number:00} is done: {lab.Title}");
        Page.Text(lab.Idea);
        Page.Say(alone == lab.Steps.Count
            ? "  All of it without a hint." : $"  {alone} of {lab.Steps.Count} steps without a hint.");
        Page.Say();
        var done = labs.Count(l => Progress.Open(l, session.Progress.Load(l)) is null);
        Page.Say($"  {Page.Bar(done, labs.Count, 30)}  {done} of {labs.Count} labs");
        Page.Say($"  The ways that we know: {Page.Typed("lab solution")}. {AfterLab(session.Course, lab)}");
    }

    /// <summary>What to say when a lab is done.</summary>
    public static string AfterLab(Catalogue course, Lab lab) => course.After(lab) is { } next
        ? $"This lab is done. The next is {next.Number:00}, {Page.Plain(next.Title)}: "
            + $"{Page.Typed($"lab start {next.Number:00}")}."
        : "This was the last lab. You have built it all.";

    /// <summary>What was remarkable about how a step was done.</summary>
    public static string Words(LabStep step, LabState state)
    {
        var (hints, refused) = (state.Hints.GetValueOrDefault(step.Id), state.Refused.GetValueOrDefault(step.Id));
        if (state.Shown.Contains(step.Id))
            return "Now change something in it, and see what happens.";
        return (hints, refused) switch
        {
            (0, 0) => "At the first look, and without a hint: well done.",
            (0, _) => $"Found by yourself, in {refused + 1} looks: that stays.",
            (_, > 4) => "You did not give up. Well done.",
            (1, _) => "One hint was enough.",
            _ => $"Done, with {hints} hints.",
        };
    }
}
