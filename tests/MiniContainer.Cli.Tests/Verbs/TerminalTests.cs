// minic on a terminal, driven through tmux(1): what a person types and sees.

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class TerminalTests : MinicTest
{
    [Fact]
    public void A_shell_in_a_container_has_a_terminal_of_its_own()
    {
        var world = Make();
        using var tmux = new Tmux(world);
        tmux.Type("minic run -it --name $N --hostname lab --rootfs $ROOTFS sh");
        tmux.WaitFor("/ #");
        tmux.Type("tty; stty size; echo TERM=$TERM");
        tmux.WaitFor("/dev/pts/0", "24 80", "TERM=xterm");
        tmux.Resize(100, 30);
        // The news travels by signals: tmux tells minic, minic tells the container's terminal.
        tmux.Type("until stty size | grep '30 100'; do sleep 0.1; done");
        tmux.WaitFor("\n30 100");
        tmux.Type("exit 7");
        // What is typed before minic has gone is still the container's.
        tmux.WaitForPrompt();
        tmux.Type("echo code=$?; stty -a | tr ' ' '\\n' | grep -x -e icanon -e echo -e isig | sort | tr '\\n' ,");
        tmux.WaitFor("code=7", "echo,icanon,isig");
    }

    [Fact]
    public void Ctrl_C_and_Ctrl_Z_are_the_containers()
    {
        var world = Make();
        using var tmux = new Tmux(world);
        tmux.Type("minic run -it --name $N --rootfs $ROOTFS sh");
        tmux.WaitFor("/ #");
        // A key that comes before the command runs would be the shell's own.
        tmux.Type("sh -c 'echo fi\"\"rst; exec sleep 1000'");
        tmux.WaitFor("first");
        tmux.Key("C-c");
        tmux.Type("echo interrupted=$?");
        tmux.WaitFor("interrupted=130");
        tmux.Type("sh -c 'echo se\"\"cond; exec sleep 999'");
        tmux.WaitFor("second");
        tmux.Key("C-z");
        tmux.WaitFor("Stopped");
        // exit would ask about the stopped job; the end of PID 1 is the end of all.
        tmux.Type("exec true");
        tmux.WaitForPrompt();
    }

    [Fact]
    public void Exec_has_a_terminal_too()
    {
        var world = Make();
        using var tmux = new Tmux(world);
        tmux.Type("minic run -d --name $N --rootfs $ROOTFS sleep 1000; minic exec -it $N sh");
        tmux.WaitFor("/ #");
        tmux.Type("tty; stty size; exit 5");
        tmux.WaitFor("/dev/pts/0", "24 80");
        tmux.Type("echo code=$?; minic delete -f $N; echo gone=$?");
        tmux.WaitFor("code=5", "gone=0");
    }

    [Fact]
    public void The_master_is_sent_to_the_console_socket()
    {
        var world = Make();
        world.Bundle("sh -c tty;stty<size".Replace("<", " ", StringComparison.Ordinal), terminal: true);
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "needs python3, for a listener that is not minic");
        var outcome = world.Sh("""
            cat > listen.py <<'P'
            import array, os, socket
            s = socket.socket(socket.AF_UNIX); s.bind("console"); s.listen(); open("ready", "w")
            c, _ = s.accept()
            _, ancillary, _, _ = c.recvmsg(64, socket.CMSG_SPACE(4))
            master = array.array("i", ancillary[0][2])[0]
            print(os.read(master, 100).decode().split()[0])
            P
            python3 listen.py & listener=$!
            until [ -e ready ]; do sleep 0.05; done
            minic create -b bundle --console-socket console $N && minic start $N
            wait $listener
            minic delete -f $N
            """);
        outcome.Should().Be(new Outcome(0, "/dev/pts/0\n", ""));
    }
}
