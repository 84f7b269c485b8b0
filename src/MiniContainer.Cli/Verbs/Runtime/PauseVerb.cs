// minic pause: freezes a container (lab 08-cgroups; cgroups(7), freezer).

using System.CommandLine;
using MiniContainer.Containers.Lifecycle;
using MiniContainer.Containers.Oci;

namespace MiniContainer.Cli.Verbs;

/// <summary>The verb <c>pause</c>.</summary>
internal sealed class PauseVerb : RuntimeVerb
{
    private readonly PlayFlags play = new("do");
    private readonly Argument<string> id;

    public PauseVerb(GlobalOptions globals)
        : base("pause", "Freeze all processes of a container; none of them can tell, but by the clock.", globals)
    {
        play.AddTo(this);
        Add(id = ContainerIdArgument(c => c.Status == ContainerStatus.Running));
        Examples = [("minic pause box", "box stands still; minic state says paused.")];
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        play.Begin(parsed);
        var container = Container.Load(Globals.Root(parsed), parsed.GetValue(id)!);
        var plan = ContainerPause.MakePausePlan(container);
        if (play.Reads(parsed))
            return play.Tell(parsed, $"minic pause of {container.Id}", plan);
        container.Play(plan, $"pause container {container.Id}", play.Watch);
        return 0;
    }
}
