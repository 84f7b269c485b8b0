namespace MiniContainer.Cli.Tests.Verbs.Pod;

[Collection("minic")]
public class PodTests : MinicTest
{
    // A manifest as text: its name begins as all of this test's do.
    private static string Yaml(string name, string spec, string annotations = "{}") =>
        $"cat > {name}.yaml <<'YAML'\napiVersion: v1\nkind: Pod\nmetadata: {{ name: $N-{name}, annotations: "
            + $"{annotations} }}\nspec:\n  terminationGracePeriodSeconds: 2\n{spec}\nYAML\nsed -i \"s,\\$N,$N,g; "
            + $"s,\\$ROOTFS,$ROOTFS,g; s,\\$TMP,$TMP,g\" {name}.yaml\n";

    private const string Sleeper = "  containers: [{ name: main, image: $ROOTFS, command: [sleep, \"1000\"] }]";

    [Fact]
    public void Containers_of_a_pod_meet_on_localhost_and_have_one_address()
    {
        var world = Make();
        var outcome = world.Sh(Yaml("web", """
              hostname: webby
              containers:
                - { name: httpd, image: $ROOTFS, command: [sh, -c, "mkdir /w; echo page of $(hostname) > /w/index.html; exec httpd -f -p 8080 -h /w"] }
                - { name: client, image: $ROOTFS, command: [sleep, "1000"] }
            """) + """
            minic pod run web.yaml
            minic pod exec --container client $N-web sh -c 'for i in 1 2 3 4 5 6 7 8 9; do wget -qO- http://localhost:8080/ && break; sleep 0.1; done; hostname; cat /etc/hostname'
            a=$(minic pod exec --container client $N-web ip -4 -o addr show eth0 | awk '{print $4}')
            b=$(minic pod exec --container httpd $N-web ip -4 -o addr show eth0 | awk '{print $4}')
            [ -n "$a" ] && [ "$a" = "$b" ] && echo same address
            minic pod exec --container client $N-web grep -c "${a%/*}.*webby" /etc/hosts
            minic pod exec --container client $N-web sh -c '[ ! -e /w ]' && echo own files
            minic pod exec --container client $N-web ps -o pid,args | grep -c httpd
            minic pod ps -q
            minic pod rm $N-web
            minic pod ps | wc -l
            ip -br link | grep -c veth
            nft list ruleset
            """);

        outcome.Error.Should().BeEmpty();
        world.Neutral(outcome.Output).Should()
            .Be("pod N-web is up at 10.44.0.2 and fd00:44::2\npage of webby\nwebby\nwebby\nsame address\n1\nown "
                + "files\n0\nN-web\n1\n0\n");
    }

    [Fact]
    public void Pause_is_process_1_of_a_shared_pid_namespace_and_reaps_orphans()
    {
        var world = Make();
        var outcome = world.Sh(Yaml("shared", "  shareProcessNamespace: true\n" + Sleeper) + """
            minic pod run shared.yaml >/dev/null
            minic pod exec $N-shared sh -c 'cat /proc/1/comm; (sleep 0.2 & ) ; sleep 0.6; ps -o stat,comm | grep -c Z'
            minic pod exec $N-shared sh -c 'grep -E "^(Uid|CapEff|NoNewPrivs)" /proc/1/status | tr "\t" " "'
            minic pod rm --force $N-shared
            """);
        outcome.Output.Should().Be("pause\n0\nUid: 65535 65535 65535 65535\nCapEff: 0000000000000000\nNoNewPrivs: 1\n");
    }

    [Fact]
    public void Pause_itself_costs_pages_not_megabytes()
    {
        var world = Make();
        var outcome = world.Sh(Yaml("small", Sleeper) + """
            minic pod run small.yaml >/dev/null
            for p in /proc/[0-9]*; do [ "$(cat $p/comm 2>/dev/null)" = pause ] && grep -q $N $p/cgroup && awk '/^(Rss|Private_Dirty)/ {print $1, $2}' $p/smaps_rollup; done
            minic pod rm --force $N-small
            """);
        var figures = outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ToDictionary(l => l.Split(' ')[0],
                l => int.Parse(l.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));
        figures["Rss:"].Should().BeLessThan(64, "kibibytes: a page of program and one of stack");
    }

