// Reads what a container uses from the files of its cgroups (lab 08-cgroups; cgroups(7), cgroup-v2.rst). A file is
// looked for in all of its cgroups: in version 1 each controller has its own, in version 2 there is one, and the names
// differ.

using System.Globalization;
using MiniContainer.Kernel;

namespace MiniContainer.Containers.Lifecycle;

/// <summary>Reads statistics.</summary>
/// <param name="cgroups">The container's cgroup directories.</param>
public sealed class StatisticsReader(IReadOnlyList<string> cgroups)
{
    // cpuacct.stat counts in ticks of 1/100 s, whatever the kernel's own clock is (sysconf(3), _SC_CLK_TCK).
    private const ulong NanosecondsPerTick = 10_000_000;

    private bool V2 =>
        Find("memory.usage_in_bytes") is null && Find("cpuacct.usage") is null
        && Find("cgroup.controllers") is not null;

    /// <summary>What is used now.</summary>
    public Statistics Read() => new()
    {
        Cpu = V2 ? CpuV2() : CpuV1(),
        CpuSet = new CpusetStatistics(List("cpuset.cpus"), List("cpuset.mems")),
        Memory = V2 ? MemoryV2() : MemoryV1(),
        Pids = new PidStatistics(Number("pids.current"), Text("pids.max") is { } max and not "max" ? Parse(max) : 0),
        Blkio = V2 ? BlockIoV2() : BlockIoV1(),
        Hugetlb = HugePages(),
    };

    private CpuStatistics CpuV1()
    {
        var (times, throttled) = (Table("cpuacct.stat"), Table("cpu.stat"));
        var usage = new CpuUsage
        {
            Total = Number("cpuacct.usage"),
            Percpu = Numbers("cpuacct.usage_percpu"),
            PercpuKernel = Numbers("cpuacct.usage_percpu_sys"),
            PercpuUser = Numbers("cpuacct.usage_percpu_user"),
            Kernel = times.GetValueOrDefault("system") * NanosecondsPerTick,
            User = times.GetValueOrDefault("user") * NanosecondsPerTick,
        };
        return new CpuStatistics(usage,
            new Throttling(throttled.GetValueOrDefault("nr_periods"), throttled.GetValueOrDefault("nr_throttled"),
                throttled.GetValueOrDefault("throttled_time")), null);
    }

    private CpuStatistics CpuV2()
    {
        var stat = Table("cpu.stat");
        var usage = new CpuUsage
        {
            Total = stat.GetValueOrDefault("usage_usec") * 1000,
            Kernel = stat.GetValueOrDefault("system_usec") * 1000,
            User = stat.GetValueOrDefault("user_usec") * 1000,
        };
        return new CpuStatistics(usage,
            new Throttling(stat.GetValueOrDefault("nr_periods"), stat.GetValueOrDefault("nr_throttled"),
                stat.GetValueOrDefault("throttled_usec") * 1000), PressureOf("cpu"));
    }

    private MemoryStatistics MemoryV1()
    {
        var stat = Table("memory.stat");
        return new MemoryStatistics
        {
            Cache = stat.GetValueOrDefault("cache"),
            Usage = Count("memory."),
            Swap = Count("memory.memsw."),
            Kernel = Count("memory.kmem."),
            KernelTcp = Count("memory.kmem.tcp."),
            Raw = stat,
        };

        MemoryCount Count(string prefix) =>
            new(Number(prefix + "limit_in_bytes"), Number(prefix + "usage_in_bytes"),
                Number(prefix + "max_usage_in_bytes"), Number(prefix + "failcnt"));
    }

    private MemoryStatistics MemoryV2()
    {
        var stat = Table("memory.stat");
        var (used, limit, swapped, swappable) =
            (Number("memory.current"), Limit("memory.max"), Number("memory.swap.current"), Limit("memory.swap.max"));
        return new MemoryStatistics
        {
            Cache = stat.GetValueOrDefault("file"),
            Usage = new MemoryCount(limit, used, Number("memory.peak"),
                Table("memory.events").GetValueOrDefault("max")),
            Swap = new MemoryCount(limit == ulong.MaxValue || swappable == ulong.MaxValue
                ? ulong.MaxValue : limit + swappable, used + swapped, 0, 0),
            Kernel = new MemoryCount(ulong.MaxValue, stat.GetValueOrDefault("kernel"), 0, 0),
            KernelTcp = new MemoryCount(ulong.MaxValue, stat.GetValueOrDefault("sock"), 0, 0),
            Raw = stat,
            Psi = PressureOf("memory"),
        };
    }

