// update on the kernel's own files, of whichever version this machine has.

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class UpdateTests : MinicTest
{
    // The knob's value: named as in version 1, or as in version 2. find tells of cgroups that others remove meanwhile.
    private const string Knob = """
        knob() { for f in $1 $2; do find /sys/fs/cgroup -path "*/minic/$N/$f" -exec cat {} \; 2>/dev/null; done; }

        """;

    [Fact]
    public void Limits_change_and_what_is_not_named_stays()
    {
        var world = Make();
        var outcome = world.Sh(Knob + """
            show() { echo $(knob memory.limit_in_bytes memory.max) $(knob pids.max); }
            minic run -d --name $N --rootfs $ROOTFS --net none --memory 32m --pids 20 sleep 1000 >/dev/null; show
            minic update --memory 64m $N; show
            minic update --pids-limit 10 $N; show
            echo '{"memory": {"limit": 33554432}, "pids": {"limit": 30}}' | minic update --resources - $N; show
            minic update --pids-limit -1 $N; show
            minic exec $N sh -c 'i=0; while [ $i -lt 40 ]; do sleep 1 & i=$((i+1)); done' && echo 40
            minic update --pids-limit 3 $N; minic exec $N sh -c 'sleep 1 & sleep 1 & sleep 1 & sleep 1' 2>&1 | grep -o "can't fork"
            minic delete -f $N
            """);
        outcome.Should()
            .Be(new Outcome(0,
                "33554432 20\n67108864 20\n67108864 10\n33554432 30\n33554432 max\n40\ncan't fork\n", ""));
    }

    [Fact]
    public void Processors_can_be_chosen_later_and_hold_for_what_runs_already()
    {
        var world = Make();
        Assert.SkipWhen(Environment.ProcessorCount < 2, "needs two processors");
        var outcome = world.Sh("""
            allowed() { minic exec $N sh -c 'grep Cpus_allowed_list /proc/1/status /proc/self/status' | cut -f 2 | xargs; }
            minic run -d --name $N --rootfs $ROOTFS --net none sleep 1000 >/dev/null
            minic update --cpuset-cpus 1 $N; allowed
            minic update --cpuset-cpus 0-1 $N; allowed
            minic delete -f $N
            """);
        outcome.Should().Be(new Outcome(0, "1 1\n0-1 0-1\n", ""));
    }

    [Fact]
    public void A_refused_limit_leaves_all_limits_as_they_were()
    {
        var world = Make();
        var outcome = world.Sh(Knob + """
            minic run -d --name $N --rootfs $ROOTFS --net none --pids 20 sleep 1000 >/dev/null
            minic update --pids-limit 10 --cpuset-cpus 4095 $N; echo $?
            knob pids.max; minic plan $N | grep -c 'note the limits'
            minic kill $N KILL; until minic state $N | grep -q stopped; do sleep 0.05; done
            minic update --pids-limit 10 $N; echo $?
            minic delete $N
            """);
        outcome.Output.Should().Be("1\n20\n0\n1\n");
        outcome.Error.Should().Contain("cpuset.cpus").And
            .EndWith("minic: update container N: container not running but stopped. minic delete removes it.\n");
    }

    [Fact]
    public void An_update_can_be_read_and_done_by_hand()
    {
        var world = Make();
        var outcome = world.Sh(Knob + """
            minic run -d --name $N --rootfs $ROOTFS --net none --pids 20 sleep 1000 >/dev/null
            minic update --explain --pids-limit 10 $N | grep -c 'pids.max'; knob pids.max
            minic update --by-hand --pids-limit 10 --cpuset-cpus 0 $N > hand; sh hand; knob pids.max
            minic exec $N grep Cpus_allowed_list /proc/1/status
            minic delete -f $N; for d in $(find /sys/fs/cgroup/cpuset -name $N 2>/dev/null); do rmdir $d; rmdir $(dirname $d); done
            """);
        outcome.Output.Should().MatchRegex("^[12]\n20\n10\nCpus_allowed_list:\t0\n$");
    }

    [Fact]
    public void A_command_joins_a_cgroup_below_the_containers()
    {
        var world = Make();
        var outcome = world.Sh("""
            own() { minic exec "$@" $N sh -c 'grep :pids: /proc/self/cgroup || grep ^0:: /proc/self/cgroup' | cut -d : -f 3; }
            minic run -d --name $N --rootfs $ROOTFS --net none sleep 1000 >/dev/null
            for d in $(find /sys/fs/cgroup -path "*/minic/$N" -type d 2>/dev/null); do mkdir $d/sub; done
            own --cgroup sub; own --cgroup /
            minic exec --cgroup .. $N true; minic exec --cgroup none $N true; minic exec --cgroup what:sub $N true; minic exec --cgroup sub --cgroup sub $N true
            minic delete -f $N
            """);
        // A cgroup namespace shows its own part alone.
        outcome.Output.Should().Be("/sub\n/\n");
        outcome.Error.Should().Contain("bad sub cgroup path").And.Contain("no such file or directory").And
            .Contain("unknown controller what").And.Contain("once only");
    }
}
