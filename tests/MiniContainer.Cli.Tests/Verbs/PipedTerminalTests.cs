// A terminal for the command where the caller has none: its output is a pipe, and its input a file that ends.

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class PipedTerminalTests : MinicTest
{
    [Fact]
    public void Into_a_pipe_a_newline_stays_one()
    {
        var world = Make();
        var outcome = world.Sh("""
            minic run --net none --rootfs $ROOTFS --name $N -t sh -c 'tty; echo two' </dev/null
            minic run -d --net none --rootfs $ROOTFS --name $N sleep 1000 >/dev/null; minic exec -t $N sh -c 'tty; echo two' </dev/null; minic delete -f $N
            """);
        outcome.Should().Be(new Outcome(0, "/dev/pts/0\ntwo\n/dev/pts/0\ntwo\n", ""));
    }

    [Fact]
    public void But_for_that_the_terminal_is_like_any_other()
    {
        var world = Make();
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "needs script(1)");
        // script(1) gives minic a terminal to show the output on: then nothing about the container's is changed.
        var outcome = world.Sh("""
            modes() { tr ' ;' '\n\n' | tr -d '\r' | sort; }
            minic run --net none --rootfs $ROOTFS --name $N -t sh -c 'stty -a </dev/tty' </dev/null 2>&1 | grep -v '^stty:' | modes >piped
            script -qc "$MINIC --root $STATE run --net none --rootfs $ROOTFS --name $N -t sh -c 'stty -a'" /dev/null </dev/null | modes >shown
            grep -x -e onlcr -e -onlcr piped shown; grep -vx -e 'rows' -e 'columns' -e '[0-9]*' -e onlcr -e -onlcr piped | grep -e '^-\?i' -e '^-\?e' -e '^-\?o' >1; grep -e '^-\?i' -e '^-\?e' -e '^-\?o' shown | grep -vx -e onlcr -e -onlcr >2; cmp 1 2 && [ -s 1 ] && echo the same
            """);
        outcome.Output.Should().Be("piped:-onlcr\nshown:onlcr\nthe same\n");
    }

    [Theory]
    [InlineData("cat", "")]
    [InlineData("cat", "one\\ntwo\\n")]
    [InlineData("cat", "no newline")]
    [InlineData("sh -c 'cat; cat; cat'", "")]
    [InlineData("sh", "")]
    [InlineData("sh -c 'sleep 0.5; exec sh'", "")]
    public void The_end_of_its_input_is_an_end_for_the_command(string command, string typed) =>
        Make().Sh(
            $"printf '{typed}' | timeout $((60 * ${{MINIC_PACE:-1}})) \"$MINIC\" --root \"$STATE\" run --net none "
                + $"--rootfs $ROOTFS --name $N -t {command} >/dev/null; echo ${{PIPESTATUS[1]}}").Output.Should()
                .Be("0\n");

    [Fact]
    public void Signals_are_passed_on_after_that()
    {
        var outcome = Make().Sh("""
            "$MINIC" --root "$STATE" run --net none --rootfs $ROOTFS --name $N -t sh -c 'trap "exit 3" TERM; echo up; while :; do sleep 0.1; done' </dev/null >out & minic=$!
            until grep -q up out; do sleep 0.05; done; sleep 0.2; kill -TERM $minic; wait $minic; echo $?
            """);
        outcome.Output.Should().Be("3\n");
    }
}
