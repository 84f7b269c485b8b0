// minic pod rm: removes pods with all that they hold (lab 21-pod).

using System.CommandLine;
using MiniContainer.Pods.Lifecycle;

namespace MiniContainer.Cli.Verbs.Pod;

/// <summary>The verb <c>pod rm</c>.</summary>
internal sealed class PodRmVerb : PodVerb
{
    private readonly Option<bool> force = Flag("--force", "Kill what runs at once; a pod that is not there is fine.",
        "-f");
    private readonly Option<bool> all = Flag("--all", "All pods.", "-a");
    private readonly Option<double?> time = new("--time", "-t", "--grace-period")
    {
        HelpName = "SECONDS",
        Description = "How long containers get to end after SIGTERM; if not given, or -1, what the manifest says.",
    };
    private readonly PlayFlags play = new("do");
    private readonly Argument<string[]> names = new("POD")
    {
        Description = "The pods.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public PodRmVerb(GlobalOptions globals)
        : base("rm", "Remove pods. Containers get SIGTERM, and time to end; what is left is killed.", globals)
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
        string[] chosen = parsed.GetValue(all)
            ? [.. PodState.All(root).Select(p => p.Name)] : parsed.GetValue(names) ?? [];
        if (chosen.Length == 0 && !parsed.GetValue(all))
            throw CommandWords.Wrong(this, "no pod is named", "Name one, or say --all.");
        var grace = Grace(parsed);
        // Of a pod that could not be made, the logs may be kept: to remove those is enough.
        if (!play.Reads(parsed))
            chosen = [.. chosen.Where(c => PodState.TryLoad(root, c) is not null || !PodState.RemoveKeptLogs(root, c))];
        if (parsed.GetValue(force))
            chosen = [.. chosen.Where(c => PodState.All(root).Any(p => p.Name == c))];
        if (play.Reads(parsed))
            return play.TellUndo(parsed,
                chosen.Select(c => (c, Pod: PodState.Load(root, c)))
                    .Select(p => ($"minic pod rm of {p.c}", p.Pod.Entries, (string?)p.Pod.Directory)));
        PodRemoval.Remove(root, chosen, grace, play.Watch);
        return 0;
    }

    // As kubectl has it: -1 is what the manifest says, and --force gives no time.
    private TimeSpan? Grace(ParseResult parsed)
    {
        var seconds = parsed.GetValue(time);
        if (seconds is not null and not -1 and not (>= 0 and <= int.MaxValue))
            throw CommandWords.Wrong(this,
                $"--time is {seconds.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)}",
                $"Give seconds from 0 to {int.MaxValue}, or -1 for what the manifest says.");
        if (!parsed.GetValue(force))
            return seconds is null or -1 ? null : TimeSpan.FromSeconds(seconds.Value);
        return seconds > 0
            ? throw CommandWords.Wrong(this, "--force gives no time, and --time does", "Leave one of them out.")
            : TimeSpan.Zero;
    }
}
