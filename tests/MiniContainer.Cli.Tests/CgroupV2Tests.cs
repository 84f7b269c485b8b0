using MiniContainer.Containers.Oci;

namespace MiniContainer.Cli.Tests;

/// <summary>
/// minic on a machine with cgroup version 2 alone: a virtual one, since not every test machine has it.
/// </summary>
[Collection("minic")]
public class CgroupV2Tests
{
    private const string Script = """
        R=/R; mkdir $R; mount --bind "$PWD/out/rootfs/busybox" $R; PATH=$PATH:$PWD/out
        minic run --rootfs $R --net none --pids 20 --memory 64m --cpus 0.5 sh -c 'cd /sys/fs/cgroup; cat pids.max memory.max cpu.max; cat /proc/self/cgroup; i=0; while [ $i -lt 40 ]; do sleep 1 & i=$((i+1)); done; wait' 2>&1
        minic run --rootfs $R --net none --memory 20m sh -c 'x=a; while :; do x=$x$x; done'; echo "memory hog: $?"
        minic run --rootfs $R --net none sh -c 'mknod /tmp/k b 8 0; dd if=/tmp/k of=/dev/null count=1 2>&1; echo > /dev/null && echo null is allowed'
        minic run --rootfs $R sh -c 'ip -4 -o addr show eth0 | grep -o "inet [0-9.]*"; ping -c1 -W5 10.44.0.1 | grep -o "1 packets received"'
        minic run --rootfs $R --name box --net none -d sleep 100; minic exec box sh -c 'cat /proc/self/cgroup'; minic delete --force box
        find /sys/fs/cgroup -name 'minic*'; ls /run/minic 2>/dev/null; ls /sys/class/net | grep -c minic
        """;

    // The guest has BusyBox, whose programs are one: a script calls the host's each by its own file.
    private static readonly string[] Programs =
        [.. "sh setsid mount umount prlimit chrt renice ionice mkdir mknod ln chown env sleep".Split(' ')
            .Select(p => "/usr/bin/" + p), "/usr/sbin/pivot_root", "/usr/bin/ip", "/usr/sbin/bridge"];

    private const string ByHand = """
        R=/R; mkdir $R; mount --bind "$PWD/out/rootfs/busybox" $R; PATH=$PATH:$PWD/out
        V='cat /proc/self/cgroup; cut -d" " -f4- /proc/self/mountinfo | sed "s/master:[0-9]* //" | sort; cd /sys/fs/cgroup; cat pids.max memory.max memory.swap.max cpu.max cgroup.controllers; ip -o addr | grep -v fe80; grep Cap /proc/self/status'
        run="--name box --pids 20 --memory 64m --cpus 0.5 --rootfs $R sh -c"
        look() { find /sys/fs/cgroup/minic | sort | while read -r f; do case $f in *.max | *.weight | */cgroup.subtree_control | */cgroup.procs) echo "$f: $(grep -c . $f) $(grep -v "^[0-9][0-9]*$" $f)";; esac; done; }
        left() { find /sys/fs/cgroup -name 'minic*'; find /run/minic 2>/dev/null; ls /sys/class/net | grep minic; nft list tables; }
        minic run --by-hand $run "$V" > do; minic run --by-hand=undo $run "$V" > undo
        minic run $run "$V" > minics; sh do > hands || exit; sh undo; left
        [ -s hands ] && diff minics hands && echo run: the same
        minic pod run --by-hand docs/examples/localhost.yaml > do; minic pod run --by-hand=undo docs/examples/localhost.yaml > undo
        minic pod run docs/examples/localhost.yaml; until minic pod logs --container client localhost | grep -q both; do sleep 0.1; done; look > minics; minic pod rm -f localhost
        sh do || exit; until grep -q both /run/minic/pods/localhost/logs/client.log; do sleep 0.1; done; look > hands; sh undo; left
        [ -s hands ] && diff minics hands && echo pod: the same
        """;

    [Fact]
    public void What_a_script_by_hand_makes_with_cgroup_v2_is_minics_own() => Microvm.Run(ByHand, [.. Programs.Append("docs/examples").SelectMany(p => new[] { "-a", p })]).Should().Be("""
        run: the same
        pod localhost is up at 10.44.0.2 and fd00:44::2
        pod: the same

        """);

    [Fact]
    public void Limits_devices_network_and_exec_on_a_machine_with_cgroup_v2() => Microvm.Run(Script, []).Should().Be("""
        20
        67108864
        50000 100000
        0::/
        sh: can't fork: Resource temporarily unavailable
        memory hog: 137
        dd: can't open '/tmp/k': Operation not permitted
        null is allowed
        inet 10.44.0.2
        1 packets received
        box
        0::/
        0

        """);

    private const string Rare = """
        PATH=$PATH:$PWD/out
        minic run -b BUNDLE/limits box 2>&1
        minic run -b BUNDLE/labelled box 2>&1
        minic run -b BUNDLE/nobody box 2>&1; echo $?
        minic run -b BUNDLE/classes box 2>&1; echo $?
        find /sys/fs/cgroup -name 'minic*'; ls /run/minic 2>/dev/null
        """;

