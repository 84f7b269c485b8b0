// minic pod logs: what a container printed; the containers write these files themselves (lab 21-pod).

using System.CommandLine;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Pods.Lifecycle;

namespace MiniContainer.Cli.Verbs.Pod;

/// <summary>The verb <c>pod logs</c>.</summary>
internal sealed class PodLogsVerb : PodVerb
{
    private readonly Option<string> container = ContainerName();
    private readonly Option<bool> follow = Flag("--follow", "Go on showing what comes, until the container ends.",
        "-f");
    private readonly Option<int?> tail = new("--tail") { HelpName = "N", Description = "Only the last N lines." };
    private readonly Argument<string> name;

    public PodLogsVerb(GlobalOptions globals)
        : base("logs", "Show what a container of a pod has printed, on both its streams.", globals)
    {
        Add(container);
        Add(follow);
        Add(tail);
        Add(name = PodName());
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var (path, process) = Find(Globals.Root(parsed), parsed.GetValue(name)!, parsed.GetValue(container));
        using var output = Console.OpenStandardOutput();
        // A container that has a volume in which the logs are could put a link there, to a file that only root may
        // read.
        using var log = new FileStream(Libc.OpenNoLink(path), FileAccess.Read);
        if (parsed.GetValue(tail) is { } lines)
            SkipToLast(log, lines);
        using var pidfd = parsed.GetValue(follow) && process?.Alive == true ? Processes.OpenPidFd(process.Pid) : null;
        bool ended;
        do
        {
            // Whether it had ended is asked before the copy, so that its last words are in it.
            ended = pidfd is null || Processes.WaitEnd(pidfd, 100);
            log.CopyTo(output);
        }
        while (!ended);
        return 0;
    }

    // Of a pod that could not be made minic keeps the logs and nothing else: the container that ran last is the one
    // that failed.
    private static (string Path, ProcessIdentity? Process) Find(StateRoot root, string name, string? container)
    {
        if (PodState.TryLoad(root, name) is { } pod)
        {
            var chosen = pod.Container(container);
            return (Path.Combine(pod.Directory, "logs", chosen.Name + ".log"), chosen.Process);
        }

        var kept = name.Contains('/', StringComparison.Ordinal)
            ? null : new DirectoryInfo(PodState.KeptLogsOf(root, name));
        var log = kept?.Exists == true
            ? kept.GetFiles("*.log").Where(f => container is null || f.Name == container + ".log")
                .MaxBy(f => f.LastWriteTimeUtc) : null;
        return (log?.FullName ?? Path.Combine(PodState.Load(root, name).Directory, "logs"), null);
    }

    private static void SkipToLast(FileStream log, int lines)
    {
        var position = log.Length;
        var found = 0;
        while (position > 0)
        {
            log.Position = --position;
            // The newline that ends the last line begins no other.
            if (log.ReadByte() == '\n' && position != log.Length - 1 && ++found == lines)
                return;
        }

        log.Position = lines == 0 ? log.Length : 0;
    }
}