    [Fact]
    public void Limits_of_a_manifest_hold_in_the_kernel()
    {
        var world = Make();
        var outcome = world.Sh(Yaml("limits", """
              containers:
                - name: main
                  image: $ROOTFS
                  command: [sh, -c, "i=0; while [ $i -lt 40 ]; do sleep 5 & i=$((i+1)); done; wait"]
                  resources: { limits: { memory: 64Mi, cpu: 500m } }
            """, "{ minic/pids: \"20\" }") + """
            minic pod run limits.yaml >/dev/null; sleep 0.5
            minic pod logs $N-limits | sort -u
            d=$(find /sys/fs/cgroup -type d -path "*pod-$N-limits/main" | grep -E 'pids|/sys/fs/cgroup/minic' | head -n 1); cat $d/pids.max
            [ "$(cat $d/pids.current)" -le 20 ] && echo held
            cat /sys/fs/cgroup/memory/*/*/minic/pod-$N-limits/main/memory.limit_in_bytes /sys/fs/cgroup/memory/minic/pod-$N-limits/main/memory.limit_in_bytes /sys/fs/cgroup/minic/pod-$N-limits/main/memory.max 2>/dev/null
            minic pod rm --force $N-limits
            """);
        outcome.Output.Should().Be("sh: can't fork: Resource temporarily unavailable\n20\nheld\n67108864\n");
    }

    [Fact]
    public void Init_containers_run_first_and_volumes_are_shared()
    {
        var world = Make();
        var outcome = world.Sh(Yaml("vol", """
              initContainers: [{ name: first, image: $ROOTFS, command: [sh, -c, "echo made > /data/file"], volumeMounts: [{ name: d, mountPath: /data }] }]
              containers:
                - { name: reader, image: $ROOTFS, command: [sh, -c, "cat /in/file; touch /in/x || echo read-only; exit 3"], volumeMounts: [{ name: d, mountPath: /in, readOnly: true }] }
              volumes: [{ name: d, emptyDir: {} }]
            """) + """
            minic pod run vol.yaml >/dev/null; sleep 0.3
            minic pod logs $N-vol
            minic pod ps | awk 'NR > 1 { print $NF == "-" ? "" : "", $0 }' | grep -o 'Failed\|reader *Exited (3)\|first *Exited (0)' | tr -s ' '
            minic pod rm $N-vol
            """);
        outcome.Output.Should()
            .Be("made\ntouch: /in/x: Read-only file system\nread-only\nFailed\nfirst Exited (0)\nreader Exited (3)\n");
    }

    [Fact]
    public void A_failing_init_container_fails_the_pod_and_leaves_nothing()
    {
        var world = Make();
        var outcome = world.Sh(Yaml("bad", """
              initContainers: [{ name: first, image: $ROOTFS, command: ["false"] }]
              containers: [{ name: main, image: $ROOTFS, command: [sleep, "9"] }]
            """) + "minic pod run bad.yaml; echo code $?; ip -br link | grep -vc lo; nft list ruleset");
        outcome.Output.Should().Be("code 125\n0\n");
        outcome.Error.Should().Contain("minic: run first: it exited with status 1");
    }

    [Theory]
    [InlineData("command: [nosuch]", 127, "nosuch")]
    [InlineData("command: [/etc/passwd]", 126, "EACCES")]
    [InlineData("command: [sleep, \"9\"], workingDir: /etc/passwd/x", 125, "ENOTDIR")]
    public void A_command_that_cannot_be_executed_fails_the_pod_and_leaves_nothing(string container, int code,
        string error)
    {
        var world = Make();
        var outcome = world.Sh(Yaml("bad", $"  containers: [{{ name: main, image: $ROOTFS, {container} }}]")
            + "minic pod run bad.yaml; echo code $?; ip -br link | grep -vc lo");
        outcome.Output.Should().Be($"code {code}\n0\n");
        outcome.Error.Should().Contain(error).And.StartWith("minic: ");
    }

    [Fact]
    public void A_published_port_answers_from_the_host()
    {
        var world = Make();
        var outcome = world.Sh("ip link set lo up\n" + Yaml("pub", """
              containers:
                - name: httpd
                  image: $ROOTFS
                  command: [sh, -c, "mkdir /w; echo published > /w/index.html; exec httpd -f -p 80 -h /w"]
                  ports: [{ containerPort: 80, hostPort: 8080 }]
            """) + """
            minic pod run pub.yaml >/dev/null
            gw=$(ip -4 -o addr show minic0 | awk '{ sub("/.*", "", $4); print $4 }')
            for i in 1 2 3 4 5 6 7 8 9; do "$ROOTFS/bin/busybox" wget -qO- http://$gw:8080/ && break; sleep 0.1; done
            "$ROOTFS/bin/busybox" wget -qO- http://127.0.0.1:8080/
            minic pod exec $N-pub wget -qO- http://$gw:8080/
            minic pod rm --force $N-pub
            """);
        outcome.Output.Should().Be("published\npublished\npublished\n", outcome.Error);
    }

