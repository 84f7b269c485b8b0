// runc itself beside minic, with the same bundle and the same words: where a program reads what they say, they say the
// same.

using System.Text.Json.Nodes;

namespace MiniContainer.Cli.Tests.Engines;

[Collection("minic")]
public sealed class RuncTests : MinicTest
{
    // Both in turn: "it VERB ..." is one of them, on a container of its own.
    private const string Both = """
        both() { for it in minic "runc --root $TMP/runc"; do body; done; }
        it() { $it "$@"; }
        life() { it run -d -b bundle $N >/dev/null 2>&1 </dev/null; }
        end() { it delete -f $N; }

        """;

    [Fact]
    public void Their_states_lists_and_processes_have_one_shape()
    {
        var lines = Run("""
            body() {
                life; it state $N | jq -c 'del(.pid, .created, .ociVersion, .owner, .bundle)'; it state $N | jq -c keys
                it list | awk '{print $1, $3}'; it list -q; it list --format json | wc -l; it list --format json | jq -c 'map(keys)'
                it ps $N | awk '{print $1, $8}'; it ps --format json $N | jq -c 'map(type)'; it ps $N -o pid,args | tail -n +2 | wc -l
                end; it list -q
            }
            both
            """);
        Halves(lines);
        lines.Should().Contain(l => l.Contains("\"status\":\"running\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Their_statistics_have_the_same_members_where_both_count()
    {
        var lines = Run("body() { life; it exec $N true; it events --stats $N; end; }; both");
        lines.Should().HaveCount(2);
        var (ours, theirs) = (JsonNode.Parse(lines[0])!, JsonNode.Parse(lines[1])!);
        ours["type"]!.ToJsonString().Should().Be(theirs["type"]!.ToJsonString());
        // Members that only cpusets and RDT have are runc's alone.
        string[] groups = ["cpu", "memory", "pids"];
        foreach (var group in groups)
            Leaves(ours["data"]![group]!).Should()
                .Contain(Leaves(theirs["data"]![group]!), $"whoever reads runc's {group} finds it here");
    }

    [Fact]
    public void What_one_refuses_the_other_refuses_in_words_that_engines_look_for()
    {
        var lines = Run("""
            status() { it state $N | jq -r .status; }
            # Whether it went well, and the word that matters, in whatever is said.
            try() { local said; said=$(it "$@" 2>&1); echo "$1 $([ $? = 0 ] && echo well || echo refused) $(echo "$said" | grep -oE 'does not exist|container not running|container not paused' | head -n 1)"; }
            body() {
                for verb in state start kill delete pause resume ps; do try $verb $N; done; try exec $N true; try events --stats $N; try update --memory 64m $N; try delete --force $N
                it create -b bundle $N </dev/null >/dev/null 2>&1; status; try exec $N true; try pause $N; status; try resume $N; status; try resume $N
                it start $N; status; try start $N; try pause $N; try pause $N; try exec $N true; try delete $N; status; try resume $N; try kill $N 0
                try kill $N KILL; for i in $(seq 50); do [ "$(status)" != stopped ] || break; sleep 0.1; done; status
                try kill $N KILL; try kill --all $N KILL; try pause $N; try exec $N true; try ps $N; try delete $N; try delete $N
            }
            both
            """);
        Halves(lines);
    }

    [Fact]
    public void An_update_leaves_the_same_limits()
    {
        var lines = Run("""
            knobs() { for f in memory.limit_in_bytes memory.soft_limit_in_bytes memory.max memory.low pids.max cpu.shares cpu.cfs_quota_us cpu.cfs_period_us cpu.max cpu.weight; do find /sys/fs/cgroup -path "*/$N/$f" -exec cat {} \; 2>/dev/null; done | xargs; }
            body() {
                life; knobs
                it update --memory 64m --memory-reservation 32m $N; knobs; it update --pids-limit 12 --cpu-share 200 $N; knobs
                it update --cpu-quota 40000 $N; knobs; it update --cpu-period 200000 $N; knobs; it update --cpu-quota -1 $N; knobs
                echo '{"memory": {"limit": 104857600}, "cpu": {"shares": 512}, "pids": {"limit": 40}}' | it update -r - $N; knobs
                it update --memory -1 --pids-limit -1 $N; knobs; end
            }
            both
            """);
        Halves(lines);
        lines.Should().Contain(l => l.Contains("67108864", StringComparison.Ordinal));
    }

    // What minic said, and below it what runc said.
    private string[] Run(string script)
    {
        var world = Make();
        Assert.SkipUnless(File.Exists("/usr/sbin/runc") || File.Exists("/usr/bin/runc"),
            "needs runc: scripts/setup engines");
        Assert.SkipUnless(File.Exists("/usr/bin/jq"), "needs jq: scripts/setup engines");
        world.Bundle("sleep 1000");
        // One place for both, which are not there at the same time; runc wants it absolute.
        var config = Path.Combine(world.Temporary, "bundle/config.json");
        var spec = JsonNode.Parse(File.ReadAllText(config))!;
        spec["linux"]!["cgroupsPath"] = $"/{world.Name}/{world.Name}";
        spec["process"]!["rlimits"] = new JsonArray();
        File.WriteAllText(config, spec.ToJsonString());
        // runc leaves the directory above the container's.
        var output = world.Sh($"{Both}{script}\nfor d in $(find /sys/fs/cgroup -depth -name $N -type d 2>/dev/null); "
            + "do rmdir $d; done").Output;
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static void Halves(string[] lines)
    {
        lines.Should().NotBeEmpty();
        lines.Take((lines.Length + 1) / 2).Should()
            .Equal(lines.Skip((lines.Length + 1) / 2), "minic says what runc says");
    }

    private static IEnumerable<string> Leaves(JsonNode node, string path = "") =>
        node is JsonObject members
        ? members.Where(m => m.Value is not null).SelectMany(m => Leaves(m.Value!, $"{path}.{m.Key}")) : [path];
}
