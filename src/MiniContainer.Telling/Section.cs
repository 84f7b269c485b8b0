// Where each step of a plan stands in its story: in which chapter, and in a plan of several children whose chapter that
// is.
//
// A meeting of minic and a child (report, wait, go on) belongs to that for which they meet, which is known only from
// its neighbours in the plan: the one that follows it or, for the end of the meeting, the one before. The first meeting
// of a child is part of its making. Lab 01-run.

using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Telling;

/// <summary>A chapter of one child, or of a plan that has no more than one.</summary>
/// <param name="Chapter">The chapter.</param>
/// <param name="Whose">The child; null in a plan that has no more than one.</param>
public sealed record Section(Chapter Chapter, string? Whose)
{
    /// <summary>"limits", or "limits of web".</summary>
    public string Name => Whose is null ? Chapter.Name : $"{Chapter.Name} of {Whose}";

    /// <summary>The section of each step.</summary>
    /// <param name="steps">A plan, or a journal, in the order of play.</param>
    public static IReadOnlyList<Section> Of(IReadOnlyList<Step> steps)
    {
        var owners = Owners(steps);
        var released = new HashSet<string?>();
        var sections = new List<Section>(steps.Count);
        for (var i = 0; i < steps.Count; i++)
        {
            var chapter = steps[i].Subject.Chapter;
            if (ReferenceEquals(steps[i].Subject, Subject.Meeting) && steps[i] is IOfChild { Child: var child })
                chapter = released.Contains(child) ? Met(steps, sections, i) : Chapter.Namespaces;
            if (steps[i] is Release { Child: var gone })
                released.Add(gone);
            sections.Add(new Section(chapter, owners[i]));
        }

        return sections;
    }

    private static Chapter Met(IReadOnlyList<Step> steps, List<Section> before, int at)
    {
        var next = steps[at] is Release
            ? null : steps.Skip(at).FirstOrDefault(s => !ReferenceEquals(s.Subject, Subject.Meeting));
        return next?.Subject.Chapter ?? before[^1].Chapter;
    }

    // A step that names no child is done for the child whose steps stand around it, or come next.
    private static string?[] Owners(IReadOnlyList<Step> steps)
    {
        var named = steps.Select(s => (s as IOfChild)?.Child).ToArray();
        var owners = new string?[named.Length];
        var children = named.OfType<string>().Distinct().ToList();
        if (children.Count < 2)
            return owners;
        var last = children.ToDictionary(c => c, c => Array.LastIndexOf(named, c));
        var current = children[0];
        for (var i = 0; i < named.Length; i++)
        {
            if (named[i] is not null || i > last[current])
                current = named[i] ?? children.Skip(children.IndexOf(current) + 1).FirstOrDefault() ?? current;
            owners[i] = current;
        }

        return owners;
    }
}
