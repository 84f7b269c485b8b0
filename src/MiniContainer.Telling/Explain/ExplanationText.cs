// --explain for people: numbered steps in the order of play, never wider than the terminal. A call that is too long
// goes on in the next line, indented further than it began; so does a sentence, which is not. Lab 01-run; ansi(5) for
// colours.
//
//     12  box    mount proc on /proc
//                mount("proc", "/proc", "proc", MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL)
//                # A proc shows the pid namespace of the one who mounts it. mount(2), lab 06-mounts.

using System.Globalization;

namespace MiniContainer.Telling.Explain;

/// <summary>Prints explanations.</summary>
/// <param name="output">Where to.</param>
/// <param name="width">The most columns of a line.</param>
/// <param name="colour">Whether to use ANSI colours.</param>
public sealed class ExplanationText(TextWriter output, int width, bool colour)
{
    private readonly Painter paint = new(colour);

    /// <summary>Prints one step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="direction">As in <see cref="Explanation"/>.</param>
    /// <param name="of">The highest number that there is.</param>
    /// <param name="actors">The length of the longest actor's name.</param>
    public void Write(ExplainedStep step, string direction, int of, int actors)
    {
        var digits = of.ToString(CultureInfo.InvariantCulture).Length;
        Write(step, digits, IndentOf(digits, actors), direction);
    }

    /// <summary>Prints one.</summary>
    public void Write(Explanation explanation)
    {
        foreach (var line in Wrap($"{explanation.Title}: {Summary(explanation)}", Math.Max(20, width)))
            Line("", line, Painter.Heading);
        foreach (var note in explanation.Notes ?? [])
        {
            foreach (var line in Wrap(note, Math.Max(20, width)))
                Line("", line, null);
        }

        Legend();
        WriteSteps(explanation, explanation.Steps);
    }

    /// <summary>Prints one chapter whole, of each child that has it.</summary>
    /// <param name="explanation">Of what.</param>
    /// <param name="chapter">The chapter's name.</param>
    public void Write(Explanation explanation, string chapter)
    {
        foreach (var (i, section) in explanation.Steps.Where(s => s.Section?.Chapter.Name == chapter)
            .GroupBy(s => s.Section!).Index())
        {
            if (i > 0)
                output.WriteLine();
            var steps = section.ToList();
            var head = $"{explanation.Title}, {section.Key.Name}: "
                + $"{(steps.Count == 1 ? "1 step" : $"{steps.Count} steps")} of {explanation.Steps.Count}. "
                + $"{section.Key.Chapter.Says}";
            foreach (var line in Wrap(head, Math.Max(20, width)))
                Line("", line, Painter.Heading);
            if (i == 0)
                Legend();
            WriteSteps(explanation, steps);
        }
    }

