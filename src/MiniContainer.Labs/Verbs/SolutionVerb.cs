// lab solution: the ways that we know, of the steps that have passed; of the open one with --show.

using System.CommandLine;
using MiniContainer.Kernel;
using MiniContainer.Labs.Course;
using MiniContainer.Labs.Learning;
using MiniContainer.Labs.Screen;

namespace MiniContainer.Labs.Verbs;

/// <summary>lab solution.</summary>
internal static class SolutionVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var (lab, show) = (LabArgument.Create(), new Option<bool>("--show")
        {
            Description = "That of the open step, though it has not passed.",
        });
        var command = new Command("solution", "The ways that we know, of the steps that you have done.") { lab, show };
        command.SetAction(parsed =>
        {
            var session = Session.Find(parsed.GetValue(lab));
            var state = session.Begun();
            foreach (var step in Chosen(session.Lab, state, parsed.GetValue(show)))
                Show(session, step, state);
            return 0;
        });
        return command;
    }

    private static IReadOnlyList<LabStep> Chosen(Lab lab, LabState state, bool show)
    {
        if (show && Progress.Open(lab, state) is { } open)
            return [open];
        IReadOnlyList<LabStep> passed = [.. lab.Steps.Where(s => state.Passed.Contains(s.Id))];
        return passed.Count > 0
            ? passed : throw new MinicException("show the solution", "no step of this lab has passed",
                "Try lab hint first; lab solution --show shows that of the open step.");
    }

    private static void Show(Session session, LabStep step, LabState state)
    {
        Page.Title(step.Title);
        foreach (var way in session.Lab.Ways.Where(w => File.Exists(session.Lab.Solution(w, step.Id))))
        {
            Page.Say($"[bold]{(way == "csharp" ? "C#" : way)}[/]");
            Page.Lines(
                string.Join('\n',
                    File.ReadLines(session.Lab.Solution(way, step.Id))
                        .SkipWhile(l => l.StartsWith("#!", StringComparison.Ordinal))));
        }

        if (!state.Passed.Contains(step.Id))
            _ = session.Progress.Update(session.Lab,
                s => s with { Shown = [.. s.Shown.Where(i => i != step.Id), step.Id] });
    }
}