    [Fact]
    public void A_pod_outlives_its_monitor()
    {
        var world = Make();
        var outcome = world.Sh(Yaml("orphan", Sleeper) + """
            minic pod run orphan.yaml >/dev/null
            monitor=$(sed -n '1s/.*"pid":\([0-9]*\).*/\1/p' "$STATE/pods/$N-orphan/journal")
            kill -KILL "$monitor"; sleep 0.1
            minic gc
            minic pod exec $N-orphan echo still there
            minic pod ps | awk 'NR == 2 { print $2 }'
            minic pod rm --force $N-orphan
            """);
        outcome.Output.Should().Be("still there\nRunning\n");
    }

    [Fact]
    public void Rm_asks_politely_first()
    {
        var world = Make();
        var outcome = world.Sh(Yaml("polite", "  containers: [{ name: main, image: $ROOTFS, command: [sh, -c, \"trap 'echo bye > /out/said; exit 0' TERM; touch /out/ready; while :; do sleep 0.05; done\"], volumeMounts: [{ name: o, mountPath: /out }] }]\n  volumes: [{ name: o, hostPath: { path: $TMP/out, type: DirectoryOrCreate } }]") + """
            minic pod run polite.yaml >/dev/null
            for i in 1 2 3 4 5 6 7 8 9; do [ -e out/ready ] && break; sleep 0.1; done
            minic pod rm $N-polite
            cat out/said
            """);
        outcome.Output.Should().Be("bye\n", outcome.Error);
    }

    [Fact]
    public void Logs_can_be_followed_and_cut()
    {
        var world = Make();
        var outcome = world.Sh(Yaml("talk", "  containers: [{ name: main, image: $ROOTFS, command: [sh, -c, \"for i in 1 2 3 4; do echo line $i; done; sleep 0.5; echo last >&2\"] }]") + """
            minic pod run talk.yaml >/dev/null
            sleep 0.1
            minic pod logs --tail 2 $N-talk
            echo --
            minic pod logs -f --tail 1 $N-talk
            minic pod rm --force $N-talk
            """);
        outcome.Output.Should().Be("line 3\nline 4\n--\nline 4\nlast\n");
    }

    [Fact]
    public void A_name_is_used_once_and_a_missing_pod_is_told()
    {
        var world = Make();
        var outcome = world.Sh(Yaml("once", Sleeper) + """
            minic pod run once.yaml >/dev/null
            minic pod run once.yaml; echo code $?
            minic pod exec $N-none true; echo code $?
            minic pod rm $N-none; echo code $?
            minic pod rm --force $N-none; echo code $?
            minic pod rm --force --all
            """);
        outcome.Output.Should().Be("code 125\ncode 125\ncode 125\ncode 0\n");
        outcome.Error.Should().Contain("the name is in use").And.Contain("pod \"N-none\" does not exist");
    }

    [Theory]
    [InlineData("pause", "sandbox")]
    [InlineData("tasks", "pause")]
    [InlineData("sandbox", "tasks")]
    [InlineData("config", "upper")]
    public void A_container_may_have_a_name_that_minic_uses_itself(string init, string main)
    {
        var world = Make();
        var outcome = world.Sh(Yaml("own", $$"""
              initContainers: [{ name: {{init}}, image: $ROOTFS, command: [echo, first] }]
              containers: [{ name: {{main}}, image: $ROOTFS, command: [sh, -c, "echo main; sleep 1000"], resources: { limits: { memory: 64Mi } } }]
            """) + $$"""
            minic pod run own.yaml >/dev/null
            for i in 1 2 3 4 5 6 7 8 9; do minic pod logs $N-own | grep -q main && break; sleep 0.1; done
            minic pod logs $N-own; minic pod logs -c {{init}} $N-own
            minic pod exec -c {{main}} $N-own echo inside
            minic pod ps | awk 'NR > 1 { print $(NF - 2), $(NF - 1) }' | tr -s ' '
            minic pod rm --force $N-own
            """);
        outcome.Error.Should().BeEmpty();
        outcome.Output.Should().Be($"main\nfirst\ninside\nExited (0)\n{main} Running\n");
    }

    [Fact]
    public void A_container_that_is_called_like_a_pod_is_another()
    {
        var world = Make();
        var outcome = world.Sh(Yaml("twin", Sleeper) + """
            minic pod run twin.yaml >/dev/null
            minic run -d --name pod-$N-twin --net minic --rootfs $ROOTFS sleep 1000 >/dev/null; echo code $?
            find /sys/fs/cgroup -type d -name "*pod-$N-twin" | sed 's,.*/,,' | sort -u | sed "s,$N,N,"
            minic delete -f pod-$N-twin
            minic pod exec $N-twin echo still there
            minic pod rm --force $N-twin
            """);
        outcome.Error.Should().BeEmpty();
        outcome.Output.Should().Be("code 0\n@pod-N-twin\npod-N-twin\nstill there\n");
    }

