// A plan as text, for golden files: who, what, the calls and why; what is undone. A step that is like one before it,
// but for the words of its title, is told by its title:
//
//     box: hide /proc/acpi
//         openat(AT_FDCWD, "/proc/acpi", O_PATH|O_CLOEXEC)
//         ...
//     box: hide /proc/asound   likewise

using System.Text;
using System.Text.RegularExpressions;
using MiniContainer.Plans;

namespace MiniContainer.Testing;

/// <summary>Prints plans.</summary>
public static partial class PlanText
{
    /// <summary>One paragraph a step.</summary>
    public static string Of(Plan plan) => Paragraphs(plan.Steps);

    /// <summary>
    /// One paragraph for each step that is not in another plan word for word, but for descriptors' numbers.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="known">Plans that a reader knows.</param>
    public static string News(Plan plan, params Plan[] known) => Paragraphs(Untold(plan, known));

    /// <summary>The same with a line a step: who, and what.</summary>
    /// <inheritdoc cref="News"/>
    public static string TitlesOfNews(Plan plan, params Plan[] known) =>
        string.Concat(Untold(plan, known).Select(s => $"{s.Actor}: {s.Title}\n"));

    private static IEnumerable<Step> Untold(Plan plan, Plan[] known)
    {
        var told = known.SelectMany(p => p.Steps).Select(OfAnyDescriptor).ToHashSet();
        return plan.Steps.Where(s => !told.Contains(OfAnyDescriptor(s)));
    }

    // A descriptor's number says how many were opened before, no more.
    private static string OfAnyDescriptor(Step step) => Descriptor().Replace(Of(step), "$1FD");

    /// <summary>
    /// Fails unless a text, however it is wrapped, tells each step of a plan in its order: its title, its calls, and
    /// why.
    /// </summary>
    public static void ShouldTellAllOf(string text, Plan plan)
    {
        var (words, at) = (Plain(text), 0);
        foreach (var part in plan.Steps.SelectMany(s => s.CallTexts.Prepend(s.Title).Append(s.Why)).Select(Plain))
        {
            var found = words.IndexOf(part, at, StringComparison.Ordinal);
            found.Should().BeGreaterThanOrEqualTo(0, $"\"{part}\" comes after what was told before it");
            at = found + part.Length;
        }

        static string Plain(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c) && c is not '#'));
    }

    private static string Paragraphs(IEnumerable<Step> steps)
    {
        var (told, text, last, times) = (new HashSet<string>(), new StringBuilder(), "", 0);
        foreach (var step in steps)
        {
            var next = told.Add(Shape(step)) ? Of(step) : $"{step.Actor}: {step.Title}   likewise";
            // Equal ones in a row, as many as there are descriptors, are counted.
            if (times > 0 && next != last)
                Tell();
            (last, times) = (next, times + 1);
        }

        Tell();
        return text.ToString();

        void Tell()
        {
            text.Append(last).Append(times > 1 ? $" ({times})" : "");
            if (times > 0 && !last.EndsWith('\n'))
                text.Append('\n');
            times = 0;
        }
    }

    // What remains of a step without the words of its title.
    private static string Shape(Step step)
    {
        var text = OfAnyDescriptor(step);
        foreach (var (word, i) in step.Title.Split(' ').Select((w, i) => (w, i)).Where(w => w.w.Length > 2))
            text = text.Replace(word, $"<{i}>", StringComparison.Ordinal);
        return $"{step.GetType().Name} {text}";
    }

    [GeneratedRegex("(\\w\\()[0-9]+(?=[,)])")]
    private static partial Regex Descriptor();

    private static string Of(Step step) =>
        $"{step.Actor}: {step.Title}\n    {string.Join("\n    ", step.CallTexts)}\n  # {step.Why} {step.Man} "
        + $"{step.Lab}\n"
        + string.Concat(step.UndoByHand.Select(u => $"  undo: {u}\n"));
}
