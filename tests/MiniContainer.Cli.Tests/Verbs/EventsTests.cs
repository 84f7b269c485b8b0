// events, and the verbs that are not there.

using System.Text.Json.Nodes;

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class EventsTests : MinicTest
{
    [Fact]
    public void Stats_tell_what_a_container_uses()
    {
        var world = Make();
        var line = world.Sh("""
            mkdir ready
            minic run -d --name $N --rootfs $ROOTFS --net none --memory 32m --pids 20 -v $TMP/ready:/mnt sh -c 'x=$(head -c 4000000 /dev/zero | tr "\0" x); touch /mnt/now; sleep 1000; echo $x' >/dev/null
            until [ -e ready/now ]; do sleep 0.05; done
            minic events --stats $N; minic delete -f $N
            """).Output;
        line.Should().StartWith($"{{\"type\":\"stats\",\"id\":\"{world.Name}\",\"data\":{{").And.EndWith("}\n");
        var data = JsonNode.Parse(line)!["data"]!;
        Number(data, "pids", "limit").Should().Be(20);
        Number(data, "memory", "usage", "limit").Should().Be(32 << 20);
        Number(data, "memory", "usage", "usage").Should().BeInRange(4_000_000, 32 << 20);
        Number(data, "memory", "usage", "max").Should()
            .BeGreaterThanOrEqualTo(Number(data, "memory", "usage", "usage"));
        Number(data, "cpu", "usage", "total").Should().BeGreaterThan(1_000_000, "it has run for some milliseconds");
        data["memory"]!["raw"]!.AsObject().Should().NotBeEmpty();
    }

    [Fact]
    public void Events_come_again_and_again_and_end_with_the_container()
    {
        var world = Make();
        var outcome = world.Sh("""
            minic run -d --name $N --rootfs $ROOTFS --net none sleep 1000 >/dev/null
            minic events --interval 50ms $N > log & events=$!
            until [ $(wc -l < log) -ge 3 ]; do sleep 0.05; done
            minic delete -f $N; wait $events; echo $?; sed 's/^.."type":"\([a-z]*\)".*/\1/; s/^{"type":"\([a-z]*\)".*/\1/' log | sort -u
            minic events --stats $N; echo $?
            minic events --interval 0s $N; echo $?
            """);
        outcome.Output.Should().Be("0\nstats\n1\n1\n");
        outcome.Error.Should().Contain("container does not exist").And.Contain("read --interval 0s");
    }

    [Fact]
    public void An_event_tells_that_memory_ran_out()
    {
        var world = Make();
        var outcome = world.Sh("""
            minic run -d --name $N --rootfs $ROOTFS --net none --memory 20m sleep 1000 >/dev/null
            minic events --interval 100ms $N > log & events=$!
            until [ -s log ]; do sleep 0.05; done
            minic exec $N sh -c 'x=a; while :; do x=$x$x; done'; echo $?
            until grep -q oom log; do sleep 0.05; done
            minic delete -f $N; wait $events; grep oom log
            """);
        outcome.Should().Be(new Outcome(0, $"137\n{{\"type\":\"oom\",\"id\":\"{world.Name}\"}}\n", ""));
    }

    [Fact]
    public void Checkpoint_and_restore_say_that_they_are_not_there_whatever_follows()
    {
        var world = Make();
        var outcome = world.Sh("minic checkpoint --image-path x --leave-running $N; echo $?; minic restore -d $N; "
            + "echo $?; minic checkpoint --help; echo $?");
        outcome.Output.Should().Be("1\n1\n1\n", "podman takes a good end of --help for a verb that is there");
        outcome.Error.Should().StartWith("minic: checkpoint a container: minic does not do that.");
    }

    private static long Number(JsonNode node, params string[] path) =>
        path.Aggregate(node, (n, name) => n[name]!).GetValue<long>();
}
