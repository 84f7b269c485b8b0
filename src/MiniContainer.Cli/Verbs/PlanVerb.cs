// minic plan: the journal of a container or pod that exists: what was done, and what its undo would do
// (docs/decisions/0001-plans.md; lab 12-oci).

using System.CommandLine;
using System.Globalization;
using MiniContainer.Containers.Lifecycle;
using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Planning;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Telling.Explain;
using MiniContainer.Pods.Lifecycle;

namespace MiniContainer.Cli.Verbs;

/// <summary>The verb <c>plan</c>.</summary>
internal sealed class PlanVerb : Verb
{
    private readonly Option<string> format = new("--format", "-f")
    {
        HelpName = "text|json",
        Description = "The form of the output; text where not given.",
    };
    private readonly Argument<string> name = new("NAME")
    {
        Description = "The container or pod; both, if there are both.",
    };

    public PlanVerb(GlobalOptions globals)
        : base("plan",
            "Show the journal of a container or pod: each step that was begun, how far it came, what it found out, "
                + "and what its undo would do.", globals)
    {
        Examples = [("minic plan box", "What minic delete box would undo, and why all of it is there.")];
        format.AcceptOnlyFromAmong("text", "json");
        name.CompletionSources.Add(context => Container.All(Globals.Root(context.ParseResult)).Select(c => c.Id)
            .Concat(PodState.All(Globals.Root(context.ParseResult)).Select(p => p.Name)).Distinct()
            .Select(n => new System.CommandLine.Completions.CompletionItem(n)));
        Add(format);
        Add(name);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var (root, given) = (Globals.Root(parsed), ContainerId.Check(parsed.GetValue(name)!));
        var found = new List<Explanation>();
        if (Container.TryLoad(root, given) is { } container)
            found.Add(Of("container", given, container.Header, container.Up, container.Entries, Tape(container)));
        if (PodState.TryLoad(root, given) is { } pod)
            found.Add(Of("pod", given, pod.Header, pod.Up, pod.Entries, null));
        if (found.Count == 0)
            throw new MinicException($"find {given}", "there is no container and no pod of this name",
                $"minic list and minic pod ps show those that exist (below {root}).");
        new ExplanationOutput(parsed).Write(found,
            parsed.GetValue(format) == "json" ? ExplanationOutput.Json : ExplanationOutput.Full, many: true);
        return 0;
    }

    private static Explanation Of(string kind, string id, JournalHeader header, bool up,
        IReadOnlyList<JournalEntry> entries, string? tape)
    {
        var notes = new List<string>
        {
            string.Create(CultureInfo.InvariantCulture,
                $"Made {header.Created:u} by process {header.Owner.Pid}, ")
                + (header.Owner.Alive ? "which is there" : "which has ended")
                + (header.Foreground ? "; it goes with that process." : "."),
            up ? "Its plan was played to the end."
                : "Its plan was not played to the end"
                + (header.Owner.Alive ? " yet." : ": minic gc undoes what there is."),
        };
        if (tape is not null)
            notes.Add(tape);
        notes.AddRange(Journal.UnreadOf(entries).Select(u => $"minic cannot {u.Refusal.Message}."));
        return Explanation.OfJournal($"The journal of {kind} {id}", entries) with { Notes = notes };
    }

    // A created container's tape is a file: how far its process came, and whether it failed there.
    private static string? Tape(Container container)
    {
        var path = ContainerPlanner.TapePath(new ContainerSetup(container.Id, container.Directory));
        if (TapeFile.Played(path) is not { } played)
            return null;
        return TapeFile.Failure(path) is { } failure
            ? $"Its process ended on its tape: {failure.Message}"
            : string.Create(CultureInfo.InvariantCulture, $"Its process has played {played} calls of its tape")
                + (container.Status == ContainerStatus.Created ? ", and waits there for start." : ".");
    }
}
