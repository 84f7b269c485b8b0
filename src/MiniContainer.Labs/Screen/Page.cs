// What learners see, written with Spectre.Console: it knows whether there is a terminal, how wide it is, and NO_COLOR.

using MiniContainer.Labs.Course;
using MiniContainer.Labs.Learning;
using Spectre.Console;

namespace MiniContainer.Labs.Screen;

/// <summary>Writes to the learner's terminal.</summary>
internal static class Page
{
    /// <summary>Text that holds markup.</summary>
    public static void Say(string markup = "") => AnsiConsole.MarkupLine(markup);

    /// <summary>A text as it is.</summary>
    public static string Plain(string text) => Markup.Escape(text);

    /// <summary>What a person could type.</summary>
    public static string Typed(string command) => $"[cyan]{Markup.Escape(command)}[/]";

    /// <summary>A line across the page with a title in it.</summary>
    public static void Title(string title) =>
        AnsiConsole.Write(new Rule($"[bold]{Markup.Escape(title)}[/]")
        {
            Justification = Justify.Left,
            Style = new Style(Color.Grey),
        });

    /// <summary>Markdown, set in by two columns.</summary>
    public static void Text(string markdown, int indent = 2) => Markdown.Write(markdown, indent);

    /// <summary>A step, with what to do.</summary>
    public static void Step(Lab lab, LabStep step, LabState state)
    {
        var number = lab.Steps.ToList().IndexOf(step) + 1;
        Say($"[bold yellow]Step {number} of {lab.Steps.Count}: {Plain(step.Title)}[/]");
        Text(Inputs.Fill(step.Instruction, state.Inputs));
        if (Abilities.Lacking(step.Needs) is { } reason)
            Say($"  [yellow]This machine cannot do this step:[/] {Plain(reason)}; {Typed("lab check")} passes over "
                + "it.");
    }

    /// <summary>What was observed to be wrong.</summary>
    public static void Observation(LabStep step, CheckResult result)
    {
        if (result.Defect is { } defect)
        {
            Say($"[red]✗ {Plain(step.Title)}[/]: the check itself is broken; this is the lab's fault, not yours.");
            Text("    " + defect.Replace("\n", "\n    ", StringComparison.Ordinal));
            return;
        }

        Say($"[red]✗[/] [bold]{Plain(step.Title)}[/]: not yet. Observed:");
        Lines(result.Observation);
    }

    /// <summary>Lines as they are, set in by four columns.</summary>
    public static void Lines(string text) =>
        AnsiConsole.Write(new Padder(new Spectre.Console.Text(text.TrimEnd()), new Padding(4, 0, 0, 0)));

    /// <summary>How much of something is done.</summary>
    public static string Bar(int done, int of, int width)
    {
        var filled = of == 0 ? 0 : done * width / of;
        return $"[green]{new string('━', filled)}[/][grey]{new string('━', width - filled)}[/]";
    }
}