    private void Legend()
    {
        if (colour)
            output.WriteLine(
                $"{paint.Actor("minic", "what minic does")}  {paint.Actor("", "what a child does")}  "
                    + $"{paint.Call("the calls")}  {paint.Why("# the reason")}");
    }

    private void WriteSteps(Explanation explanation, IReadOnlyList<ExplainedStep> steps)
    {
        var digits = explanation.Steps.Count == 0
            ? 1 : explanation.Steps.Max(s => s.Number).ToString(CultureInfo.InvariantCulture).Length;
        var indent = IndentOf(digits, explanation.Steps.Select(s => s.Actor.Length).DefaultIfEmpty(0).Max());
        foreach (var step in steps)
            Write(step, digits, indent, explanation.Direction);
    }

    /// <summary>
    /// The column at which titles begin: a long name of a container must not push everything off to the right.
    /// </summary>
    /// <param name="digits">Of the highest number.</param>
    /// <param name="actors">The length of the longest actor's name.</param>
    public static int IndentOf(int digits, int actors) => digits + 2 + Math.Min(actors, 12) + 2;

    private static string Summary(Explanation explanation)
    {
        var count = explanation.Steps.Count == 1
            ? "1 step" : $"{explanation.Steps.Count.ToString(CultureInfo.InvariantCulture)} steps";
        return explanation.Direction switch
        {
            "backward" => $"{count} to undo, the last one first. Nothing has been touched.",
            "journal" => $"{count} begun.",
            _ => $"{count}, in the order of play. Nothing has been touched.",
        };
    }

    private void Write(ExplainedStep step, int digits, int indent, string direction)
    {
        output.WriteLine();
        var actor = step.Actor.Length <= indent - digits - 4 ? step.Actor : step.Actor[..(indent - digits - 5)] + "…";
        var head = $"{step.Number.ToString(CultureInfo.InvariantCulture).PadLeft(digits)}  "
            + $"{actor.PadRight(indent - digits - 4)}  ";
        var lines = Wrap(step.Title + (step.State is null || direction == "backward" ? "" : $" [{step.State}]"),
            width - indent);
        output.WriteLine($"{paint.Actor(step.Actor, head)}{paint.Bold(lines[0])}");
        var margin = new string(' ', indent);
        lines.Skip(1).ToList().ForEach(l => Line(margin, l, Painter.Heading));
        if (direction == "forward")
            Block(margin, "", step.Calls, Painter.Calls);
        if (direction == "journal" && FactsOf(step) is { Length: > 0 } facts)
            Block(margin, "", [facts], null);
        if (direction != "forward" && step.Undo.Count == 0)
            Line(margin,
                step.State == "undone"
                    ? "nothing is left to undo"
                    : step.Facts?.Made == false ? "nothing to undo: it was there before" : "nothing to undo",
                Painter.Lesser);
        Block(margin, direction == "backward" ? "" : "undo: ", step.Undo,
            direction == "backward" ? Painter.Calls : Painter.Lesser);
        if (direction == "forward")
        {
            foreach (var line in
                Wrap($"# {step.Why}{(step.Why.Length > 0 ? " " : "")}{step.Man}"
                    + $"{(step.Lab.Length == 0 ? "" : $", lab\u00a0{step.Lab}")}.",
                    width - indent - 2).Select(l => l.Replace('\u00a0', ' ')))
                Line(margin, line.StartsWith("# ", StringComparison.Ordinal) ? line : "# " + line, Painter.Reasons);
        }
    }

    private static string FactsOf(ExplainedStep step)
    {
        if (step.Facts is not { } facts)
            return "";
        var words = new List<string>();
        if (facts.Pid is { } pid)
            words.Add(
                string.Create(CultureInfo.InvariantCulture, $"pid {pid}, started {facts.StartTime} ticks after boot"));
        if (facts.Was is { } was)
            words.Add($"it was {was} before");
        if (facts.Made is { } made)
            words.Add(made ? "made here" : "it was there before");
        return string.Join("; ", words);
    }

    // Each call begins at the margin, or where it has indentation of its own there; what does not fit goes on further
    // right.
    private void Block(string margin, string label, IReadOnlyList<string> calls, string? code)
    {
        foreach (var (call, i) in calls.Select((c, i) => (c, i)))
        {
            var own = call.Length - call.TrimStart(' ').Length;
            var first = (i == 0 ? label : new string(' ', label.Length)) + new string(' ', own);
            var more = new string(' ', first.Length + 4);
            var lines = Wrap(call.TrimStart(' '), width - margin.Length - first.Length,
                width - margin.Length - more.Length);
            for (var n = 0; n < lines.Count; n++)
                Line(margin + (n == 0 ? first : more), lines[n], code);
        }
    }

    private void Line(string margin, string text, string? code) =>
        output.WriteLine((margin + paint.Paint(text, code)).TrimEnd());

    /// <summary>
    /// Breaks a text at spaces; a word longer than a line is broken after a |, a comma or a slash, or anywhere at last.
    /// </summary>
    /// <param name="text">The text, of one line.</param>
    /// <param name="first">Columns of the first line.</param>
    /// <param name="rest">Columns of those after it; the same where not given.</param>
    public static IReadOnlyList<string> Wrap(string text, int first, int? rest = null)
    {
        var lines = new List<string>();
        var left = text;
        // However narrow the terminal says it is, something must fit.
        var room = Math.Max(8, first);
        while (left.Length > room)
        {
            var cut = Cut(left, room);
            lines.Add(left[..cut].TrimEnd());
            left = left[cut..].TrimStart();
            room = Math.Max(8, rest ?? first);
        }

        lines.Add(left);
        return lines;
    }

    private static int Cut(string text, int room)
    {
        var space = text.LastIndexOf(' ', room);
        // A space near the beginning would leave most of the line empty: a flag word or a path is broken instead.
        if (space > room / 3)
            return space;
        var joint = text.AsSpan(0, room).LastIndexOfAny("|,/");
        return joint > room / 3 ? joint + 1 : space > 0 ? space : room;
    }
}
