// minic update: other limits for a container that is there (lab 08-cgroups; cgroups(7)). The options are runc's.

using System.CommandLine;
using System.Globalization;
using MiniContainer.Containers.Lifecycle;
using MiniContainer.Containers.Oci;
using MiniContainer.Documents;
using MiniContainer.Kernel;

namespace MiniContainer.Cli.Verbs;

/// <summary>The verb <c>update</c>.</summary>
internal sealed class UpdateVerb : RuntimeVerb
{
    private readonly Option<string> resources = Text("--resources", "FILE",
        "Read the limits from FILE, or from stdin with -: the member linux.resources of a config.json. Other options "
            + "count for nothing then.", "-r");
    private readonly Option<string> memory = Text("--memory", "SIZE",
        "At most this much memory: 64m, 1g, or -1 for no limit.");
    private readonly Option<string> memorySwap = Text("--memory-swap", "SIZE",
        "At most this much memory and swap together; -1 for no limit.");
    private readonly Option<string> reservation = Text("--memory-reservation", "SIZE",
        "Down to this much memory is taken back first when it is short.");
    private readonly Option<string> shares = Text("--cpu-share", "N",
        "The weight against neighbours; 1024 is one share.", "--cpu-shares");
    private readonly Option<string> quota = Text("--cpu-quota", "US",
        "Microseconds of processor time in each period; -1 for no limit.");
    private readonly Option<string> period = Text("--cpu-period", "US", "The period, in microseconds.");
    private readonly Option<string> burst = Text("--cpu-burst", "US",
        "Microseconds that a period may take from those before it.");
    private readonly Option<string> idle = Text("--cpu-idle", "0|1", "With 1 it runs only when nobody else wants to.");
    private readonly Option<string> realtimePeriod = Text("--cpu-rt-period", "US",
        "The period for real-time processes.");
    private readonly Option<string> realtimeRuntime = Text("--cpu-rt-runtime", "US", "Their time in each period.");
    private readonly Option<string> cpus = Text("--cpuset-cpus", "LIST", "The processors to run on: 0-3,7.");
    private readonly Option<string> mems = Text("--cpuset-mems", "LIST", "The memory nodes to use.");
    private readonly Option<string> pids = Text("--pids-limit", "N", "At most this many processes; -1 for no limit.");
    private readonly Option<string> weight = Text("--blkio-weight", "N", "The weight of its block I/O, 10 to 1000.");
    private readonly Option<string> cache = Text("--l3-cache-schema", "SCHEMA",
        "Refused: minic does not do Intel RDT.");
    private readonly Option<string> bandwidth = Text("--mem-bw-schema", "SCHEMA",
        "Refused: minic does not do Intel RDT.");
    private readonly PlayFlags play = new("do");
    private readonly Argument<string> id;

    public UpdateVerb(GlobalOptions globals)
        : base("update", "Change the limits of a container. What is not named stays.", globals)
    {
        foreach (var option in
            new[] { resources, memory, memorySwap, reservation, shares, quota, period, burst, idle, realtimePeriod,
                realtimeRuntime, cpus, mems, pids, weight, cache, bandwidth })
            Add(option);
        cache.Hidden = bandwidth.Hidden = true;
        play.AddTo(this);
        Add(id = ContainerIdArgument(c => c.Status != ContainerStatus.Stopped));
        Examples =
        [
            ("minic update --memory 64m --pids-limit 20 box", "From now on box has at most 64 MiB and 20 processes."),
            ("echo '{\"cpu\": {\"quota\": 50000, \"period\": 100000}}' | minic update -r - box",
                "Half of a processor."),
        ];
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        play.Begin(parsed);
        if ((parsed.GetValue(cache) ?? parsed.GetValue(bandwidth)) is not null)
            throw CommandWords.Wrong(this, "minic does not do Intel RDT",
                "Leave --l3-cache-schema and --mem-bw-schema out.");
        var container = Container.Load(Globals.Root(parsed), parsed.GetValue(id)!);
        var plan = ContainerUpdate.MakePlan(container,
            parsed.GetValue(resources) is { Length: > 0 } path ? FromFile(path) : FromOptions(parsed));
        if (play.Reads(parsed))
            return play.Tell(parsed, $"minic update of {container.Id}", plan);
        ContainerUpdate.Play(container, plan, play.Watch);
        return 0;
    }

    private static LinuxResources FromFile(string path)
    {
        const string Doing = "read the limits";
        var file = path == "-"
            ? JsonFile.Read(Doing, "standard input", Console.OpenStandardInput())
            : JsonFile.Read(Doing, path, "Name a file that holds the member linux.resources of a config.json.");
        return file.As(SpecJson.Default.LinuxResources);
    }

    private LinuxResources FromOptions(ParseResult parsed) => new()
    {
        Memory = new LinuxMemory
        {
            Limit = Size(parsed, memory),
            Swap = Size(parsed, memorySwap),
            Reservation = Size(parsed, reservation),
        },
        Cpu = new LinuxCpu
        {
            Shares = Unsigned(parsed, shares),
            Quota = Number(parsed, quota),
            Period = Unsigned(parsed, period),
            Burst = Unsigned(parsed, burst),
            Idle = Number(parsed, idle),
            RealtimePeriod = Unsigned(parsed, realtimePeriod),
            RealtimeRuntime = Number(parsed, realtimeRuntime),
            Cpus = parsed.GetValue(cpus),
            Mems = parsed.GetValue(mems),
        },
        Pids = new LinuxPids(Number(parsed, pids) is not 0 and var limit ? limit : null),
        BlockIo = Unsigned(parsed, weight) is { } w and > 0 ? new LinuxBlockIo
        {
            Weight = w is >= 10 and <= 1000
                ? (ushort)w : throw Wrong(weight, $"{w}", "Write a number from 10 to 1000."),
        } : null,
    };

    // runc takes an empty value for none at all, and engines count on that.
    private static long? Size(ParseResult parsed, Option<string> option) =>
        parsed.GetValue(option) is { Length: > 0 } text ? MemorySize.Parse(text, option.Name) : null;

    private static long? Number(ParseResult parsed, Option<string> option) =>
        parsed.GetValue(option) is not { Length: > 0 } text ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        ? number : throw Wrong(option, text, "Write a whole number.");

    private static ulong? Unsigned(ParseResult parsed, Option<string> option) =>
        parsed.GetValue(option) is not { Length: > 0 } text ? null
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number : throw Wrong(option, text, "Write a whole number that is not negative.");

    private static MinicException Wrong(Option<string> option, string text, string hint) =>
        new($"read {option.Name} {text}", "it is no such number", hint);
}
