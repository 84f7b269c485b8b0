// What the verbs of pod have in common.

using System.CommandLine;
using System.CommandLine.Completions;
using MiniContainer.Pods.Lifecycle;

namespace MiniContainer.Cli.Verbs.Pod;

/// <summary>A verb of <c>pod</c>.</summary>
internal abstract class PodVerb(string name, string description, GlobalOptions globals)
    : Verb(name, description, globals)
{
    /// <summary>An argument for the name of a pod, which a shell can complete.</summary>
    protected Argument<string> PodName()
    {
        var pod = new Argument<string>("POD") { Description = "The pod." };
        pod.CompletionSources.Add(Names);
        return pod;
    }

    /// <summary>An option for a container of it.</summary>
    protected static Option<string> ContainerName() =>
        Text("--container", "NAME", "The container; where not given, the last in the manifest that runs.", "-c");

    /// <summary>The names of all pods, for a shell to complete.</summary>
    protected IEnumerable<CompletionItem> Names(CompletionContext context) =>
        PodState.All(Globals.Root(context.ParseResult)).Select(p => new CompletionItem(p.Name));
}