    [Theory]
    [InlineData(246)]
    [InlineData(252)]
    [InlineData(253)]
    public void A_pod_may_have_the_longest_name(int length)
    {
        var world = Make();
        var outcome = world.Sh("long=$N-$(head -c 300 /dev/zero | tr '\\0' a)\nlong=${long:0:" + length + "}\n" + Yaml("long", Sleeper) + """
            sed -i "s,^metadata:.*,metadata: { name: $long }," long.yaml
            minic pod run long.yaml >/dev/null; echo code $?
            minic pod exec $long echo inside
            minic pod rm --force $long; echo code $?
            """);
        outcome.Should().Be(new Outcome(0, "code 0\ninside\ncode 0\n", ""));
    }

    // Process 1 that has SIGTERM blocked, as tini has, handles nothing, and still gets the signal.
    [Theory]
    [InlineData("", 2, 10)]
    [InlineData("--time 1", 1, 2)]
    [InlineData("--grace-period=1", 1, 2)]
    [InlineData("--force", 0, 1)]
    [InlineData("--force --grace-period=0", 0, 1)]
    [InlineData("--time 0", 0, 1)]
    public void The_time_to_end_is_waited_for_whatever_the_process_does_with_the_signal(string options, int least,
        int most)
    {
        var world = Make();
        var outcome = world.Sh(Yaml("deaf", Sleeper) + $"""
            minic pod run deaf.yaml >/dev/null
            begin=$(date +%s%N); minic pod rm {options} $N-deaf; echo $((($(date +%s%N) - begin) / 1000000))
            """);
        outcome.Error.Should().BeEmpty();
        int.Parse(outcome.Output, System.Globalization.CultureInfo.InvariantCulture).Should()
            .BeGreaterThanOrEqualTo(least * 1000).And.BeLessThan((most * 1000) + 8000, "and the machine may be busy");
    }

    [Fact]
    public void Pods_that_are_removed_together_take_their_time_side_by_side()
    {
        var world = Make();
        var outcome = world.Sh(Yaml("a", Sleeper) + Yaml("b", Sleeper) + Yaml("c", Sleeper) + """
            for p in a b c; do sed -i 's/Seconds: 2/Seconds: 5/' $p.yaml; minic pod run $p.yaml >/dev/null; done
            begin=$(date +%s); minic pod rm $N-a $N-b $N-c; echo $(($(date +%s) - begin))
            """);
        int.Parse(outcome.Output, System.Globalization.CultureInfo.InvariantCulture).Should()
            .BeInRange(5, 12, outcome.Error);
    }

    [Theory]
    [InlineData("--force --time 5")]
    [InlineData("--time -2")]
    [InlineData("--time 1e300")]
    [InlineData("--time NaN")]
    public void A_time_that_makes_no_sense_is_refused(string options)
    {
        var world = Make();
        var outcome = world.Sh($"minic pod rm {options} $N; echo code $?");
        outcome.Output.Should().Be("code 125\n");
        outcome.Error.Should().Contain("time");
    }

    [Fact]
    public void A_pod_that_fails_late_is_as_if_it_had_never_been()
    {
        var world = Make();
        const string Published = "  containers: [{ name: main, image: $ROOTFS, command: [sleep, \"1000\"], ports: [{ "
            + "containerPort: 80, hostPort: 8080 }] }]";
        var outcome = world.Sh("ip link set lo up\n" + Yaml("one", Published) + Yaml("two", Published) + """
            minic pod run one.yaml >/dev/null
            minic pod run two.yaml; echo code $?
            minic pod ps -q
            ls $STATE/pods | sed "s,$N,N,"
            find /sys/fs/cgroup -type d -name "*$N-two*"
            ip -br link | grep -c veth
            minic pod rm --force $N-one
            minic pod run two.yaml >/dev/null; echo code $?
            minic pod rm --force $N-two
            """);
        world.Neutral(outcome.Output).Should().Be("code 125\nN-one\nN-one\n1\ncode 0\n");
        outcome.Error.Should().Contain("published by another container already");
    }

