// The scripts of --by-hand for every pod of docs/examples: what they make cannot be told from minic's own, neither from
// outside nor from inside, and the script of the way back leaves the world as it was.

using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using MiniContainer.Testing;

namespace MiniContainer.Promise.Tests;

// Not while many pods come and go: what is looked at must come to rest.
[Collection(nameof(ManyPodsTests))]
public partial class ByHandTests
{
    // Processes are looked at from inside; what minic and the scripts keep for themselves differs by nature.
    private static readonly string[] Outside = ["links", "addresses", "routes", "neighbours", "nft rules", "settings",
        "mounts", "cgroups"];

    private static readonly TimeSpan Patience = Pace.Seconds(60);

    public static TheoryData<string> Examples() =>
        [.. Directory.GetFiles(Folder(), "*.yaml").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Examples))]
    public void The_script_of_an_example_makes_minics_own_pod_and_its_undo_removes_it(string file)
    {
        World.Need();
        // The same name in both worlds: addresses of hardware are computed from it.
        var name = "";
        string minics;
        using (var world = Make(file, out name))
        {
            world.Do("m pod run $TMP/pod.yaml");
            minics = Settled(() => Look(world, name), look => Inside.AtRest(look));
            world.Do($"m pod rm -f {name}");
        }

        using (var world = Make(file, out _))
        {
            var before = Snapshot.Of(world);
            world.Do(
                "m pod run --by-hand $TMP/pod.yaml > $TMP/do; m pod run --by-hand=undo $TMP/pod.yaml > $TMP/undo; "
                    + "shellcheck $TMP/do $TMP/undo");
            world.Sh("dash $TMP/do").Should().Be(new Outcome(0, "", ""));
            Settled(() => Difference(minics, Look(world, name)), difference => difference.Length == 0).Should()
                .BeEmpty("both are the same");
            world.Sh("dash $TMP/undo; dash $TMP/undo").Should().Be(new Outcome(0, "", ""));
            Settled(() => Snapshot.Of(world).Difference(before, []), difference => difference.Length == 0).Should()
                .BeEmpty();
        }
    }

    private static World Make(string file, out string name)
    {
        var world = World.Make();
        // The library of mount(8) makes this directory, and so every host has it.
        world.Do("mkdir /run/mount; ip link set lo up");
        var text = File.ReadAllText(Path.Combine(Folder(), file));
        name = $"{Name().Match(text).Groups[1].Value}-{Environment.ProcessId}";
        File.WriteAllText(Path.Combine(world.Temporary, "pod.yaml"), Name().Replace(text, $"  name: {name}", 1));
        return world;
    }

    private static string Look(World world, string name)
    {
        var snapshot = Snapshot.Of(world);
        var files = snapshot["files"].Split('\n').Where(l => !Own().IsMatch(l));
        var logs = Directory.GetFiles($"{world.Root}/run/minic/pods/{name}/logs").Order(StringComparer.Ordinal)
            .Select(l => $"{Path.GetFileName(l)}: {File.ReadAllText(l)}");
        return string.Join('\n',
            [.. Outside.Select(p => $"{p}:\n{snapshot[p]}\n"), .. files, .. logs, Inside.Of(world, name)]);
    }

    // What minic's has more (-) and the script's has more (+).
    private static string Difference(string minics, string hands)
    {
        if (minics == hands)
            return "";
        var (then, now) = (minics.Split('\n'), hands.Split('\n'));
        var first = then.Zip(now).TakeWhile(p => p.First == p.Second).Count();
        return string.Join('\n',
            [.. then.Except(now).Select(l => $"- {l}"), .. now.Except(then).Select(l => $"+ {l}"),
                $"from line {first} on:", .. then.Skip(first).Take(5).Select(l => $"- {l}"),
                .. now.Skip(first).Take(5).Select(l => $"+ {l}")]);
    }

    // The last look, whether it is as it should be or not.
    private static string Settled(Func<string> look, Predicate<string> right)
    {
        var end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (true)
        {
            var now = TryLook(look);
            if (right(now) || Environment.TickCount64 > end)
                return now;
            Thread.Sleep(20);
        }
    }

    private static string TryLook(Func<string> look)
    {
        try
        {
            return look();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A process ended while it was looked at: not at rest, as Inside.AtRest has it.
            return $"look: sh {e.Message}";
        }
    }

    private static string Folder([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../docs/examples"));

    [GeneratedRegex("^  name: (.+)$", RegexOptions.Multiline)]
    private static partial Regex Name();

    // The journals of the one, the scripts of the other with what they found; and the world's own.
    [GeneratedRegex("^/run/tmp/|/pods/[^/]+/(journal|[a-z0-9-]+\\.(go|status|pid|errors|[0-9])) "
        + "|/networks/[^/]+/(journal|users/\\.by-hand) ")]
    private static partial Regex Own();
}
