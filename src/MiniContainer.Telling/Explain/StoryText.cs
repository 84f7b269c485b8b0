// --explain, folded, for people: a line a step, or a line for several of one kind; never wider than the terminal. Full
// calls and reasons are in the chapters, told one by one (ExplanationText.cs). Lab 01-run; ansi(5) for colours.
//
//     limits      Cgroups bound what it may use, and list its devices.          20 steps
//       1-8       minic  make 8 cgroups: systemd, pids, blkio, freezer, …       mkdir
//       34-41     box    join 8 cgroups: systemd, pids, blkio, freezer, …       write

using System.Globalization;

namespace MiniContainer.Telling.Explain;

/// <summary>Prints stories.</summary>
/// <param name="output">Where to.</param>
/// <param name="width">The most columns of a line.</param>
/// <param name="colour">Whether to use ANSI colours.</param>
public sealed class StoryText(TextWriter output, int width, bool colour)
{
    /// <summary>The most lines of a chapter: with its name, one screen.</summary>
    public const int MostLines = 23;

    private const int NumbersWidth = 9;
    private const int MostCall = 13;
    private const int Narrow = 60;

    // Beyond that, eyes lose the line on the way to its end.
    private readonly int room = Math.Min(width, 120);
    // On a narrow terminal what is done goes before the calls.
    private readonly int calls = width < Narrow ? 0 : MostCall + 2;
    private readonly Painter paint = new(colour);

    /// <summary>Prints one.</summary>
    public void Write(Explanation explanation)
    {
        var story = Story.Of(explanation);
        var actors = Math.Min(Math.Min(12, width / 8),
            explanation.Steps.Select(s => s.Actor.Length).DefaultIfEmpty(0).Max());
        foreach (var line in ExplanationText.Wrap($"{explanation.Title}: {Summary(explanation, story)}", width))
            output.WriteLine(paint.Bold(line));
        foreach (var note in (explanation.Notes ?? []).SelectMany(n => ExplanationText.Wrap(n, width)))
            output.WriteLine(note);
        var names = Math.Max(11, story.Chapters.Select(c => c.Section.Name.Length).DefaultIfEmpty(0).Max()) + 1;
        // All of them say what they are for, or none: of a pod's containers the names may leave no room.
        var says = story.Chapters.All(c => names + c.Section.Chapter.Says.Length + 2
            + Count(c.Steps, "step").Length <= room);
        if (story.Chapters.Count > 0)
            Legend(actors, explanation.Direction == "backward", says);
        var whose = story.Chapters is [var first, ..] ? first.Section.Whose : null;
        foreach (var chapter in story.Chapters)
        {
            if (chapter.Section.Whose != whose)
                output.WriteLine();
            whose = chapter.Section.Whose;
            Head(chapter, names, says);
            Write(chapter, actors, explanation.Direction == "backward");
        }

        Foot(explanation, story);
    }

    private static string Summary(Explanation explanation, Story story)
    {
        var whose = story.Chapters.Select(c => c.Section.Whose).OfType<string>().Distinct().ToList();
        var many = whose.Count == 0 ? Count(explanation.Chapters.Count, "chapter") : $"for {string.Join(", ", whose)}";
        return $"{Count(explanation.Steps.Count, "step")}{(explanation.Direction == "backward" ? " to undo" : "")}"
            + $"{(whose.Count == 0 ? $" in {many}" : $" {many}")}. Nothing has been touched.";
    }

    private void Legend(int actors, bool backward, bool says)
    {
        var what = backward ? "what is undone" : "what is done";
        var title = new Cell($"{what} (and {paint.Why("why")})", what.Length + " (and why)".Length);
        if (!says || title.Columns > TitleWidth(actors))
            title = new Cell(what, what.Length);
        Row(Cell.Of("steps", paint.Faint), Cell.Of("who", t => paint.Actor("minic", t)), actors, title,
            Cell.Of("call", paint.Call));
    }

    private void Head(StoryChapter chapter, int names, bool says)
    {
        var count = Count(chapter.Steps, "step");
        var name = Fit(chapter.Section.Name, room - count.Length - 2).PadRight(names);
        var why = says ? chapter.Section.Chapter.Says : "";
        var space = new string(' ', Math.Max(1, room - name.Length - why.Length - count.Length));
        output.WriteLine(paint.Bold(name) + paint.Why(why) + space + paint.Faint(count));
    }

    private void Write(StoryChapter chapter, int actors, bool backward)
    {
        var shown = chapter.Lines.Count <= MostLines ? chapter.Lines : [.. chapter.Lines.Take(MostLines - 1)];
        foreach (var line in shown)
            Write(line, actors, backward);
        if (shown.Count < chapter.Lines.Count)
            output.WriteLine(
                paint.Faint(
                    Fit($"  … and {Count(chapter.Lines.Skip(shown.Count).Sum(l => l.Steps.Count), "step")} more",
                        room)));
    }

