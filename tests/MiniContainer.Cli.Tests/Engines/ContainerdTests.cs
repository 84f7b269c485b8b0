// containerd, the real one, and its shim io.containerd.runc.v2 with minic in runc's place. What the shim says to a
// runtime is what Kubernetes has it say. It runs with directories and a socket of its own, and ends with the test.

namespace MiniContainer.Cli.Tests.Engines;

[Collection("minic")]
public sealed class ContainerdTests : MinicTest
{
    private const string Containerd = """
        cat > config.toml <<END
        version = 2
        root = "$TMP/root"
        state = "$TMP/state"
        disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]
        [grpc]
          address = "$TMP/socket"
        [ttrpc]
          address = "$TMP/socket.ttrpc"
        END
        containerd -c config.toml > log 2>&1 &
        ctr() { command ctr -a $TMP/socket -n $N "$@"; }
        run() { ctr run --runc-binary $MINIC --runc-root /run/minic "$@" </dev/null; }
        status() { ctr task ls | awk -v id=$1 '$1 == id {print $3}'; }
        for i in $(seq 100); do ctr version >/dev/null 2>&1 && break; sleep 0.1; done; ctr version >/dev/null || { tail -n 5 log; exit 1; }

        """;

    [Fact]
    public void Tasks_are_run_entered_paused_killed_restarted_and_removed() => Make().Engine("containerd", Containerd + """
        run --rm --rootfs $ROOTFS one sh -c 'echo hello; exit 4'; echo $?
        run -d --memory-limit 67108864 --rootfs $ROOTFS box sleep 1000; status box
        ctr task metrics box | awk '/^memory.(limit_in_bytes|usage_limit)/ {print $2}'
        ctr task exec --exec-id e1 box sh -c 'echo inside; exit 3'; echo $?
        ctr task exec --exec-id e2 box nonexistent 2>&1 | grep -o ENOENT
        ctr task exec -d --exec-id e3 box sleep 500; ctr task ps box | tail -n +2 | wc -l
        ctr task pause box; status box; ctr task resume box; status box
        ctr task kill -s USR1 box; ctr task kill -s KILL -a box; for i in $(seq 100); do [ "$(status box)" != STOPPED ] || break; sleep 0.1; done
        ctr task kill box 2>&1 | grep -o 'process already finished'
        ctr task rm box 2>/dev/null; ctr task start -d box; status box; ctr task rm -f box 2>/dev/null; ctr c rm box; ctr c ls -q
        run --rm --rootfs $ROOTFS none nonexistent 2>&1 | grep -o 'OCI runtime create failed: execute nonexistent'
        """).Should().Be("""
        hello
        4
        RUNNING
        67108864
        inside
        3
        ENOENT
        2
        PAUSED
        RUNNING
        process already finished
        RUNNING
        OCI runtime create failed: execute nonexistent
        left: 

        """);

    [Fact]
    public void Tasks_of_an_image_run_with_a_terminal_and_go_by_themselves() => Make().Engine("containerd", EngineWorld.Image + Containerd + """
        image; ctr image import --snapshotter native image.tar >/dev/null
        run --rm --snapshotter native localhost/busybox:latest one sh -c 'echo image > /file; cat /file'
        script -qec "ctr -a $TMP/socket -n $N run --runc-binary $MINIC --runc-root /run/minic --rm -t --snapshotter native localhost/busybox:latest two tty" /dev/null </dev/null | grep -ao '/dev/pts/[0-9]*'
        run -d --snapshotter native localhost/busybox:latest three sleep 1000; ctr task rm -f three 2>/dev/null; ctr c rm three; ctr task ls -q; ctr c ls -q
        """).Should().Be("image\n/dev/pts/0\nleft: \n");
}
