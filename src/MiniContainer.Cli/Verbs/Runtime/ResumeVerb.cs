// minic resume: lets a paused container go on (lab 08-cgroups; cgroups(7), freezer).

using System.CommandLine;
using MiniContainer.Containers.Lifecycle;
using MiniContainer.Containers.Oci;

namespace MiniContainer.Cli.Verbs;

/// <summary>The verb <c>resume</c>.</summary>
internal sealed class ResumeVerb : RuntimeVerb
{
    private readonly PlayFlags play = new("do");
    private readonly Argument<string> id;

    public ResumeVerb(GlobalOptions globals)
        : base("resume", "Let a paused container go on.", globals)
    {
        play.AddTo(this);
        Add(id = ContainerIdArgument(c => c.Status == ContainerStatus.Paused));
        Examples = [("minic resume box", "box is running again.")];
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        play.Begin(parsed);
        var container = Container.Load(Globals.Root(parsed), parsed.GetValue(id)!);
        var plan = ContainerPause.MakeResumePlan(container);
        if (play.Reads(parsed))
            return play.Tell(parsed, $"minic resume of {container.Id}", plan);
        container.Play(plan, $"resume container {container.Id}", play.Watch);
        return 0;
    }
}
