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
            var stand = Stand.Find(parsed.GetValue(lab));
            var state = stand.Begun();
            if (Memory.Open(stand.Lab, state) is { } open)
                Page.Step(stand.Lab, open, state);
            else
                Page.Say(Praise.AfterLab(stand.Course, stand.Lab));
            return 0;
        });
        return command;
    }
}
