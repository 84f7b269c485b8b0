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
            var stand = Stand.Find(parsed.GetValue(lab));
            return parsed.GetValue(all) ? CheckAll(stand) : Check(stand);
        });
        return command;
    }

    /// <summary>Checks the open step, and those after it as far as they are done too.</summary>
    /// <returns>0 if one has passed, or all had.</returns>
    public static int Check(Stand stand)
    {
        var state = stand.Begun();
        var place = Enter(stand);
        var passed = 0;
        while (Memory.Open(stand.Lab, state) is { } open)
        {
            var lacking = Abilities.Lacking(open.Needs);
            if (lacking is null && Checking.Run(place, stand.Workplace, open, state.Inputs) is { Passed: false } result)
            {
                Refuse(stand, open, result, passed, state);
                return passed > 0 ? 0 : 1;
            }

            if (lacking is null)
                Praise.Step(stand.Lab, open, state);
            else
                Page.Say($"[yellow]![/] [bold]{Page.Plain(open.Title)}[/] is passed over: {Page.Plain(lacking)}.");
            state = stand.Memory.Update(stand.Lab, s => s with
            {
                Passed = [.. s.Passed.Where(p => p != open.Id), open.Id],
            });
            passed++;
        }

        Praise.Lab(stand, state);
        return 0;
    }

    /// <summary>The ground that a lab is checked on, with a word if it had gone.</summary>
    public static Node? Enter(Stand stand)
    {
        var place = Ground.Of(stand.Workplace, out var built);
        if (built)
            Page.Say("[yellow]![/] The lab's world was not up. A new one is; what ran in the old one is gone.");
        return place;
    }

    // After a step has passed, the next one is news, not a failure.
    private static void Refuse(Stand stand, LabStep open, CheckResult result, int passed, LabState state)
    {
        Page.Say();
        if (passed > 0)
        {
            Page.Step(stand.Lab, open, state);
            return;
        }

        state = stand.Memory.Update(stand.Lab, s => s with
        {
            Refused = new(s.Refused) { [open.Id] = s.Refused.GetValueOrDefault(open.Id) + 1 },
        });
        Page.Observation(open, result);
        if (result.Defect is not null)
            return;
        var hints = state.Hints.GetValueOrDefault(open.Id) < open.Hints.Count ? "A hint:" : "The hints again:";
        Page.Say($"  [grey]{hints}[/] {Page.Typed("lab hint")}   [grey]what is asked:[/] {Page.Typed("lab next")}");
    }

    private static int CheckAll(Stand stand)
    {
        var state = stand.Begun();
        var place = Enter(stand);
        var failed = 0;
        foreach (var step in stand.Lab.Steps.Where(s => Abilities.Lacking(s.Needs) is null))
        {
            var result = Checking.Run(place, stand.Workplace, step, state.Inputs);
            if (result.Passed)
                Page.Say($"[green]✓[/] {Page.Plain(step.Title)}");
            else
                Page.Observation(step, result);
            failed += result.Passed ? 0 : 1;
        }

        Page.Say(
            string.Create(CultureInfo.InvariantCulture,
                $"{stand.Lab.Steps.Count - failed} of {stand.Lab.Steps.Count} are so just now; what has passed once "
                    + $"stays passed."));
        return failed == 0 ? 0 : 1;
    }
}
