// Some ten thousand configurations in half a minute, and for ten minutes with MINIC_STRESS=1: each is read, planned,
// laid out on a tape and written as a script, or refused in words that say where it is wrong. Nothing is played; the
// tests of the command line do that with some of the same.

using System.Diagnostics;
using System.Text.RegularExpressions;
using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Planning;
using MiniContainer.Containers.Tests.Planning;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Telling.ByHand;
using MiniContainer.Telling.Explain;
using MiniContainer.Testing;
using MiniContainer.Testing.Fuzz;

namespace MiniContainer.Containers.Tests.Fuzz;

public sealed partial class ConfigFuzzTests : IDisposable
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("MINIC_STRESS")
        == "1" ? 400 : 20);

    // A document of some kilobytes: nothing about it can be worth this long.
    private static readonly TimeSpan Hang = Pace.Seconds(10);

    private readonly string bundle = Directory.CreateTempSubdirectory("minic-fuzz-").FullName;

    private readonly ITestOutputHelper output;

    public ConfigFuzzTests(ITestOutputHelper output)
    {
        this.output = output;
        Directory.CreateDirectory(Path.Combine(bundle, "rootfs/bin"));
    }

    public void Dispose() => Directory.Delete(bundle, recursive: true);

    [Fact]
    public void Every_configuration_is_planned_or_refused_with_its_place()
    {
        var (first, only) = FuzzSeed.Of();
        var (tried, good) = (0, 0);
        // One of each kind: the first of them alone would hide the others.
        var failures = new Dictionary<string, string>();
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < Budget && (!only || tried == 0)
            && failures.Count < 20; tried++)
        {
            var failure = Try(unchecked(first + tried), out var planned);
            good += planned ? 1 : 0;
            if (failure is var (kind, text))
                failures.TryAdd(kind, text);
        }

        failures.Values.Should().BeEmpty();
        output.WriteLine($"{tried} configurations from seed {first}, of which {good} make a plan");
        if (!only)
            good.Should()
                .BeInRange(tried / 50, tried * 49 / 50,
                    "configurations that are all refused, or never, try half of the code");
    }

    [Fact]
    public void The_same_seed_makes_the_same_configuration() =>
    new HostileConfig(5).Text().Should().Be(new HostileConfig(5).Text());

    private (string Kind, string Text)? Try(int seed, out bool planned)
    {
        planned = false;
        File.WriteAllText(Path.Combine(bundle, "config.json"), new HostileConfig(seed).Text());
        var clock = Stopwatch.StartNew();
        try
        {
            Plan(seed);
            planned = true;
        }
        catch (MinicException e) when (!Place().IsMatch(e.Message))
        {
            return (e.Doing, $"seed {seed} is refused without a JSON path or a line: {e.Message}");
        }
        catch (MinicException)
        {
        }
        catch (Exception e)
        {
            var stack = e.StackTrace?.Split('\n').Where(l => l.Contains("MiniContainer", StringComparison.Ordinal))
                .Select(l => l.Trim()).ToList() ?? [];
            return ($"{e.GetType()} {stack.FirstOrDefault()}",
                $"seed {seed}: {e.GetType()}: {e.Message}\n{string.Join('\n', stack.Take(4))}\n");
        }

        return clock.Elapsed < Hang ? null : ("hang", $"seed {seed} takes {clock.Elapsed}");
    }

    private void Plan(int seed)
    {
        var loaded = Bundle.Load(bundle);
        // create may do without a process, and says so where a plan is asked for.
        if (loaded.Spec.Process is null)
            return;
        var plan = new Plan();
        var setup = new ContainerSetup("box", "/run/minic/containers/box")
        {
            Create = seed % 2 == 0,
            NoPivot = seed % 5 == 0,
        };
        ContainerPlanner.Add(plan, loaded, setup,
            ContainerPlannerTests.Machine(seed % 3 == 0 ? Machines.V2 : Machines.Hybrid) with
            {
                Filters = new SeccompCache("/nonexistent", keeps: false),
            });
        using var tape = new TapeImage([.. plan.StepsOf("box").SelectMany(s => s.Calls)]);
        if (seed % 7 == 0)
            _ = new ScriptWriter("fuzz", plan, "/run/minic/containers/box/by-hand").Do();
        if (seed % 4 == 0)
            new ExplanationText(TextWriter.Null, 80, colour: false).Write(Explanation.Of("fuzz", plan.Steps));
    }

    [GeneratedRegex(@"\$|config\.json:\d+:\d+: ")]
    private static partial Regex Place();
}
