// lab list: all labs, and how far the learner is.

using System.CommandLine;
using MiniContainer.Labs.Course;
using MiniContainer.Labs.Screen;
using Spectre.Console;
using Progress = MiniContainer.Labs.Learning.Progress;

namespace MiniContainer.Labs.Verbs;

/// <summary>lab list.</summary>
internal static class ListVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("list", "All labs: the one idea of each, and how far you are.");
        command.SetAction(_ =>
        {
            var progress = Progress.Own();
            var table = new Table { Border = TableBorder.None, ShowHeaders = true };
            table.AddColumn(new TableColumn("[bold]LAB[/]") { NoWrap = true });
            table.AddColumn("[bold]THE ONE IDEA[/]");
            table.AddColumn(new TableColumn("[bold]TIME[/]") { NoWrap = true, Alignment = Justify.Right });
            table.AddColumn(new TableColumn("[bold]STEPS[/]") { NoWrap = true, Alignment = Justify.Right });
            foreach (var lab in Catalogue.Find().Labs)
                table.AddRow(new Markup(Page.Plain(lab.Name)), new Markup(Markdown.Inline(lab.Idea)),
                    new Markup($"{lab.Minutes} min"), new Markup(Steps(lab, progress)));
            AnsiConsole.Write(table);
            return 0;
        });
        return command;
    }

    private static string Steps(Lab lab, Progress progress)
    {
        var passed = progress.Load(lab).Passed.Count(p => lab.Steps.Any(s => s.Id == p));
        return passed == lab.Steps.Count
            ? "[green]done[/]"
            : progress.HasBegun(lab) ? $"[yellow]{passed} of {lab.Steps.Count}[/]" : $"[grey]{lab.Steps.Count}[/]";
    }
}
