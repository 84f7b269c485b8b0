// A world for one test: a host and an internet behind it, namespaces that go away with the test, and a state root of
// its own. Steps work on the calling thread's namespace, so each play is done with the thread inside the host.

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Win32.SafeHandles;
using MiniContainer.Kernel;
using MiniContainer.Kernel.Netlink;
using MiniContainer.Networking.Cni;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Networking.Tests;

internal sealed class World : IDisposable
{
    public static StepKinds Kinds { get; } =
        new(() => [Plans.Steps.PlanSteps.Family, MiniContainer.Networking.Steps.NetworkingSteps.Family]);

    public const string Internet4 = "203.0.113.1", Host4 = "203.0.113.2";
    public const string Internet6 = "2001:db8::1", Host6 = "2001:db8::2";

    private World(SafeFileHandle host, SafeFileHandle internet)
    {
        Host = host;
        Internet = internet;
        Root = Directory.CreateTempSubdirectory("minic-network-").FullName;
    }

    public SafeFileHandle Host { get; }

    public SafeFileHandle Internet { get; }

    public string Root { get; }

    public string Networks => NetworkFacts.NetworksOf(Root);

    /// <summary>Makes the world, or skips the test and says which ability is missing.</summary>
    public static World Make()
    {
        Assert.SkipUnless(Environment.UserName == "root", "needs root");
        foreach (var (tool, package) in new[] { ("ip", "iproute2"), ("nft", "nftables"), ("nsenter", "util-linux"),
            ("busybox", "busybox"), ("wget", "wget") })
            Assert.SkipUnless("/usr/sbin:/sbin:/usr/bin:/bin".Split(':').Any(d => File.Exists($"{d}/{tool}")),
                $"needs the Debian package {package} ({tool})");
        try
        {
            var world = new World(NetworkNamespace.Create(), NetworkNamespace.Create());
            world.Connect();
            return world;
        }
        catch (MinicException e)
        {
            Assert.SkipWhen(true, $"needs network namespaces: {e.Message}");
            throw;
        }
    }

    /// <summary>All that could be left behind: links, addresses, routes, rules, settings, files.</summary>
    public string Snapshot()
    {
        var text = new StringBuilder();
        foreach (var command in
            new[] { "ip -br link", "ip -br address", "ip route", "ip -6 route", "nft list ruleset" })
            text.AppendLine(CultureInfo.InvariantCulture, $"# {command}\n{Run(Host, command)}");
        foreach (var setting in
            new[] { "net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding", "net/ipv4/conf/all/route_localnet" })
            text.AppendLine(CultureInfo.InvariantCulture, $"{setting} = {Sysctl.Read(setting, Host)}");
        foreach (var file in Directory.GetFileSystemEntries(Root, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal))
            text.AppendLine(file.Replace(Root, "ROOT", StringComparison.Ordinal));
        return text.ToString();
    }

    /// <summary>A shell command in a namespace; it must work.</summary>
    public static string Run(SafeFileHandle netns, string command)
    {
        var (code, output, errors) = Try(netns, command);
        code.Should().Be(0, $"`{command}` should work, but: {errors}");
        return output;
    }

    public static JsonArray Json(SafeFileHandle netns, string command) =>
        JsonNode.Parse(Run(netns, command) is { Length: > 0 } text ? text : "[]")!.AsArray();

