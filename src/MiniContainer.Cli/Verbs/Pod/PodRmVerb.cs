// minic pod rm: removes pods with all that they hold (lab 21-pod).

using System.CommandLine;
using MiniContainer.Pods.Lifecycle;

namespace MiniContainer.Cli.Verbs.Pod;

/// <summary>The verb <c>pod rm</c>.</summary>
internal sealed class PodRmVerb : PodVerb
{
    private readonly Option<bool> force = Flag("--force", "Kill what runs at once; a pod that is not there is fine.", "-f");
    private readonly Option<bool> all = Flag("--all", "All pods.", "-a");
    private readonly Option<double?> time = new("--time", "-t") { HelpName = "SECONDS", Description = "How long containers get to end after SIGTERM; where not given, what the manifest says." };
    private readonly PlayFlags play = new("do");
    private readonly Argument<string[]> names = new("POD") { Description = "The pods.", Arity = ArgumentArity.ZeroOrMore };

    public PodRmVerb(GlobalOptions globals)
        : base("rm", "Remove pods. Containers that catch SIGTERM get time to end; what is left is killed.", globals)
    {
        Add(force);
        Add(all);
        Add(time);
        play.AddTo(this);
        Add(names);
        names.CompletionSources.Add(Names);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        play.Begin(parsed);
        var root = Globals.Root(parsed);
        string[] chosen = parsed.GetValue(all) ? [.. PodState.All(root).Select(p => p.Name)] : parsed.GetValue(names) ?? [];
        if (chosen.Length == 0 && !parsed.GetValue(all))
            throw Usage.Wrong(this, "no pod is named", "Name one, or say --all.");
        if (parsed.GetValue(time) < 0)
            throw Usage.Wrong(this, "--time is negative", "Give seconds, 0 or more.");
        TimeSpan? grace = parsed.GetValue(force) ? TimeSpan.Zero : parsed.GetValue(time) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        if (parsed.GetValue(force))
            chosen = [.. chosen.Where(c => PodState.All(root).Any(p => p.Name == c))];
        if (play.Reads(parsed))
            return play.TellUndo(parsed, chosen.Select(c => (c, Pod: PodState.Load(root, c))).Select(p => ($"minic pod rm of {p.c}", p.Pod.Entries, (string?)p.Pod.Directory)));
        foreach (var name in chosen)
            PodRemoval.Remove(root, name, grace, play.Watch);

        return 0;
    }
}
