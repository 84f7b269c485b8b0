// A profile for the terminal: a line a step, with a bar that stands where its time was, and sums below.

using System.Globalization;
using System.Text;

namespace MiniContainer.Telling.Profiling;

/// <summary>Shows profiles as text.</summary>
public static class ProfileTable
{
    private const string Eighths = " ▏▎▍▌▋▊▉";

    // ECMA-48 colours that are told apart on dark and on light backgrounds.
    private static readonly int[] Colours = [90, 34, 32, 33, 35, 31];

    /// <summary>The table.</summary>
    /// <param name="profile">What to show.</param>
    /// <param name="width">The width of the terminal, in columns.</param>
    /// <param name="colour">Whether it shows colours.</param>
    public static string Render(Profile profile, int width, bool colour)
    {
        var text = new StringBuilder();
        var who = profile.Spans.Max(s => s.Who.Length);
        var room = Math.Max(30, width - 9 - 9 - who - 6);
        var what = Math.Min(profile.Spans.Max(s => s.What.Length), room * 3 / 5);
        var bar = room - what - 2;
        text.Append(CultureInfo.InvariantCulture,
            $"{profile.Title}\n{"START µs",9} {"TOOK µs",9}  {"WHO".PadRight(who)}  {"STEP".PadRight(what)}  "
                + $"0{Scale(profile.Whole).PadLeft(bar - 1)}\n");
        string? chapter = null;
        foreach (var span in profile.Spans)
        {
            // A wait lasts into other chapters: it begins none.
            if (!span.Waits && span.Chapter is not null && span.Chapter != chapter)
                text.Append(CultureInfo.InvariantCulture,
                    $"{(colour ? "\e[1m" : "")}-- {chapter = span.Chapter}{(colour ? "\e[0m" : "")}\n");
            text.Append(CultureInfo.InvariantCulture,
                $"{Number(span.Start),9} {Number(span.Took),9}  {span.Who.PadRight(who)}  "
                    + $"{Cut(span.What, what).PadRight(what)}  {Bar(span, profile.Whole, bar, colour)}\n");
        }

        text.Append('\n');
        Sums(text, profile);
        return text.ToString();
    }

    private static void Sums(StringBuilder text, Profile profile)
    {
        foreach (var who in profile.Spans.GroupBy(s => s.Who))
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{who.Key}: works {Scale(who.Where(s => !s.Waits).Sum(s => s.Took))}");
            if (who.Any(s => s.Waits))
                text.Append(CultureInfo.InvariantCulture, $", waits {Scale(who.Where(s => s.Waits).Sum(s => s.Took))}");
            if (who.Sum(s => s.Journal) is > 0 and var journal)
                text.Append(CultureInfo.InvariantCulture, $", writes its journal {Scale(journal)}");
            text.Append('\n');
        }

        var chapters = profile.Spans.Where(s => !s.Waits && s.Chapter is not null).GroupBy(s => s.Chapter).ToList();
        if (chapters.Count > 0)
            text.Append(CultureInfo.InvariantCulture,
                $"by chapter: {string.Join(", ", chapters.Select(c => $"{c.Key} {Scale(c.Sum(s => s.Took))}"))}\n");
        var kinds =
            ProfileKind.All.Select(k =>
                (Kind: k, Sum: profile.Spans.Where(s => s.Kind == k && !s.Waits).Sum(s => s.Took)))
                    .Where(k => k.Sum > 0);
        text.Append(CultureInfo.InvariantCulture,
            $"by subject: {string.Join(", ", kinds.Select(k => $"{k.Kind} {Scale(k.Sum)}"))}\n");
        text.Append("the largest:\n");
        foreach (var span in profile.Spans.Where(s => !s.Waits).OrderByDescending(s => s.Took).Take(5))
            text.Append(CultureInfo.InvariantCulture,
                $"{Number(span.Took),9} µs {100 * span.Took / profile.Whole,5:F1} %  {span.Who}: {span.What}\n");
        text.Append(CultureInfo.InvariantCulture, $"in all {Scale(profile.Whole)}");
        if (profile.Command is { } command)
            text.Append(CultureInfo.InvariantCulture, $"; the command ran {Scale(command)}, which the axis leaves out");
        text.Append(". minic's own exit is not in it.\n");
    }

    // Full cells stand for work, light ones for waiting; what is shorter than a cell gets a part of one.
    private static string Bar(ProfileSpan span, double whole, int width, bool colour)
    {
        var from = whole > 0 ? span.Start / whole * width : 0;
        var cell = Math.Min((int)from, width - 1);
        var eighths = Math.Clamp((int)Math.Round(span.Took / Math.Max(whole, 1) * width * 8), 1, (width - cell) * 8);
        var drawn = span.Waits
            ? new string('░', (eighths + 7) / 8)
            : new string('█', eighths / 8) + (eighths % 8 == 0 ? "" : Eighths[eighths % 8]);
        var number = Colours[Math.Max(0, ProfileKind.All.IndexOf(span.Kind))];
        return new string(' ', cell)
            + (colour ? string.Create(CultureInfo.InvariantCulture, $"\e[{number}m{drawn}\e[0m") : drawn);
    }

    private static int IndexOf(this IReadOnlyList<string> list, string item) =>
        list.TakeWhile(i => i != item).Count() is var n && n < list.Count ? n : -1;

    private static string Cut(string text, int width) => text.Length <= width ? text : text[..(width - 1)] + "…";

    private static string Number(double microseconds) =>
        microseconds.ToString(microseconds < 100 ? "0.0" : "# ##0", CultureInfo.InvariantCulture).TrimStart();

    /// <summary>A time with the unit that suits it.</summary>
    internal static string Scale(double microseconds) => microseconds switch
    {
        < 999.5 => string.Create(CultureInfo.InvariantCulture, $"{microseconds:F0} µs"),
        < 99_950 => string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1e3:F1} ms"),
        < 999_500 => string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1e3:F0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1e6:F2} s"),
    };
}
