// minic delete: undoes what made a container, and forgets it (lab 12-oci; runtime-spec, "Delete").

using System.CommandLine;
using MiniContainer.Containers.Lifecycle;

namespace MiniContainer.Cli.Verbs;

/// <summary>The verb <c>delete</c>.</summary>
internal sealed class DeleteVerb : RuntimeVerb
{
    private readonly Argument<string> id;
    private readonly PlayFlags play = new("do");
    private readonly Option<bool> force = Flag("--force",
        "Kill it first if it runs; and be content if it is not there.", "-f");

    public DeleteVerb(GlobalOptions globals)
        : base("delete", "Remove a container that has stopped: its cgroups, its network, its state.", globals)
    {
        Add(force);
        play.AddTo(this);
        Add(id = ContainerIdArgument());
        Examples = [("minic delete --force box", "Removes box whatever it does.")];
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        play.Begin(parsed);
        if (play.Reads(parsed))
        {
            var (name, container) =
                (parsed.GetValue(id)!,
                    ContainerRemoval.ToDelete(Globals.Root(parsed), parsed.GetValue(id)!, parsed.GetValue(force)));
            return play.TellUndo(parsed, $"minic delete of {name}", container?.Entries ?? [], container?.Directory);
        }

        ContainerRemoval.Delete(Globals.Root(parsed), parsed.GetValue(id)!, parsed.GetValue(force), play.Watch);
        return 0;
    }
}
