// podman, the real one, with minic for its runtime: what people do with containers all day.

namespace MiniContainer.Cli.Tests.Engines;

[Collection("minic")]
public sealed class PodmanTests : MinicTest
{
    // ulimits: podman would ask for more than a machine may have to give.
    private const string Podman = """
        printf '[containers]\ndefault_ulimits=["nofile=1024:1024","nproc=1024:1024"]\n[engine]\nevents_logger="file"\n' > $TMP/containers.conf
        printf '[storage]\ndriver="vfs"\ngraphroot="%s"\nrunroot="%s"\n' $TMP/root $TMP/run > $TMP/storage.conf
        printf '{"default":[{"type":"insecureAcceptAnything"}]}' > $TMP/policy.json
        export CONTAINERS_CONF=$TMP/containers.conf CONTAINERS_STORAGE_CONF=$TMP/storage.conf
        podman() { command podman --root $TMP/root --runroot $TMP/run --tmpdir $TMP/tmp --cgroup-manager cgroupfs --runtime $MINIC "$@"; }
        run() { podman run --net none --cgroup-parent /$N "$@"; }
        status() { podman inspect -f '{{.State.Status}}' $1; }
        knob() { for f in $1 $2; do find /sys/fs/cgroup -path "*/$N/libpod-*" -name $f -exec cat {} \; 2>/dev/null; done; }

        """;

    [Fact]
    public void Containers_of_a_directory_are_run_entered_paused_updated_killed_and_removed() => Make().Engine("podman", Podman + """
        run --rm --rootfs $ROOTFS sh -c 'echo hello; exit 7'; echo $?
        run -d --name box --memory 64m --pids-limit 30 --rootfs $ROOTFS sleep 1000 >/dev/null; status box
        knob memory.limit_in_bytes memory.max; knob pids.max
        podman exec box sh -c 'echo inside; exit 3'; echo $?
        podman exec -u 1000 -w /tmp -e A=b box sh -c 'id -u; pwd; echo $A'
        podman exec -d box sleep 500 >/dev/null; podman top box args | tail -n +2 | sed 's/ *$//'
        podman exec box nonexistent >/dev/null 2>&1; echo $?
        podman pause box >/dev/null; status box; podman exec box true 2>/dev/null || echo not in a paused one; podman unpause box >/dev/null; status box
        podman update --memory 80m box >/dev/null; knob memory.limit_in_bytes memory.max
        podman kill -s USR1 box >/dev/null; status box
        podman kill box >/dev/null; podman wait box; status box
        podman restart -t 0 box >/dev/null; status box; podman stop -t 0 box >/dev/null; status box
        podman start box >/dev/null; podman rm -f -t 0 box >/dev/null; podman ps -aq
        """).Should().Be("""
        hello
        7
        running
        67108864
        30
        inside
        3
        1000
        /tmp
        b
        sleep 1000
        sleep 500
        127
        paused
        not in a paused one
        running
        83886080
        running
        137
        exited
        running
        exited
        left: 

        """);

    [Fact]
    public void Containers_of_an_image_have_terminals_users_and_go_by_themselves() => Make().Engine("podman", Podman + """
        tar -C $ROOTFS -c . | podman import -q - localhost/busybox >/dev/null 2>&1
        run --rm localhost/busybox sh -c 'echo image > /file; cat /file'
        run --rm -t localhost/busybox sh -c '[ -t 0 ] && tty' | tr -d '\r'
        run -d -t --name terminal localhost/busybox sh >/dev/null; podman exec -t terminal tty | tr -d '\r'; podman rm -f -t 0 terminal >/dev/null
        run --rm -d --name short localhost/busybox sh -c 'echo logged; sleep 0.5' >/dev/null
        for i in $(seq 100); do podman logs short | grep logged && break; sleep 0.1; done; for i in $(seq 100); do [ -n "$(podman ps -aq)" ] || break; sleep 0.1; done
        run --rm --user 1000:100 --cap-drop all --hostname box -v $ROOTFS/etc:/e:ro localhost/busybox sh -c 'id -u; hostname; grep CapEff /proc/self/status; touch /e/x 2>/dev/null || echo read-only'
        run --rm --uidmap 0:100000:1000 --gidmap 0:100000:1000 localhost/busybox sh -c 'id -u; cat /proc/self/uid_map | xargs'
        run --rm --pid host --ipc host --uts host localhost/busybox sh -c '[ $$ != 1 ] && echo not the first'
        run --rm localhost/busybox nonexistent >/dev/null 2>&1; echo $?; run --rm localhost/busybox /etc/passwd >/dev/null 2>&1; echo $?
        """).Should().Be("""
        image
        /dev/pts/0
        /dev/pts/1
        logged
        1000
        box
        CapEff:	0000000000000000
        read-only
        0
        0 100000 1000
        not the first
        127
        126
        left: 

        """);
}
