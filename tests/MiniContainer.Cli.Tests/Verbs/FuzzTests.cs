// Hostile configurations that the real minic makes containers of, or refuses: it never crashes, hangs, or leaves
// anything. Ten seconds of them, and some minutes with MINIC_STRESS=1; the mass is read and planned in
// tests/MiniContainer.Containers.Tests.

using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using MiniContainer.Testing.Fuzz;

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class FuzzTests(ITestOutputHelper output) : MinicTest
{
    private const int Batch = 25;

    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("MINIC_STRESS")
        == "1" ? 200 : 10);

    private static readonly JsonSerializerOptions Written = new(JsonSerializerOptions.Default) { MaxDepth = 200_000 };

    [Fact]
    public void A_hostile_configuration_makes_a_container_or_an_error_and_leaves_nothing()
    {
        var world = Make();
        world.Sh("cp -a $ROOTFS $TMP/rootfs; mkfifo $TMP/fifo; chmod 755 $TMP");
        var (first, only) = FuzzSeed.Of();
        var (tried, made) = (0, 0);
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < Budget && (!only || tried == 0); tried += Batch)
            made += Try(world, unchecked(first + tried), only ? 1 : Batch);
        output.WriteLine($"{tried} configurations from seed {first}, of which {made} make a container");
        if (!only)
            made.Should().BeInRange(tried / 50, tried * 49 / 50, "otherwise half of the code is never tried");
    }

    // How many of them made a container.
    private static int Try(MinicWorld world, int first, int count)
    {
        var made = 0;
        for (var i = 0; i < count; i++)
            Write(world, unchecked(first + i), Path.Combine(world.Temporary, $"b{i}"));
        // Whoever connects waits in its queue for ever, which is enough to be sent a terminal.
        using var terminals = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        File.Delete(world.Temporary + "/terminals");
        terminals.Bind(new UnixDomainSocketEndPoint(world.Temporary + "/terminals"));
        terminals.Listen(count);
        // Namespaces of its own, more than other scripts have: a sysctl that slips through is not the machine's.
        world.Sh($$"""
            export MINIC STATE N
            unshare -ui bash -c '
              for i in $(seq 0 {{count - 1}}); do
                timeout -k 5 $((20 * ${MINIC_PACE:-1})) "$MINIC" --root "$STATE" create $(grep -q "\"terminal\":true" b$i/config.json && echo --console-socket terminals) -b b$i ${N}$i </dev/null >b$i/out 2>b$i/err; echo $? >b$i/code
                timeout -k 5 $((20 * ${MINIC_PACE:-1})) "$MINIC" --root "$STATE" delete --force ${N}$i </dev/null >>b$i/out 2>b$i/err2; echo $? >b$i/code2
              done'
            """);
        for (var i = 0; i < count; i++)
        {
            string Read(string name) => File.ReadAllText(Path.Combine(world.Temporary, $"b{i}", name)).Trim();
            var told = $"seed {unchecked(first + i)} ({Read("err")}{Read("err2")})";
            Read("code").Should().BeOneOf(["0", "1"], told);
            Read("code2").Should().Be("0", told);
            Read("err").Should().NotContain("This is a bug", told);
            if (Read("code") == "0")
                made++;
            else
                Read("err").Should().StartWith("minic: ", told);
        }

        world.Left().Should().BeEmpty($"seeds {first} to {unchecked(first + count - 1)} leave nothing behind");
        Processes(world).Should().BeEmpty($"seeds {first} to {unchecked(first + count - 1)} leave no process");
        return made;
    }

    private static void Write(MinicWorld world, int seed, string bundle)
    {
        if (Directory.Exists(bundle))
            Directory.Delete(bundle, recursive: true);
        Directory.CreateDirectory(bundle);
        File.CreateSymbolicLink(bundle + "/rootfs", "../rootfs");
        File.CreateSymbolicLink(bundle + "/fifo", "../fifo");
        var config = new HostileConfig(seed).Tree();
        new HarmlessConfig(new Random(seed)).Tame(config, bundle, $"/minic-{world.Name}");
        File.WriteAllText(bundle + "/config.json", config.ToJsonString(Written));
    }

    // A child that still plays its tape has the command line of the minic that made it.
    private static List<string> Processes(MinicWorld world) =>
    [
        .. Directory.GetDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])).Select(CommandLine)
            .Where(l => l.Contains(world.State, StringComparison.Ordinal)),
    ];

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(process + "/cmdline").Replace('\0', ' ');
        }
        catch (IOException)
        {
            return "";
        }
    }
}
