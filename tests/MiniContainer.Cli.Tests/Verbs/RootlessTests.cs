// One who is not root: with the one id that everybody has, and with the ranges of /etc/subuid; and root of a user
// namespace alone. The user is called ann, in files that only the test sees.

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class RootlessTests : MinicTest
{
    // minic, its libraries and the root file system where ann may get at them; "as ann" runs a script of stdin as ann.
    private const string Ann = """
        chmod 755 $TMP; mkdir -m 755 bin home run files; cp -r $ROOTFS rootfs; chown -R 1234:1234 home run rootfs
        if [ -e $MINIC.dll ]; then cp -r $(dirname $MINIC)/. bin; chmod -R a+rX bin; else cp $MINIC bin; fi
        cp /etc/passwd passwd; echo 'ann:x:1234:1234::/:/bin/sh' >> passwd; mount --bind passwd /etc/passwd
        touch files/subuid files/subgid
        sub() { echo "$1" > files/subuid; echo "$1" > files/subgid; for f in subuid subgid; do [ ! -e /etc/$f ] || mount --bind files/$f /etc/$f; done; }
        as() { cat > script; (cd home; MINIC=$TMP/bin/minic STATE=$TMP/run/minic ROOTFS=$TMP/rootfs HOME=$TMP/home XDG_CACHE_HOME=$TMP/home setpriv --reuid 1234 --regid 1234 --clear-groups "$@" timeout 60 bash ../script < /dev/null); }
        sub ''

        """;

    [Fact]
    public void Whoever_has_one_id_is_root_of_a_container_and_of_nothing_else()
    {
        var outcome = Make().Sh(Ann + """
            as env <<'END'
            minic run --name $N --rootfs $ROOTFS -v $HOME:/mnt sh -c 'id -u; cat /proc/self/setgroups; echo > /mnt/made; grep -c . /proc/net/dev; ping -c 1 127.0.0.1 | grep -o "1 packets received"; chown 7 /mnt/made 2>&1; exit 3'; echo $?
            stat -c %u:%g $HOME/made; minic list -q; ls ../run
            END
            """);
        outcome.Should()
            .Be(new Outcome(0,
                "0\ndeny\n3\n1 packets received\nchown: /mnt/made: Invalid argument\n3\n1234:1234\n", ""));
    }

    [Fact]
    public void Ranges_are_mapped_by_newuidmap_and_users_and_groups_can_be_had()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/newuidmap") && File.Exists("/etc/subuid"),
            "needs newuidmap: scripts/setup test");
        var outcome = Make().Sh(Ann + """
            sub ann:100000:65536
            as env <<'END'
            minic run --name $N --rootfs $ROOTFS -v $HOME:/mnt sh -c 'cat /proc/self/setgroups; touch /mnt/made; chown 5:6 /mnt/made; awk "{print \$1, \$2, \$3}" /proc/self/uid_map; stat -c %g /dev/pts'
            minic run --name $N --rootfs $ROOTFS -u 33:44 id -u
            stat -c %u:%g $HOME/made; minic list -q; ls ../run
            END
            """);
        outcome.Should().Be(new Outcome(0, "allow\n0 1234 1\n1 100000 65536\n0\n33\n100004:100005\n", ""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ann:100000:65536")]
    public void Containers_live_as_roots_do(string range)
    {
        var outcome = Make().Sh(Ann + $"sub '{range}'\n" + """
            as env <<'END'
            mkdir b; minic spec --rootless -b b; sed -i "s|\"rootfs\"|\"$ROOTFS\"|; s|\"terminal\": true|\"terminal\": false|; s|\"sh\"|\"sleep\", \"1000\"|" b/config.json
            minic create -b b $N; minic exec $N cat /proc/1/comm; minic start $N; minic list -q
            minic exec $N sh -c 'id -u; ls -d /proc/[0-9]* | wc -l; exit 4'; echo $?
            minic exec -t $N tty; minic exec -d --pid-file pid $N sleep 500; awk '/NSpid/ { print NF }' /proc/$(cat pid)/status
            minic exec $N nonexistent; echo $?; minic ps -f json $N | tr , '\n' | wc -l
            minic kill $N KILL; until minic state $N | grep -q stopped; do sleep 0.02; done; minic delete $N
            ls ../run; grep State /proc/$(cat pid)/status 2> /dev/null | grep -v Z
            END
            """);
        outcome.Output.Replace("/dev/pts/0\r\n", "/dev/pts/0\n", StringComparison.Ordinal).Should()
            .Be("minic\nN\n0\n4\n4\n/dev/pts/0\n3\n255\n2\n".Replace("N", outcome.Output.Split('\n')[1],
                StringComparison.Ordinal));
        outcome.Error.Should().StartWith("minic: execute nonexistent: ").And.Contain("ENOENT");
    }

    [Fact]
    public void What_is_not_possible_is_told_and_leaves_nothing()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/newuidmap"), "needs newuidmap: scripts/setup test");
        var world = Make();
        world.Bundle("true");
        string[] lines =
        [
            "minic run --name $N --rootfs $ROOTFS --memory 10m true",
            "minic run --name $N --rootfs $ROOTFS --net minic true", "minic run --name $N --rootfs $ROOTFS -u 33 true",
            "minic run -b ../bundle $N", "minic run -b ../oom $N",
            "minic run -b ../groups $N", "PATH=/none minic run -b ../many $N", "minic run -b ../many $N",
            "minic pod run ../pod.yaml",
        ];
        var outcome = world.Sh(Ann + """
            chmod -R a+rX bundle; mkdir groups many; bin/minic spec --rootless -b groups; sed -i "s|\"rootfs\"|\"$TMP/rootfs\"|; s|\"terminal\": true|\"terminal\": false|; s|\"hostID\": 0|\"hostID\": 1234|" groups/config.json
            sed 's|"size": 1$|"size": 1000|' groups/config.json > many/config.json; sed -i 's|"user": {|"user": { "additionalGids": [5],|' groups/config.json
            mkdir oom; sed 's|"process": {|"process": { "oomScoreAdj": -500,|' many/config.json > oom/config.json
            printf 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n    - name: c\n      image: %s\n      command: ["true"]\n' $TMP/rootfs > pod.yaml
            as env <<'END' 2>&1
            """ + "\n" + string.Join('\n', lines.Select(l => $"echo '$ {l.Replace("$N", "N", StringComparison.Ordinal)}'; {l}; echo exit code $?")) + "\nls ../run\nEND\n");
        var text = System.Text.RegularExpressions.Regex.Replace(world.Neutral(outcome.Output + outcome.Error),
            @"/sys/fs/cgroup\S*", "CGROUP");
        text = System.Text.RegularExpressions.Regex.Replace(text, @"(there, |let it be )-?\d+", "$1SCORE");
        Testing.Golden.Check(text, "rootless-limits.txt");
    }

    [Fact]
    public void Root_of_a_user_namespace_needs_no_further_one()
    {
        var outcome = Make().Sh(Ann + """
            as unshare -Ur <<'END'
            minic run --name $N --rootfs $ROOTFS sh -c 'id -u; readlink /proc/self/ns/user; test -c /dev/null && echo device; echo x > /dev/null'
            readlink /proc/self/ns/user; minic run --name $N --rootfs $ROOTFS --net host sh -c 'ls /sys/class/net | head -n 1'
            minic run --name $N --rootfs $ROOTFS --net minic true; echo $?; find ../run -type f
            END
            """);
        var lines = outcome.Output.Split('\n');
        lines.Should().HaveCount(7);
        lines.Should().HaveElementAt(0, "0").And.HaveElementAt(1, lines[3]).And.HaveElementAt(2, "device").And
            .HaveElementAt(5, "125");
        outcome.Error.Should().StartWith("minic: attach to the network minic: you are not root of the machine");
    }

    // Whose pid namespace is the machine's, to which setns(2) would not let it come back: as under podman of a user.
    [Fact]
    public void Root_of_a_user_namespace_executes_in_a_container() =>
        Make().Sh(Ann + """
            as unshare -Ur <<'END'
            minic run -d --name $N --rootfs $ROOTFS sleep 1000 > /dev/null
            minic exec $N sh -c 'id -u; ls -d /proc/1; cat /proc/1/comm; exit 5'; echo $?; minic delete -f $N
            END
            """).Should().BeEquivalentTo(new { Output = "0\n/proc/1\nsleep\n5\n", Error = "" });

    [Theory]
    [InlineData("")]
    [InlineData("ann:100000:65536")]
    public void The_script_by_hand_does_it_too(string range)
    {
        var outcome = Make().Sh(Ann + $"sub '{range}'\n" + """
            as env <<'END'
            minic run --name $N --rootfs $ROOTFS --by-hand sh -c 'id -u; hostname' > hand; sh hand | sed "s/$N/N/"; minic run --name $N --rootfs $ROOTFS --by-hand=undo true | sh
            minic run -d --name $N --rootfs $ROOTFS sleep 1000 > /dev/null; minic exec --by-hand $N sh -c 'id -u; ls -d /proc/1; exit 4' > hand; sh hand; echo $?; minic delete -f $N
            ls ../run
            END
            """);
        outcome.Output.Should().Be("0\nN\n0\n/proc/1\n4\n", outcome.Error);
    }

    // As systemd-run --user -p Delegate=yes leaves it, in version 1: a cgroup of ann's in two hierarchies, with nothing
    // in it yet.
    [Fact]
    public void Limits_hold_where_a_cgroup_was_handed_over()
    {
        Assert.SkipUnless(Kernel.Cgroups.HasV1, "needs cgroup version 1; of version 2 CgroupV2Tests has the like");
        var outcome = Make().Sh(Ann + """
            for c in memory pids; do own=/sys/fs/cgroup/$c$(sed -n "s/^[0-9]*:$c://p" /proc/self/cgroup); mkdir -p $own/ann$N; chown -R 1234:1234 $own/ann$N; echo $$ > $own/ann$N/tasks; done
            as env <<'END'
            minic run -d --name $N --rootfs $ROOTFS --memory 20m --pids 7 sleep 1000
            for c in memory:memory.limit_in_bytes pids:pids.max pids:tasks; do cat $(sed -n "s/^[0-9]*:${c%:*}:/\/sys\/fs\/cgroup\/${c%:*}/p" /proc/$(minic ps -f json $N | tr -d '[]')/cgroup)/${c#*:} | sed "s/^$(minic ps -f json $N | tr -d '[]')$/it/"; done
            minic update --pids-limit 9 $N; minic exec $N cat /sys/fs/cgroup/pids/pids.max; minic events --stats $N | grep -o '"pids":{"current":1,"limit":9}'
            minic delete -f $N; minic run --rootfs $ROOTFS --cpus 1 true; echo $?; ls ../run; find /sys/fs/cgroup -path "*ann$N*" -type d -name minic
            END
            for c in memory pids; do own=/sys/fs/cgroup/$c$(sed -n "s/^[0-9]*:$c://p" /proc/self/cgroup); echo $$ > $own/../tasks; rmdir $own; done
            """);
        outcome.Output.Should()
            .Be(outcome.Output.Split('\n')[0] + "\n20971520\n7\nit\n9\n\"pids\":{\"current\":1,\"limit\":9}\n125\n");
        outcome.Error.Should().Contain("cpu.cfs_period_us, which is $.linux.resources.cpu, cannot be set");
    }

    // The host's nosuid, nodev and noexec cannot be taken away in a user namespace, and read-only comes on top of them.
    [Fact]
    public void What_the_host_forbids_on_a_mount_stays_forbidden()
    {
        var outcome = Make().Sh(Ann + """
            mkdir locked; mount -t tmpfs -o nosuid,nodev,noatime tmpfs locked; cp -r $ROOTFS locked/rootfs; chown -R 1234:1234 locked
            as env <<'END'
            minic run --name $N --rootfs ../locked/rootfs --read-only sh -c 'awk "\$2 == \"/\" { print \$4 }" /proc/self/mounts; touch /x'
            minic run --name $N --rootfs $ROOTFS -v $TMP/locked:/mnt:ro sh -c 'awk "\$2 == \"/mnt\" { print \$4 }" /proc/self/mounts; touch /mnt/x'
            ls ../run
            END
            """);
        outcome.Output.Should().Be("ro,nosuid,nodev,noatime\nro,nosuid,nodev,noatime\n");
        outcome.Error.Should().Be("touch: /x: Read-only file system\ntouch: /mnt/x: Read-only file system\n");
    }

    // As a session has it: no --root, and a directory of the user's own.
    [Fact]
    public void State_is_kept_in_a_directory_of_the_users_own()
    {
        var outcome = Make().Sh(Ann + """
            as env -u XDG_RUNTIME_DIR <<'END'
            XDG_RUNTIME_DIR=$TMP/run $MINIC run -d --name $N --rootfs $ROOTFS sleep 1000 && stat -c '%a %u' ../run/minic ../run/minic/containers/$N
            XDG_RUNTIME_DIR=$TMP/run $MINIC delete -f $N; ls ../run; $MINIC list; echo $?
            END
            """);
        outcome.Should()
            .Be(new Outcome(0, $"{outcome.Output.Split('\n')[0]}\n700 1234\n700 1234\n1\n",
                "minic: find the directory of all state: you are not root, and XDG_RUNTIME_DIR is not set. A login "
                    + "sets it, as a rule to /run/user/UID; or say --root DIR, a directory of yours.\n"));
    }
}