    private void Write(StoryLine line, int actors, bool backward)
    {
        var (numbers, actor) = (Numbers(line.Steps), Fit(line.Steps[0].Actor, actors));
        var call = Fit(CallOf(line.Steps[0], backward), MostCall);
        var title = Title(line, TitleWidth(actors));
        Row(Cell.Of(numbers, paint.Faint), Cell.Of(actor, t => paint.Actor(line.Steps[0].Actor, t)), actors,
            new Cell(title, title.Length), Cell.Of(call, paint.Call));
    }

    private void Row(Cell numbers, Cell actor, int actors, Cell title, Cell call)
    {
        var done = calls == 0 ? title.Text : $"{title.Padded(TitleWidth(actors))}  {call.Text}";
        output.WriteLine($"  {numbers.Padded(NumbersWidth)} {actor.Padded(actors)}  {done}");
    }

    private int TitleWidth(int actors) => room - 2 - NumbersWidth - 1 - actors - 2 - calls;

    // A text, and the columns that it takes: its colours take none.
    private readonly record struct Cell(string Text, int Columns)
    {
        public static Cell Of(string text, Func<string, string> paint) => new(paint(text), text.Length);

        public string Padded(int columns) => Text + new string(' ', Math.Max(0, columns - Columns));
    }

    private void Foot(Explanation explanation, Story story)
    {
        if (story.Silent > 0)
            Say($"{Count(story.Silent, "more step")} left nothing that would have to be undone.");
        var largest = story.Chapters.MaxBy(c => c.Steps - c.Lines.Count);
        if (largest is not null)
            Say($"{Count(explanation.Steps.Count - story.Silent, "step")} in "
                + $"{Count(story.Chapters.Sum(c => c.Lines.Count), "line")}. --explain={largest.Section.Chapter.Name} "
                + "tells that chapter in full, with every call and why; --explain=full tells all.");

        void Say(string text)
        {
            foreach (var line in ExplanationText.Wrap(text, width))
                output.WriteLine(paint.Faint(line));
        }
    }

    private static string Count(int count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    // "14-18,31-33"; where that is too long, the first and the last.
    internal static string Numbers(IReadOnlyList<ExplainedStep> steps)
    {
        var numbers = steps.Select(s => s.Number).Order().ToList();
        var runs = new List<string>();
        for (var (i, from) = (0, 0); i < numbers.Count; i++)
        {
            if (i + 1 < numbers.Count && numbers[i + 1] == numbers[i] + 1)
                continue;
            runs.Add(from == i ? $"{numbers[i]}" : $"{numbers[from]}-{numbers[i]}");
            from = i + 1;
        }

        var all = string.Join(",", runs);
        return all.Length <= NumbersWidth ? all : $"{numbers[0]}…{numbers[^1]}";
    }

    // The call that the man page is about, else the last one that does more than to prepare another, or to clean up.
    private static string CallOf(ExplainedStep step, bool backward)
    {
        var page = step.Man.Split('(')[0];
        var names = (backward ? step.Undo : step.Calls).Select(NameOf).OfType<string>().ToList();
        return !backward && names.Contains(page) ? page
            : names.LastOrDefault(n =>
                n is not ("open" or "openat" or "close" or "flock" or "socket" or "setns" or "dup3" or "waitid"))
            ?? names.FirstOrDefault() ?? page;
    }

    private static string? NameOf(string call)
    {
        var end = call.TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c == '_').Count();
        return end > 0 && end < call.Length && call[end] is '(' ? call[..end] : null;
    }

    private static string Title(StoryLine line, int most)
    {
        var title = OneLine(line.What);
        if (line.Things.Count == 0)
            return Shorten(title, most);
        // The first of them may lose its middle; of the others those are named that fit.
        var left = most - title.Length - 2;
        var listed = Shorten(OneLine(line.Things[0]), Math.Max(0, line.Things.Count == 1 ? left : left - 3));
        if (listed.Length < Math.Min(8, line.Things[0].Length))
            return Fit(title, most);
        foreach (var (thing, i) in line.Things.Skip(1).Select((t, i) => ($", {OneLine(t)}", i + 2)))
        {
            if (listed.Length + thing.Length + (i == line.Things.Count ? 0 : 3) > left)
                return $"{title}: {listed}, …";
            listed += thing;
        }

        return $"{title}: {listed}";
    }

    // A long path loses its middle first: where it begins and what it is called tell the most.
    private static string Shorten(string text, int most)
    {
        while (text.Length > most)
        {
            var words = text.Split(' ');
            var paths = words.Where(w => w.Split('/') is { Length: > 3 } parts && parts is not [_, _, "…", _]).ToList();
            if (paths.Count == 0)
                return Fit(text, most);
            var longest = paths.MaxBy(w => w.Length)!;
            var parts = longest.Split('/').Where(p => p != "…").ToList();
            parts[parts.Count / 2] = "…";
            words[Array.IndexOf(words, longest)] = string.Join('/', parts);
            text = string.Join(' ', words);
        }

        return text;
    }

    private static string Fit(string text, int most) =>
        text.Length <= most ? text : text[..Math.Max(0, most - 1)] + "…";

    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
