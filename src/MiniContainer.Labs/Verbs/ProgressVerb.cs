// lab progress: the course as bars, and the steps of the lab that the learner is at. `lab` alone shows it too, and what
// to type next.

using System.CommandLine;
using MiniContainer.Labs.Course;
using MiniContainer.Labs.Learning;
using MiniContainer.Labs.Screen;

namespace MiniContainer.Labs.Verbs;

/// <summary>lab progress.</summary>
internal static class ProgressVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("progress", "How far you are, in the course and in this lab.");
        command.SetAction(_ => Show());
        return command;
    }

    /// <summary>Shows where the learner stands, and what to type next.</summary>
    public static int Show()
    {
        var (course, progress) = (Catalogue.Find(), Progress.Own());
        var labs = course.Labs;
        ShowCourse(labs, progress);
        var meant = Environment.GetEnvironmentVariable("LAB") ?? progress.Current;
        var current = labs.FirstOrDefault(l => l.Name == meant);
        if (current is null)
            Page.Say(
                $"You have started none. Begin with {Page.Typed("lab start 01")}; {Page.Typed("lab list")} shows them "
                    + "all.");
        else
            ShowLab(course, current, progress);
        return 0;
    }

    private static void ShowCourse(IReadOnlyList<Lab> labs, Progress progress)
    {
        var done = labs.Count(l => Progress.Open(l, progress.Load(l)) is null);
        Page.Say(
            $"[bold]A container from scratch[/]  {Page.Bar(done, labs.Count, 30)}  {done} of {labs.Count} labs done");
    }

    private static void ShowLab(Catalogue course, Lab lab, Progress progress)
    {
        var state = progress.Load(lab);
        var open = Progress.Open(lab, state);
        Page.Say();
        Page.Title($"Lab {lab.Number:00}: {lab.Title}");
        foreach (var step in lab.Steps)
            Page.Say(
                $"  {(state.Passed.Contains(step.Id) ? "[green]✓[/]" : step == open ? "[yellow]→[/]" : "[grey]·[/]")} "
                    + $"{Page.Plain(step.Title)}");
        Page.Say();
        Page.Say(open is null ? Praise.AfterLab(course, lab)
            : Environment.GetEnvironmentVariable("LAB") is { Length: > 0 }
            ? $"What to do: {Page.Typed("lab next")}. Done? {Page.Typed("lab check")}. Stuck? {Page.Typed("lab hint")}."
            : $"Go on with {Page.Typed($"lab start {lab.Number:00}")}.");
    }
}
