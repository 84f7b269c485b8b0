// lab render: rewrites the code in lessons from the files that it is a piece of. For those who write labs.

using System.CommandLine;
using MiniContainer.Labs.Course;
using MiniContainer.Labs.Lessons;
using MiniContainer.Labs.Screen;

namespace MiniContainer.Labs.Verbs;

/// <summary>lab render.</summary>
internal static class RenderVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var labs = new Argument<string[]>("NN")
        {
            Description = "Which labs; all where none is named.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("render", "For writers of labs: puts the code that lessons show into them anew.")
        {
            labs,
        };
        command.SetAction(parsed =>
        {
            var course = Catalogue.Find();
            var words = parsed.GetValue(labs) ?? [];
            IReadOnlyList<Lab> chosen = words.Length == 0 ? course.Labs : [.. words.Select(course.Named)];
            foreach (var lab in chosen.Where(l => File.Exists(l.LessonPath)))
            {
                var text = LessonRenderer.Render(lab, Lesson.Load(lab.LessonPath));
                if (text == File.ReadAllText(lab.LessonPath))
                    continue;
                File.WriteAllText(lab.LessonPath, text);
                Page.Say($"labs/{lab.Name}/README.md is rewritten");
            }

            return 0;
        });
        return command;
    }
}
