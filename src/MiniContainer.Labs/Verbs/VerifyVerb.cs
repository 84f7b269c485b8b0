// lab verify: for teachers and continuous integration. Each lab is verified by a process of its own, two at a time: it
// has its world, its directory and its state, and a process that crashes is one failure.

using System.CommandLine;
using MiniContainer.Labs.Course;
using MiniContainer.Labs.Learning;
using MiniContainer.Labs.Verifying;

namespace MiniContainer.Labs.Verbs;

/// <summary>lab verify.</summary>
internal static class VerifyVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var labs = new Argument<string[]>("NN")
        {
            Description = "Which labs; all where none is named.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var shared = new Option<bool>("--shared")
        {
            Description = "Others work on this machine meanwhile: do not compare it before and after.",
        };
        var worker = new Option<bool>("--worker") { Hidden = true };
        var command = new Command("verify",
            "Proves labs: checks fail before the solution and pass after it, wrong answers are refused, transcripts "
                + "hold.") { labs, shared, worker };
        command.SetAction(parsed =>
        {
            LabHost.RequireRoot();
            var course = Catalogue.Find();
            var words = parsed.GetValue(labs) ?? [];
            IReadOnlyList<Lab> chosen = words.Length == 0 ? course.Labs : [.. words.Select(course.Named)];
            return parsed.GetValue(worker)
                ? Worker.Run(course, chosen[0]) : new Verification(course, parsed.GetValue(shared)).Run(chosen);
        });
        return command;
    }
}
