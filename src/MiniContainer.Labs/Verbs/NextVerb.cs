// lab next: what is to be done now; when the lab is done, the next one.

using System.CommandLine;
using MiniContainer.Labs.Learning;
using MiniContainer.Labs.Screen;

namespace MiniContainer.Labs.Verbs;

/// <summary>lab next.</summary>
internal static class NextVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var lab = LabArgument.Create();
        var command = new Command("next", "What is to be done now: the open step, or the next lab.") { lab };
        command.SetAction(parsed =>
        {
            var session = Session.Find(parsed.GetValue(lab));
            var state = session.Begun();
            if (Progress.Open(session.Lab, state) is { } open)
                Page.Step(session.Lab, open, state);
            else
                Page.Say(Praise.AfterLab(session.Course, session.Lab));
            return 0;
        });
        return command;
    }
}
