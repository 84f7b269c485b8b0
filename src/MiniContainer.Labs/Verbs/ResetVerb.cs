// lab reset: puts the world back, and what is missing; with --files what was changed too. Whatever a learner has done,
// this leads back. Passed steps stay passed.

using System.CommandLine;
using MiniContainer.Labs.Course;
using MiniContainer.Labs.Learning;
using MiniContainer.Labs.Screen;

namespace MiniContainer.Labs.Verbs;

/// <summary>lab reset.</summary>
internal static class ResetVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var lab = LabArgument.Create();
        var files = new Option<bool>("--files")
        {
            Description = "Your directory too, as it was at the start; your container.cs is kept as container.cs.old.",
        };
        var progress = new Option<bool>("--progress") { Description = "Forget the steps that have passed." };
        var command = new Command("reset", "Puts the lab's world back, whatever you have done to it, with new inputs.")
        {
            lab,
            files,
            progress,
        };
        command.SetAction(parsed =>
        {
            LabHost.RequireRoot();
            var session = Session.Find(parsed.GetValue(lab));
            var (anew, forget) = (parsed.GetValue(files), parsed.GetValue(progress));
            if (LabHost.IsInside(session.Workplace.World))
                return Request.Ask(session.Progress,
                    ["reset", .. anew ? ["--files"] : Array.Empty<string>(),
                        .. forget ? ["--progress"] : Array.Empty<string>()]);
            Reset(session, anew, forget);
            return 0;
        });
        return command;
    }

    /// <summary>Does it, from outside.</summary>
    /// <remarks>
    /// The world first: what runs in it may still write files; and a full disk is emptied before anything is written.
    /// </remarks>
    public static void Reset(Session session, bool files, bool progress)
    {
        session.Workplace.TakeDown();
        if (files)
            PutFilesBack(session.Workplace);
        if (progress)
            session.Progress.Forget(session.Lab);
        RootFileSystem.Ensure(session.Course, again: true);
        session.Workplace.PutFiles(again: files);
        _ = session.Progress.Update(session.Lab, s => s with { Inputs = Inputs.DrawAll(session.Lab) });
        _ = LabHost.Of(session.Workplace, out _);
        Page.Say(
            $"[green]Lab {session.Lab.Number:00} is reset:[/] a new world, new inputs, {(files ? "your directory as at "
                + "the start" : "your files as they were")}{(progress ? ", nothing passed" : "")}.");
        Page.Say($"What to do: {Page.Typed("lab next")}.");
    }

    private static void PutFilesBack(Workplace workplace)
    {
        workplace.Empty();
        foreach (var file in workplace.Lab.Files.Select(f => Path.Combine(workplace.Directory, f.Path))
            .Where(File.Exists))
            File.Move(file, file + ".old", overwrite: true);
    }
}
