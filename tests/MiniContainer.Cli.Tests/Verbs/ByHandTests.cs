// The scripts of --by-hand, really run: what they make cannot be told from minic's own container, and the script of the way
// back leaves nothing. The scripts are written by this build's code; minic itself is what $MINIC names.

using System.CommandLine;

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class ByHandTests : MinicTest
{
    private const string View = "hostname; id; pwd; grep -E \"^(Cap|NoNew|Sig(Blk|Ign)|Groups)\" /proc/self/status; umask;"
        + " cut -d\" \" -f4- /proc/self/mountinfo | sed \"s/master:[0-9]* //\" | sort; ls -l /dev | cut -c1-40; ip -o addr | grep -v fe80; ip link | grep ether; ip route;"
        + " ip -6 route | grep -v fe80; cat /proc/self/cgroup; cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/devices/devices.list 2>/dev/null;"
        + " cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/memory.max 2>/dev/null; env | sort; cat /etc/resolv.conf; ls /proc | grep -c \"^[0-9]\"; ls /proc/self/fd | grep -c \"^[0-2]$\"; cat /mnt/passwd | head -n 1";

    private const string Host = "ip -br link; ip addr; ip route; nft list ruleset; cat /proc/sys/net/ipv4/ip_forward; cut -d' ' -f5- /proc/self/mountinfo; find /sys/fs/cgroup -name \"$N*\"; ls -R \"$STATE\" 2>&1";

    [SkippableTheory]
    [InlineData("none")]
    [InlineData("minic")]
    public void A_container_by_hand_is_minics_own(string net)
    {
        var world = Make();
        string[] arguments = ["--net", net, "--name", world.Name, "--memory", "64m", "--pids", "50", "-v", "/etc:/mnt:ro", "--rootfs", world.Rootfs, "sh", "-c", View];
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

    [SkippableFact]
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

        // grep of a word, since the directory listings of the two have the other's own files: the journal here, scripts there.
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

    // What minic of this build prints.
    private static void Script(MinicWorld world, string name, IReadOnlyList<string> words)
    {
        var output = new StringWriter();
        var command = new MinicCommand();
        var parsed = command.Parse(Usage.Read(command, ["--root", world.State, .. words]), MinicCommand.Parsing);
        parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output }).Should().Be(0);
        File.WriteAllText(Path.Combine(world.Temporary, name), output.ToString());
    }
}
