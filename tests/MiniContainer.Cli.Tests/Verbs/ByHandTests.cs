// The scripts of --by-hand, really run: what they make cannot be told from minic's own container, and the script of the
// way back leaves nothing. The scripts are written by this build's code; minic itself is what $MINIC names.

using System.CommandLine;

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class ByHandTests : MinicTest
{
    private const string View = "hostname; id; pwd; grep -E \"^(Cap|NoNew|Sig(Blk|Ign)|Groups)\" /proc/self/status; "
        + "umask; cut -d\" \" -f4- /proc/self/mountinfo | sed \"s/master:[0-9]* //\" | sort; ls -l /dev | cut -c1-40; "
        + "ip -o "
        + "addr | grep -v fe80; ip link | grep ether; ip route;"
        + " ip -6 route | grep -v fe80; cat /proc/self/cgroup; cat /sys/fs/cgroup/pids/pids.max "
        + "/sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/devices/devices.list 2>/dev/null;"
        + " cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/memory.max 2>/dev/null; env | sort; cat /etc/resolv.conf; set "
        + "-- /proc/[0-9]*; echo $#; ls /proc/self/fd | grep -c \"^[0-2]$\"; cat /mnt/passwd | head -n 1;"
        + " cat /proc/self/uid_map /proc/self/oom_score_adj; cat /proc/self/timens_offsets; ulimit -n; cut -d\" \" "
        + "-f18,19,41 /proc/self/stat; cat /proc/sys/kernel/domainname";

    private const string Host = "ip -br link; ip addr; ip route; nft list ruleset; cat /proc/sys/net/ipv4/ip_forward; "
        + "cut -d' ' -f5- /proc/self/mountinfo; find /sys/fs/cgroup -name \"$N*\"; ls -R \"$STATE\" 2>&1";

    [Theory]
    [InlineData("none")]
    [InlineData("minic")]
    public void A_container_by_hand_is_minics_own(string net)
    {
        var world = Make();
        string[] arguments = ["--net", net, "--name", world.Name, "--memory", "64m", "--pids", "50", "-v",
            "/etc:/mnt:ro", "--rootfs", world.Rootfs, "sh", "-c", View];
        Script(world, "do", ["run", "--by-hand", .. arguments]);
        Script(world, "undo", ["run", "--by-hand=undo", .. arguments]);
        Directory.Exists(world.State).Should().BeFalse("a plan that is read touches nothing");

        var outcome = world.Sh($$"""
            look() { {{Host}}; }
            ip link set lo up; look > before
            minic run {{string.Join(" ", arguments[..^1])}} '{{View}}' > minic.out || exit 1
            sh do > hand.out || exit 2
            sh undo || exit 3
            look > after
            sh undo || exit 4
            diff minic.out hand.out && diff before after && [ -s hand.out ] && shellcheck do undo
            """);

        outcome.Should().Be(new Outcome(0, "", ""));
    }

    [Fact]
    public void A_pod_by_hand_is_minics_own()
    {
        var world = Make();
        File.WriteAllText(Path.Combine(world.Temporary, "pod.yaml"), $$"""
            apiVersion: v1
            kind: Pod
            metadata: { name: {{world.Name}} }
            spec:
              hostname: webby
              containers:
                - name: one
                  image: {{world.Rootfs}}
                  command: [sh, -c, {{System.Text.Json.JsonSerializer.Serialize(View + "; echo end; sleep 1000")}}]
                  resources: { limits: { memory: 64Mi } }
                  ports: [{ containerPort: 80, hostPort: 8080 }]
                  volumeMounts: [{ name: data, mountPath: /data }]
              volumes: [{ name: data, emptyDir: {} }]
            """);
        string[] file = ["--net", "minic", Path.Combine(world.Temporary, "pod.yaml")];
        Script(world, "do", ["pod", "run", "--by-hand", .. file]);
        Script(world, "undo", ["pod", "run", "--by-hand=undo", .. file]);

        // grep of a word, since the directory listings of the two have the other's own files: the journal here, scripts
        // there.
        var outcome = world.Sh($$"""
            look() { {{Host}}; }
            host() { ip -br address | sed 's/@[^ ]*//' | grep -v fe80; ip route; nft list table inet minic; find /sys/fs/cgroup -name "*$N*" | sort; }
            log=$STATE/pods/$N/logs/one.log
            ip link set lo up; look > before
            minic pod run {{string.Join(" ", file)}} > up || exit 1
            until grep -q end $log; do sleep 0.05; done; cp $log minic.out; host > minic.host
            minic pod rm -f $N
            sh do || exit 2
            until grep -q end $log; do sleep 0.05; done; cp $log hand.out; host > hand.host
            sh undo || exit 3
            look > after
            sed -i 's/ [^ ]*fe80.*//' minic.host hand.host
            diff minic.out hand.out && diff minic.host hand.host && diff before after && shellcheck do undo
            """);

        outcome.Should().Be(new Outcome(0, "", ""));
    }

    // Both are made by create and start; what they print before start, which is nothing, comes first.
    [Theory]
    [InlineData("plain")]
    [InlineData("user")]
    [InlineData("everything")]
    public void A_created_container_by_hand_is_minics_own_and_starts_as_it_does(string kind)
    {
        var world = Make();
        var bundle = ByHandBundles.Write(world, kind, View + "; echo end; exec sleep 1000");
        Script(world, "do", ["create", "--by-hand", "-b", bundle, world.Name]);
        Script(world, "undo", ["create", "--by-hand=undo", "-b", bundle, world.Name]);

        var outcome = world.Sh($$"""
            look() { {{Host}}; }
            ended() { until grep -q end $1; do sleep 0.05; done; }
            look > before
            minic create -b {{bundle}} $N > minic.out && [ ! -s minic.out ] && minic start $N || exit 1
            ended minic.out; minic delete -f $N; [ ! -e hooks/log ] || { mv hooks/log minic.log; install -m 666 /dev/null hooks/log; }
            dash do > hand.out 2> said || exit 2
            [ ! -s hand.out ] && grep -q "^[Tt]o start it" said && sed -i '/^To start/d' said || exit 3
            dash "$STATE/containers/$N/start.sh" 2>> said; ended hand.out
            dash undo 2>> said && dash undo 2>> said || exit 4
            look > after; [ ! -e hooks/log ] || mv hooks/log hand.log
            diff minic.out hand.out && diff before after && cat said && shellcheck do undo
            [ ! -e minic.log ] || diff minic.log hand.log
            """);

        outcome.Should().Be(new Outcome(0, "", ""));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("user")]
    [InlineData("everything")]
    public void A_command_in_a_container_by_hand_is_as_minics_own(string kind)
    {
        var world = Make();
        var bundle = ByHandBundles.Write(world, kind, "exec sleep 1000");
        world.Sh($"minic run -d -b {bundle} $N > /dev/null 2>&1").Should().Be(new Outcome(0, "", ""));
        string[] command = [world.Name, "sh", "-c", $"{View}; exit 7"];
        Script(world, "do", ["exec", "--by-hand", .. command]);
        Script(world, "stay", ["exec", "--by-hand", "-d", world.Name, "sleep", "2000"]);
        Script(world, "undo", ["exec", "--by-hand=undo", "-d", world.Name, "sleep", "2000"]);

        var outcome = world.Sh($$"""
            minic exec $N sh -c '{{command[^1].Replace("'", "'\\''", StringComparison.Ordinal)}}' > minic.out; [ $? = 7 ] || exit 1
            dash do > hand.out; [ $? = 7 ] || exit 2
            diff minic.out hand.out && [ -s hand.out ] || exit 3
            dash stay && minic exec $N ps | grep -q '[s]leep 2000' || exit 4
            dash undo && dash undo; minic exec $N ps | grep '[s]leep 2000'
            minic delete -f $N && shellcheck do stay undo
            """);

        outcome.Should().Be(new Outcome(0, "", ""));
    }

    [Fact]
    public void What_minic_made_is_started_and_deleted_by_hand()
    {
        var world = Make();
        var bundle = ByHandBundles.Write(world, "everything", "echo started; exec sleep 1000");
        world.Sh($"minic create -b {bundle} $N > out 2>&1").Should().Be(new Outcome(0, "", ""));
        Script(world, "start", ["start", "--by-hand", world.Name]);
        Script(world, "delete", ["delete", "--by-hand", world.Name]);

        var outcome = world.Sh("""
            dash start; until grep -q started out; do sleep 0.05; done
            dash delete && dash delete && shellcheck start delete
            cut -d' ' -f1 hooks/log | grep -v '^{' | tr '\n' ' '; ls -d "$STATE" 2>&1
            """);

        outcome.Output.Should().StartWith("createRuntime createContainer startContainer poststart poststop ls: ");
        outcome.Error.Should().BeEmpty();
        world.Left().Should().BeEmpty();
    }

    [Fact]
    public void A_network_that_minic_made_goes_by_hand_with_its_last_container()
    {
        var world = Make();
        var outcome = world.Sh($$"""
            look() { {{Host}}; }
            ip link set lo up; look > before
            run() { minic run -d --net minic --rootfs "$ROOTFS" --name $1 sleep 1000 >/dev/null; }
            run $N-a && run $N-b || exit 1
            minic delete --force --by-hand $N-a > first
            dash first && dash first && ip link show minic0 >/dev/null && minic exec $N-b true || exit 2
            minic delete --force --by-hand $N-b > last
            # While another one uses it, a script that was printed before leaves the network alone.
            run $N-c
            dash last && nft list table inet minic >/dev/null && ip link show minic0 >/dev/null || exit 3
            minic delete --force --by-hand $N-c > last
            dash last && dash last && shellcheck first last || exit 4
            look > after; diff before after; grep -c 'ip link del minic0' first last
            """);

        outcome.Should().Be(new Outcome(0, "first:0\nlast:1\n", ""));
    }

    // What minic of this build prints.
    private static void Script(MinicWorld world, string name, IReadOnlyList<string> words)
    {
        var output = new StringWriter();
        var command = new MinicCommand();
        var parsed = command.Parse(Usage.Read(command, ["--root", world.State, .. words]), MinicCommand.Parsing);
        parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output }).Should()
            .Be(0);
        File.WriteAllText(Path.Combine(world.Temporary, name), output.ToString());
    }
}
