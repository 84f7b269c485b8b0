// lab start: the goal, the first open step, and a shell in the lab's world. lab shell: one more shell.

using System.CommandLine;
using MiniContainer.Kernel;
using MiniContainer.Labs.Course;
using MiniContainer.Labs.Learning;
using MiniContainer.Labs.Lessons;
using MiniContainer.Labs.Screen;

namespace MiniContainer.Labs.Verbs;

/// <summary>lab start and lab shell.</summary>
internal static class StartVerb
{
    /// <summary>lab start.</summary>
    public static Command Create()
    {
        var lab = LabArgument.Create("Which lab: 4, 04 or 04-pid.");
        var command = new Command("start", "Starts a lab, or goes on with it: its files, its world, and a shell there.")
        {
            lab,
        };
        command.SetAction(parsed =>
        {
            var session = Session.Find(parsed.GetValue(lab));
            // From a shell in a lab the one outside does it, or worlds would lie within worlds.
            return Environment.GetEnvironmentVariable(Request.Variable) is null
                ? Start(session) : Request.Ask(session.Progress, "start", session.Lab.Name);
        });
        return command;
    }

    /// <summary>lab shell.</summary>
    public static Command CreateShell()
    {
        var (lab, place) = (LabArgument.Create(), WorldVerb.In());
        var command = new Command("shell", "One more shell in the lab's world.") { lab, place };
        command.SetAction(parsed =>
        {
            var session = Session.Find(parsed.GetValue(lab));
            _ = session.Begun();
            if (LabHost.Of(session.Workplace, out _) is null)
                throw new MinicException("open a shell", "this is one", "Another one is for another terminal.");
            return Shell(session, parsed.GetRequiredValue(place));
        });
        return command;
    }

    private static int Start(Session session)
    {
        LabHost.RequireRoot();
        if (Abilities.Lacking(session.Lab.Needs) is { } reason)
            throw new MinicException($"start lab {session.Lab.Name}", $"this machine cannot do it: {reason}",
                "minic doctor tells what mends it; scripts/vm makes a machine that can.");
        var state = session.Begin();
        _ = LabHost.Of(session.Workplace, out _);
        Introduce(session, state);
        if (Console.IsInputRedirected || Console.IsOutputRedirected)
            return 0;
        return Shell(session, "host");
    }

    private static void Introduce(Session session, LabState state)
    {
        var lab = session.Lab;
        Page.Title($"Lab {lab.Number:00}: {lab.Title}");
        var goal = File.Exists(lab.LessonPath) ? Lesson.Load(lab.LessonPath).Text("Goal") : "";
        Page.Text(goal.Length > 0 ? goal : lab.Idea);
        Page.Say();
        Page.Say(
            $"  [grey]Lesson:[/] labs/{lab.Name}/README.md   [grey]Yours:[/] out/{lab.Name}/   [grey]Time:[/] "
                + $"{lab.Minutes} min");
        Page.Say();
        if (Progress.Open(lab, state) is not { } open)
        {
            Page.Say(Praise.AfterLab(session.Course, lab));
            return;
        }

        Page.Step(lab, open, state);
        Page.Say();
        Page.Say(
            $"Done? {Page.Typed("lab check")}  Stuck? {Page.Typed("lab hint")}  Again? {Page.Typed("lab next")}  "
                + $"Broken? {Page.Typed("lab reset")}");
    }

    // A shell asks to be replaced by another one: of the same lab after a reset, or of the next lab.
    private static int Shell(Session session, string place)
    {
        while (true)
        {
            var world = session.Workplace.World;
            var code = LabShell.Run(session, world.PlaceNamed(place), session.Progress.Load(session.Lab).Inputs);
            var asked = Request.Take(session.Progress) ?? [];
            if (asked is ["start", var name])
                return Start(Session.Find(name));
            if (asked is not ["reset", ..])
            {
                Leave(session, code);
                return code;
            }

            ResetVerb.Reset(session, files: asked.Contains("--files"), progress: asked.Contains("--progress"));
            place = "host";
        }
    }

    private static void Leave(Session session, int code)
    {
        var world = session.Workplace.World;
        if (code == 137)
            Page.Say();
        Page.Say(!world.IsUp
            ? $"The world of lab {session.Lab.Number:00} was taken down, and this shell with it. "
                + $"{Page.Typed($"lab start {session.Lab.Number:00}")} goes on."
            : code == 137 ? $"This shell was killed. {Page.Typed("lab shell")} opens another one."
            : $"You have left lab {session.Lab.Number:00}; its world stays. {Page.Typed("lab shell")} goes back, "
                + $"{Page.Typed($"lab world down --name {world.Name}")} ends it.");
    }
}
