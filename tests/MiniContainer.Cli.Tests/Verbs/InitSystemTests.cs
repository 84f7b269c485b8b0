// What an init system or an engine hands to minic for the command, and gets back: sockets, a word, a pidfd. The other
// side of each is a program in Python, which is not minic.

using MiniContainer.Containers.Oci;

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class InitSystemTests : MinicTest
{
    // Prints what comes to the socket "host", without the pid, until a barrier; says whose pid it was.
    private const string Listener = """
        cat >listen.py <<'P'
        import os, socket, sys
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind("host"); open("listening", "w")
        while True:
            data, fds, _, _ = socket.recv_fds(s, 4096, 4)
            text = data.decode().strip()
            if text.startswith("MAINPID="):
                open("mainpid", "w").write(text[8:])
            print(text.split("=")[0] if text.startswith("MAINPID=") else text, flush=True)
            if text == "BARRIER=1":
                [os.close(fd) for fd in fds]
                break
        P
        python3 listen.py & listener=$!; until [ -e listening ]; do sleep 0.05; done

        """;

    // BusyBox has no tool for datagrams: the container has the host's files, and its Python.
    private const string Says =
        """python3 -c 'import os, socket; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.connect(os.environ["NOTIFY_SOCKET"]); s.send(b"STATUS=soon"); s.send(b"READY=1")'; exec sleep 1000""";

    private static Spec OnTheHostsFiles(Spec spec) => spec with
    {
        Process = spec.Process! with
        {
            User = new User { Uid = 1000 },
            Env = [.. spec.Process.Env!, $"PATH={Environment.GetEnvironmentVariable("PATH")}"],
        },
        Mounts = [.. spec.Mounts!,
            .. new[] { "/usr", "/lib", "/lib64", "/bin", "/root/.pyenv" }.Where(Directory.Exists)
                .Select(d => new Mount { Destination = d, Type = "bind", Source = d, Options = ["rbind", "ro"] })],
    };

    private MinicWorld MakeWithPython()
    {
        var world = Make();
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "needs /usr/bin/python3, for a listener that is not minic");
        return world;
    }

    [Fact]
    public void The_word_that_a_service_is_ready_reaches_the_init_system()
    {
        var world = MakeWithPython();
        world.Configure(Says.Replace("python3", "/usr/bin/python3", StringComparison.Ordinal), OnTheHostsFiles);
        var outcome = world.Sh(Listener + """
            export NOTIFY_SOCKET=$TMP/host
            minic create -b bundle --pid-file pid $N </dev/null >/dev/null 2>err && minic start $N; echo $?; cat err
            wait $listener; cmp pid mainpid && minic delete -f $N
            """);
        outcome.Should().Be(new Outcome(0, "READY=1\nMAINPID\nBARRIER=1\n0\n", ""));
    }

    [Fact]
    public void A_detached_run_waits_for_that_word()
    {
        var world = MakeWithPython();
        world.Configure(Says.Replace("python3", "/usr/bin/python3", StringComparison.Ordinal), OnTheHostsFiles);
        var outcome = world.Sh(Listener + """
            NOTIFY_SOCKET=$TMP/host minic run -d -b bundle --pid-file pid $N </dev/null >/dev/null 2>err; echo $?; cat err
            wait $listener; cmp pid mainpid && minic delete -f $N
            """);
        outcome.Should().Be(new Outcome(0, "READY=1\nMAINPID\nBARRIER=1\n0\n", ""));
    }

    [Fact]
    public void A_service_that_ends_without_a_word_is_not_waited_for()
    {
        var world = Make();
        world.Configure("echo $NOTIFY_SOCKET; ls /run/notify; sleep 0.2");
        world.Sh(
            "NOTIFY_SOCKET=@nobody minic run -b bundle $N </dev/null; NOTIFY_SOCKET=@nobody minic run -d -b bundle $N "
                + "</dev/null >/dev/null; minic delete -f $N")
            .Should().Be(new Outcome(0, "/run/notify/notify.sock\nnotify.sock\n", ""));
    }

    [Fact]
    public void Open_sockets_are_the_commands_and_it_is_process_1()
    {
        var world = Make();
        world.Configure("env | grep ^LISTEN | sort; echo $$; cat <&3; cat <&4; cat <&5");
        var outcome = world.Sh("""
            echo three >3; echo four >4; echo five >5
            (export LISTEN_FDS=2 LISTEN_FDNAMES=a:b LISTEN_PID=$BASHPID; exec $MINIC --root $STATE run -b bundle --preserve-fds 1 $N 3<3 4<4 5<5)
            """);
        outcome.Should()
            .Be(new Outcome(0, "LISTEN_FDNAMES=a:b\nLISTEN_FDS=2\nLISTEN_PID=1\n1\nthree\nfour\nfive\n", ""));
    }

    [Fact]
    public void Sockets_meant_for_another_process_are_none_of_the_containers()
    {
        var world = Make();
        world.Configure("env | grep -c ^LISTEN; ls /proc/self/fd | wc -l");
        world.Sh("LISTEN_FDS=1 LISTEN_PID=1 minic run -b bundle $N 3</dev/null").Output.Should().Be("0\n4\n");
    }

    [Fact]
    public void A_pidfd_is_sent_to_whoever_asks_for_it()
    {
        var world = MakeWithPython();
        world.Configure("exec sleep 1000");
        var outcome = world.Sh("""
            cat >listen.py <<'P'
            import os, socket
            s = socket.socket(socket.AF_UNIX); s.bind("pidfds"); s.listen(); open("ready", "w")
            for _ in range(3):
                c, _ = s.accept()
                data, fds, _, _ = socket.recv_fds(c, 64, 1)
                pid = [l.split()[1] for l in open("/proc/self/fdinfo/%d" % fds[0]) if l.startswith("Pid:")][0]
                print(data.decode(), open("/proc/%s/comm" % pid).read().strip() != "", flush=True)
            P
            python3 listen.py & until [ -e ready ]; do sleep 0.05; done
            minic create --pidfd-socket pidfds -b bundle $N </dev/null >/dev/null 2>err && minic start $N && minic exec --pidfd-socket pidfds $N true; echo $?; cat err
            minic delete -f $N; minic run -d --pidfd-socket pidfds -b bundle $N </dev/null >/dev/null 2>err; wait; minic delete -f $N
            minic run --pidfd-socket nowhere -b bundle $N; echo $?
            """);
        outcome.Output.Should().Be("standard True\nsetns True\n0\nstandard True\n1\n");
        outcome.Error.Should().StartWith("minic: send the pidfd of N to nowhere: connect(\"nowhere\")");
    }
}
