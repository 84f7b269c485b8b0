// What a container's process has from the caller of minic, and what not: the table in docs/oci.md, row by row.

using System.Text.Json.Nodes;

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class InheritedTests : BundleTest
{
    // Also one that a shell ignores in its background, one that minic needs itself, and a real-time one.
    private const string Caller = "env --ignore-signal=HUP,INT,QUIT,CHLD,USR1,TSTP,RTMIN+3 "
        + "--block-signal=TERM,USR2,ALRM \"$MINIC\" --root $STATE";

    private const string Look = "grep -E '^Sig(Blk|Ign)' /proc/self/status";

    // busybox grep itself ignores and blocks nothing.
    private const string Clean = "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n";

    private static string Manifest(string command) =>
        $"cat > pod.yaml <<YAML\napiVersion: v1\nkind: Pod\nmetadata: {{ name: $N-pod }}\nspec: {{ hostNetwork: true, "
            + $"terminationGracePeriodSeconds: 1, containers: [{{ name: main, image: $ROOTFS, command: [{command}] "
            + $"}}] }}\nYAML\n";

    [Fact]
    public void Signals_are_at_their_defaults_in_the_first_process_and_in_others()
    {
        var world = Make();
        Bundle(world, $"{Look}; exec sleep 100");
        world.Sh($"""
            {Caller} create -b bundle $N > log
            {Caller} start $N
            {Caller} exec $N {Look}
            for i in $(seq 200); do [ $(wc -l < log) = 2 ] && break; sleep 0.05; done
            cat log
            minic delete -f $N
            {Caller} run --rootfs $ROOTFS --net none --name $N-r {Look}
            """).Should().Be(new Outcome(0, Clean + Clean + Clean, ""));
    }

    [Fact]
    public void A_command_in_the_background_of_a_shell_can_be_interrupted() =>
        Make().Sh(
            "sh -c '\"$MINIC\" --root $STATE run --rootfs $ROOTFS --net none --name $N grep SigIgn /proc/self/status "
                + "& wait'")
            .Should().Be(new Outcome(0, "SigIgn:\t0000000000000000\n", ""));

    [Fact]
    public void A_caller_that_ignores_the_end_of_its_children_gets_the_exit_code_all_the_same() =>
        Make().Sh(
            "env --ignore-signal=CHLD \"$MINIC\" --root $STATE run --rootfs $ROOTFS --net none --name $N sh -c 'exit "
                + "7'")
            .Should().Be(new Outcome(7, "", ""));

    [Fact]
    public void Signals_are_at_their_defaults_in_pods()
    {
        var world = Make();
        world.Sh(Manifest($"sh, -c, \"{Look}; exec sleep 100\"") + $"""
            {Caller} pod run pod.yaml > /dev/null
            {Caller} pod exec $N-pod {Look}
            for i in $(seq 50); do [ $(minic pod logs $N-pod | wc -l) = 2 ] && break; sleep 0.05; done
            minic pod logs $N-pod
            for p in /proc/[0-9]*; do [ "$(cat $p/comm 2> /dev/null)" = pause ] && grep -q $N $p/cgroup && {Look.Replace("/proc/self", "$p", StringComparison.Ordinal)}; done
            minic pod rm --force $N-pod
            """).Should().Be(new Outcome(0, Clean + Clean + Clean, ""));
    }

    // "true" comes last, since BusyBox's shell ignores SIGQUIT itself, and what it executes in its own place inherits
    // that.
    [Fact]
    public void Signals_are_at_their_defaults_in_hooks()
    {
        var world = Make();
        Bundle(world, "true",
            c => c["hooks"] =
                new JsonObject(
                    new[] { "createRuntime", "createContainer", "startContainer", "poststart",
                        "poststop" }.Select(point =>
            KeyValuePair.Create<string, JsonNode?>(point,
                new JsonArray(new JsonObject
                {
                    ["path"] = "/bin/sh",
                    ["args"] = Array("sh", "-c",
                        $"{Look} >> {(point == "startContainer" ? "/out" : world.Temporary)}/{point}; true"),
                })))),
            c => c["mounts"]!.AsArray()
                .Add(JsonNode.Parse(
                    $$"""{"destination": "/out", "type": "bind", "source": "{{world.Temporary}}", "options": ["bind"]}""")));
        world.Sh(
            $"{Caller} run -b bundle $N; for p in createRuntime createContainer startContainer poststart poststop; do "
                + "cat $p; done")
            .Should().Be(new Outcome(0, string.Concat(Enumerable.Repeat(Clean, 5)), ""));
    }

    // As with runc: what a caller chooses for how its work is scheduled and accounted holds for the container.
    [Theory]
    [InlineData("sh -c 'renice 5 $$ >/dev/null; exec \"$@\"' sh", "cut -d' ' -f19 /proc/self/stat", "5")]
    [InlineData("ionice -c 2 -n 6", "ionice -p 1", "best-effort: prio 6")]
    [InlineData("chrt --batch 0", "awk '/^policy/ {print $3}' /proc/1/sched", "3")]
    [InlineData("choom -n 123 --", "cat /proc/self/oom_score_adj", "123")]
    [InlineData("setarch -R", "cat /proc/1/personality", "00040000")]
    [InlineData("prlimit --core=4096:8192", "awk '/core file/ {print $5, $6}' /proc/self/limits", "4096 8192")]
    [InlineData("sh -c 'echo 70000 > /proc/self/timerslack_ns; exec \"$@\"' sh", "cat /proc/1/timerslack_ns", "70000")]
    public void How_a_caller_is_scheduled_and_limited_is_handed_on(string caller, string look, string said) =>
        Handed(caller, look, said);

    // Not as the caller has it: a mask, a directory or a death signal of the caller's says nothing about the container.
    [Theory]
    [InlineData("sh -c 'umask 077; exec \"$@\"' sh", "umask", "0022")]
    [InlineData("sh -c 'cd /usr/lib; exec \"$@\"' sh", "pwd", "/")]
    [InlineData("env LEAK=1 SHELL=x", "env | grep -cE 'LEAK|SHELL' || :", "0")]
    [InlineData("sh -c 'exec 7< /etc/passwd 9< /; exec \"$@\"' sh", "ls /proc/self/fd | wc -l", "4")]
    public void What_says_nothing_about_the_container_is_not(string caller, string look, string said) =>
        Handed(caller, look, said);

    [Fact]
    public void A_caller_that_dies_with_its_parent_does_not_take_a_detached_container_along() =>
        Make().Sh(
            "sh -c 'setpriv --pdeathsig KILL \"$MINIC\" --root $STATE run -d --rootfs $ROOTFS --net none --name $N "
                + "sleep 100' > /dev/null; minic state $N | grep -o '\"running\"'; minic delete -f $N")
            .Should().Be(new Outcome(0, "\"running\"\n", ""));

    [Fact]
    public void Mount_points_have_their_modes_whatever_the_callers_mask_is()
    {
        var world = Make();
        Directory.CreateDirectory(Path.Combine(world.Temporary, "v"));
        world.Sh(
            "umask 077; cp -a $ROOTFS copy; chmod 755 copy; minic run --rootfs copy --net none --name $N -v "
                + "$TMP/v:/new/place stat -c %a /new /new/place; stat -c %a copy/new").Output
            .Should().EndWith("755\n").And.StartWith("755\n");
    }

    [Fact]
    public void A_container_runs_on_every_processor_that_its_cgroup_allows()
    {
        Assert.SkipWhen(Environment.ProcessorCount < 2, "needs two processors");
        var world = Make();
        Bundle(world, "exec sleep 100");
        var all = $"{Environment.ProcessorCount}\n";
        world.Sh("""
            taskset -c 0 "$MINIC" --root $STATE run --rootfs $ROOTFS --net none --name $N-r nproc
            taskset -c 1 "$MINIC" --root $STATE create -b bundle $N > /dev/null
            minic start $N
            minic exec $N nproc
            taskset -c 0 "$MINIC" --root $STATE exec $N nproc
            minic exec $N sh -c 'for t in /proc/1/task/*; do awk "/Cpus_allowed_list/ {print \$2}" $t/status; done'
            echo '{"args": ["nproc"], "cwd": "/", "env": ["PATH=/bin"], "execCPUAffinity": {"final": "1"}}' > one.json
            taskset -c 0 "$MINIC" --root $STATE exec --process one.json $N
            minic delete -f $N
            """).Should().Be(new Outcome(0, $"{all}{all}{all}0-{Environment.ProcessorCount - 1}\n1\n", ""));
    }

    private void Handed(string caller, string look, string said)
    {
        var world = Make();
        Bundle(world, look, c => c["process"]!.AsObject().Remove("oomScoreAdj"),
            c => c["process"]!.AsObject().Remove("rlimits"));
        world.Sh($"{caller} \"$MINIC\" --root $STATE run -b $TMP/bundle $N").Should()
            .Be(new Outcome(0, said + "\n", ""));
    }
}