    [Fact]
    public void The_log_of_an_init_container_that_failed_is_told_and_kept()
    {
        var world = Make();
        var outcome = world.Sh(Yaml("bad", """
              initContainers:
                - { name: first, image: $ROOTFS, command: [echo, from the first] }
                - { name: second, image: $ROOTFS, command: [sh, -c, "for i in $(seq 50); do echo line $i; done; printf 'a\\033[2Jb\\n'; exit 7"] }
              containers: [{ name: main, image: $ROOTFS, command: [sleep, "9"] }]
            """) + """
            minic pod run bad.yaml; echo code $?
            minic pod ps -q
            minic pod logs --tail 2 $N-bad | cat -v
            minic pod logs -c first $N-bad
            sed -i 's/exit 7/exit 0/' bad.yaml
            minic pod run bad.yaml >/dev/null
            minic pod rm --force $N-bad
            minic pod logs $N-bad; echo code $?; ls $STATE.logs
            """);
        outcome.Output.Should().Be("code 125\nline 50\na^[[2Jb\nfrom the first\ncode 125\n");
        outcome.Error.Should()
            .StartWith("minic: run second: it exited with status 7. The end of what it printed:\n  line 42\n").And
            .Contain("  line 50\n  a\ufffd[2Jb\n");
    }

    [Fact]
    public void A_log_that_was_kept_can_be_removed()
    {
        var world = Make();
        var outcome = world.Sh(Yaml("bad", "  initContainers: [{ name: first, image: $ROOTFS, command: [sh, -c, "
            + "\"echo no; exit 1\"] }]\n" + Sleeper)
            + "minic pod run bad.yaml 2>/dev/null; minic pod rm $N-bad; echo code $?; minic pod rm $N-bad; echo code "
            + "$?; ls $STATE.logs");
        outcome.Output.Should().Be("code 0\ncode 125\n");
    }

    [Theory]
    [InlineData("$N-opt -c other cat /etc/hostname /proc/1/cmdline", "sleep1001")]
    [InlineData("$N-opt -c other -- cat /proc/1/cmdline", "sleep1001")]
    [InlineData("$N-opt --container=main -- cat /proc/1/cmdline", "sleep1000")]
    [InlineData("-c main $N-opt cat /proc/1/cmdline", "sleep1000")]
    [InlineData("$N-opt -ic other -e A=b -- sh -c 'cat /proc/1/cmdline; echo $A'", "sleep1001b\n")]
    public void Options_of_exec_may_stand_after_the_pod_as_kubectls_do(string words, string output)
    {
        var world = Make();
        var outcome = world.Sh(Yaml("opt", "  hostname: box\n  containers: [{ name: other, image: $ROOTFS, command: [sleep, \"1001\"] }, { name: main, image: $ROOTFS, command: [sleep, \"1000\"] }]") + $"""
            minic pod run opt.yaml >/dev/null
            minic pod exec {words} | tr -d '\0' | grep -v box
            minic pod rm --force $N-opt
            """);
        outcome.Error.Should().BeEmpty();
        outcome.Output.TrimEnd('\n').Should().Be(output.TrimEnd('\n'));
    }

    [Fact]
    public void A_volume_in_memory_is_one_and_its_limit_holds()
    {
        var world = Make();
        var outcome = world.Sh(Yaml("mem", """
              securityContext: { fsGroup: 2000 }
              initContainers: [{ name: first, image: $ROOTFS, command: [sh, -c, "echo shared > /v/file"], volumeMounts: [{ name: v, mountPath: /v }] }]
              containers:
                - name: main
                  image: $ROOTFS
                  securityContext: { runAsUser: 1000 }
                  command: [sh, -c, "cat /v/file; grep ' /v ' /proc/mounts | cut -d' ' -f1-3; head -c 2500000 /dev/zero > /v/big 2>/dev/null || echo full; stat -c '%g %a' /v /d; stat -c %g /d/new /v/big; sleep 1000"]
                  volumeMounts: [{ name: v, mountPath: /v }, { name: d, mountPath: /d }]
              volumes: [{ name: v, emptyDir: { medium: Memory, sizeLimit: 1Mi } }, { name: d, emptyDir: {} }]
            """).Replace("; stat -c %g /d/new", "; touch /d/new; stat -c %g /d/new", StringComparison.Ordinal) + """
            minic pod run mem.yaml >/dev/null
            for i in 1 2 3 4 5 6 7 8 9; do [ $(minic pod logs $N-mem | wc -l) -ge 7 ] && break; sleep 0.2; done
            minic pod logs $N-mem
            minic pod rm --force $N-mem
            grep -c $N /proc/mounts
            """);
        outcome.Output.Should()
            .Be("shared\ntmpfs /v tmpfs\nfull\n2000 2777\n2000 2777\n2000\n2000\n0\n", outcome.Error);
    }
}
