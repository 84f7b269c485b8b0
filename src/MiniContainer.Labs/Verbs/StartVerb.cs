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
        var lab = new Argument<string?>("NN")
        {
            Description = "Which lab: 4, 04 or 04-pid.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("start", "Starts a lab, or goes on with it: its files, its world, and a shell there.")
        {
            lab,
        };
        command.SetAction(parsed =>
        {
            var stand = Stand.Find(parsed.GetValue(lab));
            // From a shell in a lab the one outside does it, or worlds would lie within worlds.
            return Environment.GetEnvironmentVariable(Request.Variable) is null
                ? Start(stand) : Request.Ask(stand.Memory, "start", stand.Lab.Name);
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
            var stand = Stand.Find(parsed.GetValue(lab));
            _ = stand.Begun();
            if (Ground.Of(stand.Workplace, out _) is null)
                throw new MinicException("open a shell", "this is one", "Another one is for another terminal.");
            return Shell(stand, parsed.GetRequiredValue(place));
        });
        return command;
    }

    private static int Start(Stand stand)
    {
        Ground.RequireRoot();
        if (Abilities.Lacking(stand.Lab.Needs) is { } reason)
            throw new MinicException($"start lab {stand.Lab.Name}", $"this machine cannot do it: {reason}",
                "scripts/vm boots a machine that can.");
        var state = stand.Begin();
        _ = Ground.Of(stand.Workplace, out _);
        Introduce(stand, state);
        if (Console.IsInputRedirected || Console.IsOutputRedirected)
            return 0;
        return Shell(stand, "host");
    }

    private static void Introduce(Stand stand, LabState state)
    {
        var lab = stand.Lab;
        Page.Title($"Lab {lab.Number:00}: {lab.Title}");
        var goal = File.Exists(lab.LessonPath) ? Lesson.Load(lab.LessonPath).Text("Goal") : "";
        Page.Text(goal.Length > 0 ? goal : lab.Idea);
        Page.Say();
        Page.Say(
            $"  [grey]Lesson:[/] labs/{lab.Name}/README.md   [grey]Yours:[/] out/{lab.Name}/   [grey]Time:[/] "
                + $"{lab.Minutes} min");
        Page.Say();
        if (Memory.Open(lab, state) is not { } open)
        {
            Page.Say(Praise.AfterLab(stand.Course, lab));
            return;
        }

        Page.Step(lab, open, state);
        Page.Say();
        Page.Say(
            $"Done? {Page.Typed("lab check")}  Stuck? {Page.Typed("lab hint")}  Again? {Page.Typed("lab next")}  "
                + $"Broken? {Page.Typed("lab reset")}");
    }

    // A shell asks to be replaced by another one: of the same lab after a reset, or of the next lab.
    private static int Shell(Stand stand, string place)
    {
        while (true)
        {
            var world = stand.Workplace.World;
            var code = LabShell.Run(stand, world.PlaceNamed(place), stand.Memory.Load(stand.Lab).Inputs);
            var asked = Request.Take(stand.Memory) ?? [];
            if (asked is ["start", var name])
                return Start(Stand.Find(name));
            if (asked is not ["reset", ..])
            {
                Leave(stand, code);
                return code;
            }

            ResetVerb.Reset(stand, files: asked.Contains("--files"), progress: asked.Contains("--progress"));
            place = "host";
        }
    }

    private static void Leave(Stand stand, int code)
    {
        var world = stand.Workplace.World;
        if (code == 137)
            Page.Say();
        Page.Say(!world.IsUp
            ? $"The world of lab {stand.Lab.Number:00} was taken down, and this shell with it. "
                + $"{Page.Typed($"lab start {stand.Lab.Number:00}")} goes on."
            : code == 137 ? $"This shell was killed. {Page.Typed("lab shell")} opens another one."
            : $"You have left lab {stand.Lab.Number:00}; its world stays. {Page.Typed("lab shell")} goes back, "
                + $"{Page.Typed($"lab world down --name {world.Name}")} ends it.");
    }
}