    [Fact]
    public void Rare_limits_and_labels_on_a_machine_with_cgroup_v2_and_AppArmor()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        var directory = Directory.CreateTempSubdirectory("minic-rare-").FullName;
        try
        {
            var limits = new LinuxResources
            {
                BlockIo = new LinuxBlockIo { Weight = 100 },
                HugepageLimits = [new("2MB", 4194304)],
                Unified = new Dictionary<string, string> { ["memory.high"] = "50331648" },
            };
            Bundle("limits", s => s with
            {
                Linux = s.Linux! with { Resources = limits },
            }, "cd /sys/fs/cgroup; cat io.weight hugetlb.2MB.max hugetlb.2MB.rsvd.max memory.high");
            Bundle("labelled", s => s with
            {
                Process = s.Process! with { ApparmorProfile = "unconfined" },
            }, "cat /proc/self/attr/apparmor/current");
            Bundle("nobody", s => s with
            {
                Process = s.Process! with { ApparmorProfile = "nobody-has-loaded-it" },
            }, "echo runs");
            Bundle("classes", s => s with
            {
                Linux = s.Linux! with
                {
                    Resources = new LinuxResources
                    {
                        Network = new LinuxNetwork { ClassId = 1 },
                        Cpu = new LinuxCpu { RealtimeRuntime = 1000 },
                    },
                },
            }, "echo runs");
            Microvm.Run(Rare.Replace("BUNDLE", directory, StringComparison.Ordinal), ["-a", directory]).Should().Be("""
                default 910
                4194304
                4194304
                50331648
                unconfined
                minic: run under the AppArmor profile nobody-has-loaded-it: write(7, "exec nobody-has-loaded-it", 25): ENOENT (No such file or directory)
                1
                minic: plan the container: invalid configuration: this machine lacks the cgroup controller net_cls ($.linux.resources.network.classID), and the cgroup controller cpu ($.linux.resources.cpu.realtimeRuntime). Remove that from config.json, or run it on a machine that has it.
                1

                """);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }

