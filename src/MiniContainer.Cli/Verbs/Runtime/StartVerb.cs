// minic start: lets the process of a created container execute its command (lab 12-oci; runtime-spec, "Start").

using System.CommandLine;
using MiniContainer.Containers.Lifecycle;
using MiniContainer.Containers.Oci;

namespace MiniContainer.Cli.Verbs;

/// <summary>The verb <c>start</c>.</summary>
internal sealed class StartVerb : RuntimeVerb
{
    private readonly PlayFlags play = new("do");
    private readonly Argument<string> id;

    public StartVerb(GlobalOptions globals)
        : base("start", "Let a created container execute its command.", globals)
    {
        play.AddTo(this);
        Add(id = ContainerIdArgument(c => c.Status == ContainerStatus.Created));
        Examples = [("minic start box", "box is running from here on.")];
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        play.Begin(parsed);
        var (root, name) = (Globals.Root(parsed), parsed.GetValue(id)!);
        if (play.Reads(parsed))
        {
            var plan = Launcher.MakeStartPlan(Container.Load(root, name),
                notifies: InitSystem.NotifySocket is not null);
            return play.Tell(parsed, $"minic start of {name}", plan);
        }

        Launcher.Start(root, name, play.Watch, InitSystem.NotifySocket);
        return 0;
    }
}