    // Lines of "8:0 Read 4096"; the sum at the end has no device.
    private BlockIoStatistics BlockIoV1()
    {
        return new BlockIoStatistics(Counts("io_service_bytes_recursive"), Counts("io_serviced_recursive"), null);

        List<BlockIoCount> Counts(string what) =>
        [
            .. (Find($"blkio.bfq.{what}") is { } bfq && Knob.TryReadLines(bfq).Count > 1
                ? Knob.TryReadLines(bfq) : Lines($"blkio.throttle.{what}"))
                .Select(l => l.Split(' ')).Where(w => w.Length == 3).Select(w => Entry(w[0], w[1], Parse(w[2]))),
        ];
    }

    // Lines of "8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0".
    private BlockIoStatistics BlockIoV2()
    {
        List<BlockIoCount> bytes = [], times = [];
        foreach (var words in Lines("io.stat").Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            foreach (var pair in words.Skip(1).Select(w => w.Split('=')).Where(p => p.Length == 2))
            {
                var operation = pair[0][0] switch { 'r' => "Read", 'w' => "Write", _ => "Discard" };
                if (pair[0] is "rbytes" or "wbytes" or "dbytes")
                    bytes.Add(Entry(words[0], operation, Parse(pair[1])));
                else if (pair[0] is "rios" or "wios" or "dios")
                    times.Add(Entry(words[0], operation, Parse(pair[1])));
            }
        }

        return new BlockIoStatistics(bytes, times, PressureOf("io"));
    }

    private static BlockIoCount Entry(string device, string operation, ulong value) =>
        device.Split(':') is [var major, var minor]
        ? new BlockIoCount(Parse(major), Parse(minor), operation, value) : new BlockIoCount(0, 0, operation, value);

    private Dictionary<string, HugePageStatistics> HugePages()
    {
        var sizes = cgroups.Where(Directory.Exists).SelectMany(c => Directory.GetFiles(c, "hugetlb.*B.*"))
            .Select(f => Path.GetFileName(f).Split('.')[1]).Distinct();
        return sizes.ToDictionary(size => size, size => V2
            ? new HugePageStatistics(Number($"hugetlb.{size}.current"), 0,
                Table($"hugetlb.{size}.events").GetValueOrDefault("max"))
            : new HugePageStatistics(Number($"hugetlb.{size}.usage_in_bytes"),
                Number($"hugetlb.{size}.max_usage_in_bytes"), Number($"hugetlb.{size}.failcnt")));
    }

    private Pressure? PressureOf(string what)
    {
        var lines = Lines($"{what}.pressure").Select(l => l.Split(' ')).Where(w => w.Length == 5)
            .ToDictionary(w => w[0], Line);
        return lines.TryGetValue("some", out var some)
            ? new Pressure(some, lines.GetValueOrDefault("full") ?? new PressureLine(0, 0, 0, 0)) : null;

        static PressureLine Line(string[] words) =>
            new(Average(words[1]), Average(words[2]), Average(words[3]), Parse(words[4].Split('=')[1]));
        static double Average(string word) => double.Parse(word.Split('=')[1], CultureInfo.InvariantCulture);
    }

    // "0-2,5" is 0, 1, 2 and 5 (cpuset(7), "List Format").
    private List<uint>? List(string file) =>
        Text(file)?.Split(',', StringSplitOptions.RemoveEmptyEntries).SelectMany(range =>
    {
        var ends = range.Split('-').Select(e => (uint)Parse(e)).ToArray();
        return Enumerable.Range((int)ends[0], (int)(ends[^1] - ends[0]) + 1).Select(n => (uint)n);
    }).ToList();

    private List<ulong>? Numbers(string file) =>
        Text(file)?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Parse).ToList();

    private Dictionary<string, ulong> Table(string file) =>
        Lines(file).Select(l => l.Split(' ')).Where(w => w.Length == 2).ToDictionary(w => w[0], w => Parse(w[1]));

    private ulong Limit(string file) => Text(file) is { } text and not "max" ? Parse(text) : ulong.MaxValue;

    private ulong Number(string file) => Text(file) is { } text ? Parse(text) : 0;

    private static ulong Parse(string text) =>
        ulong.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private string? Text(string file) => Find(file) is { } path ? Knob.TryRead(path) : null;

    private IReadOnlyList<string> Lines(string file) => Find(file) is { } path ? Knob.TryReadLines(path) : [];

    private string? Find(string file) => cgroups.Select(c => Path.Combine(c, file)).FirstOrDefault(File.Exists);
}