        void Bundle(string name, Func<Spec, Spec> change, string line)
        {
            var spec = change(DefaultSpec.Create(Path.Combine(Microvm.Root, "out/rootfs/busybox"), ["sh", "-c", line]));
            Directory.CreateDirectory(Path.Combine(directory, name));
            File.WriteAllText(Path.Combine(directory, name, "config.json"), SpecJson.Write(spec));
        }
    }

    private const string Verbs = """
        R=/R; mkdir $R; mount --bind "$PWD/out/rootfs/busybox" $R; PATH=$PATH:$PWD/out; status() { minic state box | sed -n 's/.*"status": "\(.*\)".*/\1/p'; }
        await() { i=0; until eval "$1"; do i=$((i+1)); [ $i -lt 300 ] || { echo "never: $1"; break; }; sleep 0.1; done; }
        minic run --rootfs $R --name box --net none --pids 20 --memory 64m -d sleep 1000; cd /sys/fs/cgroup/minic/box
        minic pause box; status; cat cgroup.freeze; minic resume box; status
        minic update --memory 32m --memory-swap 48m --pids-limit 10 --cpu-quota 20000 box; cat memory.max memory.swap.max pids.max cpu.max
        minic update --cpuset-cpus 0 box; cat cpuset.cpus; minic update --memory -1 box; cat memory.max memory.swap.max
        minic events --stats box | grep -o '"pids":{[^}]*}'
        minic update --memory 20m --memory-swap 20m box; minic events --interval 100ms box > /tmp/events & await '[ -s /tmp/events ]'
        minic exec box sh -c 'x=a; while :; do x=$x$x; done'; echo "memory hog: $?"; await 'grep oom /tmp/events'
        mkdir sub; minic exec --cgroup sub box cat /proc/self/cgroup
        minic kill --all box KILL; await '[ "$(status)" = stopped ]'; cd /; minic delete box
        minic run --rootfs $R --name box --net none -d sleep 1000; minic pause box; minic kill box KILL; await '[ "$(status)" = stopped ]'; minic delete box
        minic run --rootfs $R --name box --net none -d sleep 1000; minic pause box; minic delete --force box
        find /sys/fs/cgroup -name 'minic*'; ls /run/minic 2>/dev/null
        """;

    [Fact]
    public void Pause_update_events_and_kill_on_a_machine_with_cgroup_v2() => Microvm.Run(Verbs, []).Should().Be("""
        box
        paused
        1
        running
        33554432
        16777216
        10
        20000 100000
        0
        max
        max
        "pids":{"current":1,"limit":10}
        memory hog: 137
        {"type":"oom","id":"box"}
        0::/sub
        box
        box

        """);

    // As systemd-run --user -p Delegate=yes leaves it: a cgroup of ann's, whose processes are in another one below.
    private const string HandedOver = """
        cp -r "$PWD/out/rootfs/busybox" /root-of-ann; mkdir /run/ann; chown -R 1234:1234 /root-of-ann /run/ann; export "PATH=$PATH:$PWD/out" XDG_RUNTIME_DIR=/run/ann R=/root-of-ann
        cd /sys/fs/cgroup; echo '+memory +pids -cpu' > cgroup.subtree_control; mkdir -p ann/session; chown -R 1234:1234 ann; echo $$ > ann/session/cgroup.procs
        /usr/bin/setpriv --reuid 1234 --regid 1234 --clear-groups sh 2>&1 <<'END'
        minic run --rootfs $R --memory 20m --pids 20 sh -c 'cat /proc/self/cgroup; cd /sys/fs/cgroup; cat memory.max pids.max cgroup.controllers'
        minic run --name box --rootfs $R --cpus 0.5 true; echo $?
        minic run --rootfs $R --pids 99 --name box -d sleep 1000; minic exec box cat /proc/self/cgroup; minic pause box; minic list | grep -o paused; minic resume box
        minic update --memory 30m box; cat ann/minic/box/memory.max; minic delete -f box
        find ann -type d; find /run/ann
        END
        """;

    [Fact]
    public void Who_is_not_root_has_the_controllers_that_were_handed_over() => Microvm.Run(HandedOver, ["-a", "/usr/bin/setpriv"]).Should().Be("""
        0::/
        20971520
        20
        memory pids
        minic: limit box: /sys/fs/cgroup/ann was handed to you without the controller cpu, and without it cpu.max, which is $.linux.resources.cpu, cannot be set. Leave the limit out; or have it handed on: Delegate=cpu … in systemd's user@.service, or root's cgroup.subtree_control above.
        125
        box
        0::/
        paused
        31457280
        ann
        ann/session
        /run/ann

        """);

    // As systemd-run --user --scope leaves it: a cgroup of ann's, in which minic is alone, or beside a shell.
    private const string Scope = """
        cp -r "$PWD/out/rootfs/busybox" /root-of-ann; mkdir -p /run/ann /b; cp -r /root-of-ann /b/rootfs
        chown -R 1234:1234 /root-of-ann /run/ann /b
        export "PATH=$PATH:$PWD/out" XDG_RUNTIME_DIR=/run/ann R=/root-of-ann S=/sys/fs/cgroup/ann/scope
        cd /sys/fs/cgroup; echo '+memory +pids +cpu' > cgroup.subtree_control; mkdir -p ann/session
        echo '+memory +pids +cpu' > ann/cgroup.subtree_control; mkdir ann/scope; chown -R 1234:1234 ann
        echo $$ > ann/session/cgroup.procs
        /usr/bin/setpriv --reuid 1234 --regid 1234 --clear-groups sh 2>&1 <<'END'
        alone() { sh -c 'echo $$ > $S/cgroup.procs; exec minic "$@"' sh "$@"; echo "= $?"; }
        cd /b; minic spec --rootless; sed -i 's/"terminal": true/"terminal": false/' config.json
        look='cat /proc/self/cgroup; cat /sys/fs/cgroup/cgroup.procs; echo > /sys/fs/cgroup/pids.max'
        sed -i "s,\"sh\",\"sh\"\\,\"-c\"\\,\"$look\"," config.json; alone run -b . box
        look='cat /proc/1/cgroup /proc/self/cgroup | sort -u; ls /sys/fs/cgroup | grep -c cgroup.procs'
        alone run --rootfs $R --net host sh -c "$look"
        echo 80000000 > $S/memory.max
        hog='head -c 160000000 /dev/zero | tail'
        alone run --rootfs $R sh -c "$hog"
        alone run --rootfs $R --pids 5 --name box sh -c "cat /sys/fs/cgroup/pids.max; $hog"
        (cd /sys/fs/cgroup; find ann -type d | sort); cat $S/cgroup.subtree_control
        alone run --rootfs $R --pids 5 --name box -d sleep 1000; find $S -mindepth 1 -type d
        minic delete -f box; find $S -type d
        beside() { sh -c 'echo $$ > $S/cgroup.procs; minic "$@"; echo "$?"' sh "$@"; }
        beside run --rootfs $R --pids 5 --name box true
        beside run --rootfs $R --name box true
        END
        """;

    [Fact]
    public void A_users_container_is_below_the_scope_that_minic_is_in() =>
        Microvm.Run(Scope, ["-a", "/usr/bin/setpriv"]).Should().Be("""
        0::/
        1
        3
        sh: can't create /sys/fs/cgroup/pids.max: Read-only file system
        = 1
        0::/
        1
        = 0
        Killed
        = 137
        5
        Killed
        = 137
        ann
        ann/scope
        ann/session
        box
        = 0
        /sys/fs/cgroup/ann/scope/minic
        /sys/fs/cgroup/ann/scope/minic/box
        /sys/fs/cgroup/ann/scope/minic.self
        /sys/fs/cgroup/ann/scope
        minic: limit box: minic's own cgroup /sys/fs/cgroup/ann/scope has other processes, too: nothing below it can be limited by pids.max, $.linux.resources.pids, and beside it its own limit would not hold, memory.max 79998976. Leave the limits out; or have a cgroup handed to you: systemd-run --user --scope -p Delegate=yes minic ..., or root's chown of one.
        125
        0

        """);
}
