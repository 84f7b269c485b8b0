// pause and resume, and what the other verbs do with a container that is paused.

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class PauseTests : MinicTest
{
    // A clock inside: it writes while the container runs, and no more once it is frozen.
    private const string Clock = """
        mkdir clock
        minic run -d --name $N --rootfs $ROOTFS --net none -v $TMP/clock:/mnt sh -c 'while :; do echo $((++i)) > /mnt/now; sleep 0.02; done' >/dev/null
        ticks() { [ "$(cat clock/now)" != "$(sleep 0.3; cat clock/now)" ] && echo ticks || echo stands; }
        status() { minic state $N | sed -n 's/.*"status": "\(.*\)".*/\1/p'; }
        until [ -s clock/now ]; do sleep 0.02; done

        """;

    [Fact]
    public void A_paused_container_stands_still_until_it_is_resumed()
    {
        var world = Make();
        var outcome = world.Sh(Clock + """
            ticks; minic pause $N; status; ticks
            minic list | awk 'NR == 2 {print $3}'
            minic resume $N; status; ticks
            minic plan $N | grep -c 'the cgroup .* \[done\]' >/dev/null && minic delete -f $N
            """);
        outcome.Should().Be(new Outcome(0, "ticks\npaused\nstands\npaused\nrunning\nticks\n", ""));
    }

    [Fact]
    public void What_makes_no_sense_is_refused_in_runcs_words()
    {
        var world = Make();
        var outcome = world.Sh(Clock + """
            minic resume $N; echo $?
            minic pause $N; minic pause $N; echo $?
            minic exec $N true; echo $?
            minic delete $N; echo $?
            minic kill $N KILL; until [ "$(status)" = stopped ]; do sleep 0.05; done
            minic pause $N; echo $?
            minic resume $N; echo $?
            minic delete $N
            """);
        outcome.Output.Should().Be("1\n1\n255\n1\n1\n1\n");
        outcome.Error.Should().Be("""
            minic: resume container N: container not paused but running
            minic: pause container N: container not running but paused
            minic: run a command in container N: cannot exec in a paused container. minic resume N first; with --ignore-paused the command waits for that.
            minic: delete container N: it is paused. Stop it first (minic kill N KILL), or use delete --force.
            minic: pause container N: container not running but stopped
            minic: resume container N: container not paused but stopped

            """);
    }

    [Fact]
    public void A_command_for_a_paused_container_runs_once_that_is_resumed()
    {
        var world = Make();
        var outcome = world.Sh(Clock + """
            minic pause $N
            there=$(minic ps -f json $N | tr ',' '\n' | wc -l)
            minic exec --ignore-paused $N sh -c 'echo runs > /mnt/exec' & exec=$!
            until [ $(minic ps -f json $N | tr ',' '\n' | wc -l) -gt $there ]; do sleep 0.05; done
            [ -e clock/exec ] || echo waits
            minic resume $N; wait $exec; cat clock/exec
            minic delete -f $N
            """);
        outcome.Should().Be(new Outcome(0, "waits\nruns\n", ""));
    }

    [Fact]
    public void A_created_container_can_be_paused_and_a_paused_one_be_deleted_by_force()
    {
        var world = Make();
        world.Bundle("sleep 1000");
        var outcome = world.Sh("""
            status() { minic state $N | sed -n 's/.*"status": "\(.*\)".*/\1/p'; }
            minic create -b bundle $N; minic pause $N; status; minic resume $N; status
            minic start $N; minic pause $N; minic delete --force $N; minic list -q
            """);
        outcome.Should().Be(new Outcome(0, "paused\ncreated\n", ""));
    }

    [Fact]
    public void Kill_all_reaches_what_forks_without_an_end()
    {
        var world = Make();
        // Each child makes the next one and ends: whoever goes by a list of pids alone comes too late.
        var outcome = world.Sh("""
            mkdir shared; printf '%s\n' 'sh "$0" & exit 0' > shared/hare
            minic run -d --name $N --rootfs $ROOTFS --net none -v $TMP/shared:/mnt sh -c 'for i in 1 2 3 4 5 6 7 8; do sh /mnt/hare & done; exec sleep 1000' >/dev/null
            sleep 0.2
            # Its first process has no handler, and ignores this; the hares die of it.
            minic kill --all $N TERM; echo $?
            sleep 0.3; minic ps -f json $N | tr ',' '\n' | wc -l
            minic delete -f $N
            """);
        outcome.Should().Be(new Outcome(0, "0\n1\n", ""));
    }

    [Fact]
    public void Pause_is_a_plan_that_can_be_read_and_done_by_hand()
    {
        var world = Make();
        var outcome = world.Sh(Clock + """
            minic pause --explain $N | grep -c 'freeze the cgroup'
            minic pause --by-hand $N > hand; sh hand; status
            minic resume --by-hand $N > hand; sh hand; status
            minic delete -f $N
            """);
        outcome.Should().Be(new Outcome(0, "1\npaused\nrunning\n", ""));
    }

    [Fact]
    public void A_container_is_not_made_in_a_cgroup_that_is_frozen()
    {
        var world = Make();
        world.Bundle("sleep 1000");
        // Of another container, which is paused: one cgroup for both.
        var outcome = world.Sh("""
            sed -i "s|\"linux\": {|&\"cgroupsPath\": \"/$N/$N\",|" bundle/config.json
            minic run -d -b bundle $N-first; minic pause $N-first; timeout $((20 * ${MINIC_PACE:-1})) "$MINIC" --root "$STATE" run -b bundle $N-second; echo $?
            minic delete -f $N-first
            """);
        outcome.Output.Should().Be("1\n");
        outcome.Error.Should().Contain("container's cgroup unexpectedly frozen");
    }
}