    public static (int Code, string Output, string Errors) Try(SafeFileHandle netns, string command)
    {
        using var process =
            Process.Start(
                new ProcessStartInfo("nsenter",
                    [$"--net=/proc/{Environment.ProcessId}/fd/{netns.DangerousGetHandle()}", "/bin/sh", "-c", command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.Trim(), errors.Result);
    }

    /// <summary>What a web server at a URL answers; ours answer with the address that they see.</summary>
    public static string Get(SafeFileHandle netns, string url) => Run(netns, $"wget -T 5 -t 1 -q -O - {url}");

    public Pod Attach(string id, NetworkConfig? config = null, PlayObserver? watch = null,
        params IReadOnlyList<PortMapping> ports) =>
        Pod.Attach(this, id, config ?? NetworkConfig.Default, ports, watch);

    public void Dispose()
    {
        Host.Dispose();
        Internet.Dispose();
        if (Directory.Exists(Root))
            Directory.Delete(Root, recursive: true);
    }

    private void Connect()
    {
        using var host = RtNetlink.OpenIn(Host);
        using var internet = RtNetlink.OpenIn(Internet);
        // Fixed addresses: snapshots of two worlds can be compared.
        host.AddVeth(
            new VethEnd("uplink") { Mac = PhysicalAddress.Parse("02:00:00:00:00:02") },
            new VethEnd("eth0") { Netns = Internet, Mac = PhysicalAddress.Parse("02:00:00:00:00:01") });
        Up(host, "uplink", Host4, Host6);
        Up(internet, "eth0", Internet4, Internet6);
        host.AddRoute(Kernel.Netlink.Route.Default(IPAddress.Parse(Internet4)));
        host.AddRoute(Kernel.Netlink.Route.Default(IPAddress.Parse(Internet6), "uplink"));

        static void Up(RtNetlink kernel, string dev, string v4, string v6)
        {
            kernel.SetUp("lo");
            kernel.SetUp(dev);
            kernel.AddAddress(dev, Address.Parse(v4 + "/24"));
            kernel.AddAddress(dev, Address.Parse(v6 + "/64") with { NoDad = true });
        }
    }
}

/// <summary>A process in a network namespace of its own that is attached to a network.</summary>
internal sealed class Pod : IDisposable
{
    private const ulong CLONE_NEWNET = 0x40000000;

    private readonly World world;
    private readonly string journalPath;

    private Pod(World world, string id, PlayContext playing, Result result)
    {
        this.world = world;
        journalPath = JournalPath(world, id);
        PlayContext = playing;
        Result = result;
        Netns = NetworkNamespace.Open($"/proc/{playing.Children[id].Pid}/ns/net");
    }

    public PlayContext PlayContext { get; }

    public Result Result { get; }

    public SafeFileHandle Netns { get; }

    public string Ip4 => Result.Ips![0].Address.Split('/')[0];

    public string Ip6 => Result.Ips![1].Address.Split('/')[0];

    public double MillisecondsToAdd { get; private set; }

    public double MillisecondsToDelete { get; private set; }

    public static string JournalPath(World world, string id) => $"{world.Root}.{id}.journal";

    /// <summary>The plan of a pod, and the lock under which it was made.</summary>
    public static (Plan Plan, Result Result) Planned(string networks, string id, NetworkConfig config,
        IReadOnlyList<PortMapping> ports)
    {
        var facts = NetworkFacts.Read(networks, config);
        var planned = NetworkPlanner.Plan(config, new Attachment(id, $"child:{id}") { PortMappings = ports }, facts);
        var plan = new Plan();
        foreach (var step in planned.Before)
            plan.Add(step);
        plan.Add(new CloneChild(id, CLONE_NEWNET, ["null", "null", "null", "go", "status"]));
        var tape = plan.Tape(id, ["null", "null", "null", "go", "status"]);
        tape.Await("go", "");
        tape.Execve(["/bin/sleep"], ["sleep", "1000"], [], "");
        foreach (var step in planned.Inside)
            plan.Add(step);
        plan.Add(new Release(id));
        plan.Add(new AwaitExec(id));
        return (plan, planned.Result);
    }

    public static Pod Attach(World world, string id, NetworkConfig config, IReadOnlyList<PortMapping> ports,
        PlayObserver? watch) => NetworkNamespace.Run(world.Host, () =>
    {
        var clock = Stopwatch.StartNew();
        using var held = SharedLock.Take(world.Networks);
        var (plan, result) = Planned(world.Networks, id, config, ports);
        var playing = new PlayContext(plan);
        playing.Handles["null"] = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite);
        playing.Locks[held.Path] = held;
        using var journal = Journal.Create(JournalPath(world, id), World.Kinds, new JournalHeader
        {
            Kind = "container",
            Id = id,
            Owner = ProcessIdentity.Self,
        });
        try
        {
            Forward.Play(plan, journal, playing, watch);
        }
        catch (Exception e)
        {
            if (e is MinicException)
                File.Delete(JournalPath(world, id));
            playing.Dispose();
            throw;
        }

        clock.Stop();
        return new Pod(world, id, playing, result) { MillisecondsToAdd = clock.Elapsed.TotalMilliseconds };
    });

    /// <summary>What gc does for a runtime that died: plays the undo of its journal.</summary>
    public static void Recover(World world, string id, bool forgetLastDone)
    {
        var path = JournalPath(world, id);
        var lines = File.ReadAllLines(path);
        if (forgetLastDone && lines[^1].Contains("\"done\"", StringComparison.Ordinal))
            File.WriteAllLines(path, lines[..^1]);
        NetworkNamespace.Run(world.Host, () =>
        {
            using var journal = Journal.Open(path, World.Kinds);
            Backward.Play(journal).Should().BeEmpty();
        });
        File.Delete(path);
    }

    /// <summary>Undoes all of it from the journal alone.</summary>
    public void Delete()
    {
        Netns.Dispose(); // a descriptor would keep the namespace alive
        var clock = Stopwatch.StartNew();
        NetworkNamespace.Run(world.Host, () =>
        {
            using var journal = Journal.Open(journalPath, World.Kinds);
            Backward.Play(journal).Should().BeEmpty();
        });
        MillisecondsToDelete = clock.Elapsed.TotalMilliseconds;
        PlayContext.Dispose();
    }

    /// <summary>Undoes every step of the journal, whether it says that this has been done or not.</summary>
    public void DeleteAgain()
    {
        var lines = File.ReadAllLines(journalPath);
        File.WriteAllLines(journalPath, lines.Where(l => !l.Contains("\"undone\"", StringComparison.Ordinal)));
        NetworkNamespace.Run(world.Host, () =>
        {
            using var journal = Journal.Open(journalPath, World.Kinds);
            Backward.Play(journal).Should().BeEmpty();
        });
    }

    public void Dispose()
    {
        if (!Netns.IsClosed)
            Delete();
        File.Delete(journalPath);
    }
}
