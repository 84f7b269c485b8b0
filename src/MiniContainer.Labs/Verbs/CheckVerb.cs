// lab check: looks whether the open step is done, and goes on from there. lab watch: does so at each change.

using System.CommandLine;
using System.Globalization;
using MiniContainer.Labs.Course;
using MiniContainer.Labs.Learning;
using MiniContainer.Labs.Screen;
using MiniContainer.Nodes.Model;

namespace MiniContainer.Labs.Verbs;

/// <summary>lab check.</summary>
internal static class CheckVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var (lab, all) = (LabArgument.Create(), new Option<bool>("--all")
        {
            Description = "Look at the steps that have passed too.",
        });
        var command = new Command("check", "Looks whether you have done the step.") { lab, all };
        command.SetAction(parsed =>
        {
            var session = Session.Find(parsed.GetValue(lab));
            return parsed.GetValue(all) ? CheckAll(session) : Check(session);
        });
        return command;
    }

    /// <summary>Checks the open step, and those after it as far as they are done too.</summary>
    /// <returns>0 if one has passed, or all had.</returns>
    public static int Check(Session session)
    {
        var state = session.Begun();
        var place = Enter(session);
        var passed = 0;
        while (Progress.Open(session.Lab, state) is { } open)
        {
            var lacking = Abilities.Lacking(open.Needs);
            if (lacking is null
                && CheckRunner.Run(place, session.Workplace, open, state.Inputs) is { Passed: false } result)
            {
                Refuse(session, open, result, passed, state);
                return passed > 0 ? 0 : 1;
            }

            if (lacking is null)
                Praise.Step(session.Lab, open, state);
            else
                Page.Say($"[yellow]![/] [bold]{Page.Plain(open.Title)}[/] is passed over: {Page.Plain(lacking)}.");
            state = session.Progress.Update(session.Lab, s => s with
            {
                Passed = [.. s.Passed.Where(p => p != open.Id), open.Id],
            });
            passed++;
        }

        Praise.Lab(session, state);
        return 0;
    }

    /// <summary>The ground that a lab is checked on, with a word if it had gone.</summary>
    public static Node? Enter(Session session)
    {
        var place = LabHost.Of(session.Workplace, out var built);
        if (built)
            Page.Say("[yellow]![/] The lab's world was not up. A new one is; what ran in the old one is gone.");
        return place;
    }

    // After a step has passed, the next one is news, not a failure.
    private static void Refuse(Session session, LabStep open, CheckResult result, int passed, LabState state)
    {
        Page.Say();
        if (passed > 0)
        {
            Page.Step(session.Lab, open, state);
            return;
        }

        state = session.Progress.Update(session.Lab, s => s with
        {
            Refused = new(s.Refused) { [open.Id] = s.Refused.GetValueOrDefault(open.Id) + 1 },
        });
        Page.Observation(open, result);
        if (result.Defect is not null)
            return;
        var hints = state.Hints.GetValueOrDefault(open.Id) < open.Hints.Count ? "A hint:" : "The hints again:";
        Page.Say($"  [grey]{hints}[/] {Page.Typed("lab hint")}   [grey]what is asked:[/] {Page.Typed("lab next")}");
    }

    private static int CheckAll(Session session)
    {
        var state = session.Begun();
        var place = Enter(session);
        var failed = 0;
        foreach (var step in session.Lab.Steps.Where(s => Abilities.Lacking(s.Needs) is null))
        {
            var result = CheckRunner.Run(place, session.Workplace, step, state.Inputs);
            if (result.Passed)
                Page.Say($"[green]✓[/] {Page.Plain(step.Title)}");
            else
                Page.Observation(step, result);
            failed += result.Passed ? 0 : 1;
        }

        Page.Say(
            string.Create(CultureInfo.InvariantCulture,
                $"{session.Lab.Steps.Count - failed} of {session.Lab.Steps.Count} are so just now; ")
            + "what has passed once stays passed.");
        return failed == 0 ? 0 : 1;
    }
}
