// minic run, as a user meets it: exit codes, streams, signals.

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class RunTests : MinicTest
{
    [Theory]
    [InlineData("true", 0)]
    [InlineData("sh -c 'exit 3'", 3)]
    [InlineData("/etc/passwd", 126)]
    [InlineData("/etc", 126)]
    [InlineData("nonexistent", 127)]
    [InlineData("/bin/nonexistent", 127)]
    public void The_exit_code_is_the_commands(string command, int code)
    {
        var world = Make();
        world.Sh($"minic run --name $N --rootfs $ROOTFS {command}").Code.Should().Be(code);
    }

    [Fact]
    public void A_root_file_system_has_a_name_and_a_directory_here_comes_first()
    {
        var outcome = Make().Sh("""
            mkdir images elsewhere; cp -r $ROOTFS images/toy; echo named > images/toy/etc/which; export MINIC_IMAGES=$TMP/images
            run() { minic run --rootfs "$1" --name $N --net none cat /etc/which; echo $?; }
            run toy; cp -r images/toy elsewhere; echo here > elsewhere/toy/etc/which; cd elsewhere; run toy; run ./toy; run ./nothing; run nothing
            """);
        outcome.Output.Should().Be("named\n0\nhere\n0\nhere\n0\n125\n125\n");
        outcome.Error.Should().Contain("use the root file system ./nothing: there is no such directory. ").And
            .Contain("there is no such directory here, and no nothing in TMP/images, ");
    }

    [Fact]
    public void A_killed_command_is_128_plus_the_signal()
    {
        var world = Make();
        world.Sh("""
            minic run --name $N --rootfs $ROOTFS sleep 1000 & run=$!
            until [ "$(minic state $N 2>/dev/null | grep -c running)" = 1 ]; do sleep 0.05; done
            minic kill $N KILL
            wait $run
            """).Code.Should().Be(137);
    }

    [Fact]
    public void SIGTERM_is_passed_on()
    {
        var world = Make();
        var outcome = world.Sh("""
            "$MINIC" --root $STATE run --name $N --rootfs $ROOTFS sh -c 'trap "echo got it; exit 42" TERM; echo ready > /proc/1/fd/2; while :; do sleep 0.05; done' 2>$TMP/ready & run=$!
            until [ -s $TMP/ready ]; do sleep 0.05; done
            kill -TERM $run
            wait $run
            """);
        outcome.Should().Be(new Outcome(42, "got it\n", ""));
    }

    [Fact]
    public void Streams_are_the_callers()
    {
        var world = Make();
        world.Sh("echo in | minic run --name $N --rootfs $ROOTFS sh -c 'cat; echo err >&2'").Should()
            .Be(new Outcome(0, "in\n", "err\n"));
    }

    [Theory]
    [InlineData("0<&-", "cat; echo end", "end\n")]
    [InlineData("1>&-", "echo lost; echo kept >&2", "")]
    [InlineData("0<&- 1>&- 2>&-", "exit 0", "")]
    public void A_closed_stream_is_empty(string redirection, string script, string output)
    {
        var world = Make();
        var outcome = world.Sh($"minic run --name $N --rootfs $ROOTFS sh -c '{script}' {redirection}");
        (outcome.Code, outcome.Output).Should().Be((0, output));
    }

    [Fact]
    public void A_pipe_that_closes_ends_its_writer()
    {
        var world = Make();
        // The second yes is PID 1, which no signal ends that it has no handler for: its write fails, and it says so.
        world.Sh(
            "minic run --name $N --rootfs $ROOTFS sh -c 'yes | head -n 2'; minic run --name ${N}b --rootfs $ROOTFS "
                + "yes 2>/dev/null | head -n 1").Should().Be(new Outcome(0, "y\ny\ny\n", ""));
    }

    [Fact]
    public void The_container_is_as_asked()
    {
        var world = Make();
        var outcome = world.Sh("""
            echo data > $TMP/file; chmod 755 $TMP
            minic run --name $N --hostname lab --rootfs $ROOTFS --pids 20 --read-only -v $TMP:/mnt:ro -e A=1 -w /tmp -u 1000:1000 sh -c 'hostname; id -u; id -g; echo $A; pwd; cat /mnt/file; echo $$; touch /x /mnt/y 2>&1 | wc -l'
            """);
        outcome.Should().Be(new Outcome(0, "lab\n1000\n1000\n1\n/tmp\ndata\n1\n2\n", ""));
    }

    [Fact]
    public void A_command_needs_no_dashes_before_it()
    {
        var world = Make();
        world.Sh("minic run --name $N --rootfs $ROOTFS sh -c 'echo \"$@\"' x -it --rootfs=y -- @z").Output.Should()
            .Be("-it --rootfs=y -- @z\n");
    }

    [Fact]
    public void Detached_it_prints_its_name_and_leaves_its_output_in_a_file()
    {
        var world = Make();
        var outcome = world.Sh("""
            id=$(minic run -d --name $N --rootfs $ROOTFS sh -c 'echo hello; sleep 1000')
            [ "$id" = "$N" ] || exit 1
            until [ -s $STATE/containers/$N/output ]; do sleep 0.05; done
            cat $STATE/containers/$N/output
            minic delete -f $N
            """);
        outcome.Should().Be(new Outcome(0, "hello\n", ""));
    }

    [Fact]
    public void Descriptors_are_preserved_when_asked_for()
    {
        var world = Make();
        world.Sh("minic run --name $N --rootfs $ROOTFS --preserve-fds 1 cat /proc/self/fd/3 3< <(echo three)").Output
            .Should().Be("three\n");
        world.Sh("minic run --name $N --rootfs $ROOTFS ls /proc/self/fd 3</dev/null").Output.Should()
            .Be("0\n1\n2\n3\n", "3 is the directory that ls reads, not the caller's file");
    }

    [Fact]
    public void A_killed_minic_is_put_right_by_gc()
    {
        var world = Make();
        var outcome = world.Sh("""
            "$MINIC" --root $STATE run --name $N --rootfs $ROOTFS sleep 1000 & run=$!
            until [ "$(minic state $N 2>/dev/null | grep -c running)" = 1 ]; do sleep 0.05; done
            minic gc
            kill -KILL $run
            wait $run 2>/dev/null
            minic gc
            minic gc
            """);
        world.Neutral(outcome.Output).Should()
            .Be("removed container N\n", "while its minic lives nothing is garbage, and once removed it is gone");
    }
}
