// Puts the code that a lesson shows into it (Excerpts.cs says which).

using MiniContainer.Labs.Course;

namespace MiniContainer.Labs.Lessons;

/// <summary>Renders lessons.</summary>
internal static class LessonRenderer
{
    /// <summary>The text of a lesson with its code as it is now.</summary>
    /// <exception cref="Kernel.MinicException">A block names what is not there.</exception>
    public static string Render(Lab lab, Lesson lesson)
    {
        var lines = new List<string>();
        var next = 0;
        foreach (var block in lesson.Blocks)
        {
            if (Excerpts.Of(lab, block) is not { } excerpt)
                continue;
            lines.AddRange(lesson.Lines.Take(block.Line - 1).Skip(next));
            lines.AddRange(excerpt);
            next = block.Line - 1 + block.Lines.Count;
        }

        lines.AddRange(lesson.Lines.Skip(next));
        return string.Join('\n', lines) + "\n";
    }
}
