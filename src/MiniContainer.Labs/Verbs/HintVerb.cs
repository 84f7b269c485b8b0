// lab hint: what is observed to be wrong just now, and then one hint more, from vague to concrete. Never the answer.

using System.CommandLine;
using MiniContainer.Labs.Course;
using MiniContainer.Labs.Learning;
using MiniContainer.Labs.Screen;

namespace MiniContainer.Labs.Verbs;

/// <summary>lab hint.</summary>
internal static class HintVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var lab = LabArgument.Create();
        var command = new Command("hint", "What is observed to be wrong, and a hint; each time one more.") { lab };
        command.SetAction(parsed =>
        {
            var session = Session.Find(parsed.GetValue(lab));
            var state = session.Begun();
            if (Progress.Open(session.Lab, state) is not { } open)
            {
                Page.Say("All steps have passed. " + Praise.AfterLab(session.Course, session.Lab));
                return 0;
            }

            var result = CheckRunner.Run(CheckVerb.Enter(session), session.Workplace, open, state.Inputs);
            if (result.Passed)
                Page.Say($"[green]This step is done:[/] {Page.Typed("lab check")} says so.");
            else
                Hint(session, open, state, result);
            return 0;
        });
        return command;
    }

    private static void Hint(Session session, LabStep open, LabState state, CheckResult result)
    {
        Page.Observation(open, result);
        var shown = Math.Min(state.Hints.GetValueOrDefault(open.Id) + 1, open.Hints.Count);
        for (var i = 0; i < shown; i++)
        {
            Page.Say($"  [yellow]Hint {i + 1} of {open.Hints.Count}[/]");
            Page.Text(Inputs.Fill(open.Hints[i], state.Inputs), 4);
        }

        if (shown == state.Hints.GetValueOrDefault(open.Id))
            Page.Say(
                "  [grey]There are no more. The lesson's part \"By hand\" does the same; and[/] "
                    + $"{Page.Typed("lab solution --show")} [grey]gives it away.[/]");
        _ = session.Progress.Update(session.Lab, s => s with { Hints = new(s.Hints) { [open.Id] = shown } });
    }
}
