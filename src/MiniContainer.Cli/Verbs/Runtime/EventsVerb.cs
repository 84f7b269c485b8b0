// minic events: what a container uses, again and again, and a word when it runs out of memory (lab 08-cgroups;
// cgroups(7)). One JSON object a line, as runc writes them:
//
//     {"type":"stats","id":"box","data":{"cpu":{"usage":{"total":12749988, ...
//     {"type":"oom","id":"box"}

using System.CommandLine;
using MiniContainer.Containers.Lifecycle;
using MiniContainer.Containers.Oci;
using MiniContainer.Documents;
using MiniContainer.Kernel;

namespace MiniContainer.Cli.Verbs;

/// <summary>The verb <c>events</c>.</summary>
internal sealed class EventsVerb : RuntimeVerb
{
    private readonly Option<string> interval = Text("--interval", "TIME",
        "The time between two looks: 100ms, 5s, 1m; 5s where not given.");
    private readonly Option<bool> stats = Flag("--stats", "Look once, and end.");
    private readonly Argument<string> id;

    public EventsVerb(GlobalOptions globals)
        : base("events", "Show what a container uses, as JSON lines, until it ends; and when it runs out of memory.",
            globals)
    {
        Add(interval);
        Add(stats);
        Add(id = ContainerIdArgument(c => c.Status != ContainerStatus.Stopped));
        Examples = [("minic events --stats box | jq .data.memory.usage", "Bytes of memory, now.")];
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var time = parsed.GetValue(interval) is { Length: > 0 } text
            ? GoDuration.Parse(text, interval.Name) : TimeSpan.FromSeconds(5);
        var container = Container.Load(Globals.Root(parsed), parsed.GetValue(id)!);
        using var pidfd = container.Status == ContainerStatus.Stopped ? null : Processes.OpenPidFd(container.Init!.Pid);
        if (pidfd is null)
            throw new MinicException($"show the events of container {container.Id}", "container not running",
                "minic delete removes it.");
        container.NeedCgroup($"show the events of container {container.Id}");
        var output = parsed.InvocationConfiguration.Output;
        var reader = new StatisticsReader([.. container.CgroupPaths]);
        if (parsed.GetValue(stats))
            output.WriteLine(Line(new ContainerEvent("stats", container.Id, reader.Read())));
        else
            Watch(output, container, reader, pidfd, time);
        return 0;
    }

    private static void Watch(TextWriter output, Container container, StatisticsReader reader,
        Microsoft.Win32.SafeHandles.SafeFileHandle pidfd, TimeSpan time)
    {
        using var memory = OomWatch.Begin([.. container.CgroupPaths]);
        var next = Environment.TickCount64 + (long)time.TotalMilliseconds;
        while (true)
        {
            switch (memory.Wait(pidfd, (int)Math.Max(0, next - Environment.TickCount64)))
            {
                case OomSignal.OutOfMemory:
                    output.WriteLine(Line(new ContainerEvent("oom", container.Id)));
                    break;
                case OomSignal.Time:
                    output.WriteLine(Line(new ContainerEvent("stats", container.Id, reader.Read())));
                    next += (long)time.TotalMilliseconds;
                    break;
                default:
                    return;
            }
        }
    }

    private static string Line(ContainerEvent happened) => JsonText.Write(happened, ReportJson.Default.ContainerEvent);
}
