namespace MiniContainer.Cli.Tests.Verbs.Pod;

[Collection("minic")]
public class PodTests : MinicTest
{
    // A manifest as text: its name begins as all of this test's do.
    private static string Yaml(string name, string spec, string annotations = "{}") =>
        $"cat > {name}.yaml <<'YAML'\napiVersion: v1\nkind: Pod\nmetadata: {{ name: $N-{name}, annotations: {annotations} }}\nspec:\n  terminationGracePeriodSeconds: 2\n{spec}\nYAML\nsed -i \"s,\\$N,$N,g; s,\\$ROOTFS,$ROOTFS,g; s,\\$TMP,$TMP,g\" {name}.yaml\n";

    private const string Sleeper = "  containers: [{ name: main, image: $ROOTFS, command: [sleep, \"1000\"] }]";

    [SkippableFact]
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
        world.Neutral(outcome.Output).Should().Be("pod N-web is up at 10.44.0.2 and fd00:44::2\npage of webby\nwebby\nwebby\nsame address\n1\nown files\n0\nN-web\n1\n0\n");
    }

    [SkippableFact]
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

    [SkippableFact]
    public void Pause_itself_costs_pages_not_megabytes()
    {
        var world = Make();
        var outcome = world.Sh(Yaml("small", Sleeper) + """
            minic pod run small.yaml >/dev/null
            for p in /proc/[0-9]*; do [ "$(cat $p/comm 2>/dev/null)" = pause ] && grep -q $N $p/cgroup && awk '/^(Rss|Private_Dirty)/ {print $1, $2}' $p/smaps_rollup; done
            minic pod rm --force $N-small
            """);
        var figures = outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToDictionary(l => l.Split(' ')[0], l => int.Parse(l.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));
        figures["Rss:"].Should().BeLessThan(64, "kibibytes: a page of program and one of stack");
    }

    [SkippableFact]
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

    [SkippableFact]
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
        outcome.Output.Should().Be("made\ntouch: /in/x: Read-only file system\nread-only\nreader Exited (3)\n");
    }

    [SkippableFact]
    public void A_failing_init_container_fails_the_pod_and_leaves_nothing()
    {
        var world = Make();
        var outcome = world.Sh(Yaml("bad", """
              initContainers: [{ name: first, image: $ROOTFS, command: ["false"] }]
              containers: [{ name: main, image: $ROOTFS, command: [sleep, "9"] }]
            """) + "minic pod run bad.yaml; echo code $?; ip -br link | grep -vc lo; nft list ruleset");
        outcome.Output.Should().Be("code 125\n0\n");
        outcome.Error.Should().Contain("minic: run first: it did not end with exit code 0");
    }

    [SkippableTheory]
    [InlineData("command: [nosuch]", 127, "nosuch")]
    [InlineData("command: [/etc/passwd]", 126, "EACCES")]
    [InlineData("command: [sleep, \"9\"], workingDir: /etc/passwd/x", 125, "ENOTDIR")]
    public void A_command_that_cannot_be_executed_fails_the_pod_and_leaves_nothing(string container, int code, string error)
    {
        var world = Make();
        var outcome = world.Sh(Yaml("bad", $"  containers: [{{ name: main, image: $ROOTFS, {container} }}]") + "minic pod run bad.yaml; echo code $?; ip -br link | grep -vc lo");
        outcome.Output.Should().Be($"code {code}\n0\n");
        outcome.Error.Should().Contain(error).And.StartWith("minic: ");
    }

    [SkippableFact]
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

    [SkippableFact]
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

    [SkippableFact]
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

    [SkippableFact]
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

    [SkippableFact]
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
}
