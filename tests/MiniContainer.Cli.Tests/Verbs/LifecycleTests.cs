// create, start, state, list, exec, ps, kill, delete: the life of a container as podman and containerd lead it.

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class LifecycleTests : MinicTest
{
    [Fact]
    public void A_container_is_created_started_killed_and_deleted()
    {
        var world = Make();
        world.Bundle("sleep 1000");
        var outcome = world.Sh("""
            status() { minic state $N | sed -n 's/.*"status": "\(.*\)".*/\1/p'; }
            minic create -b bundle --pid-file pid $N; status
            minic exec $N true; echo $?
            minic start $N; status
            [ "$(cat pid)" = "$(minic ps -f json $N | tr -d '[]')" ] && echo same pid
            minic start $N; echo $?
            minic kill $N KILL
            until [ "$(status)" = stopped ]; do sleep 0.05; done; status
            minic kill $N; echo $?
            minic kill --all $N; echo $?
            minic exec $N true; echo $?
            minic list | awk 'NR == 2 {print $2, $3}'
            minic delete $N; echo $?
            minic delete $N; echo $?
            minic delete --force $N; echo $?
            """);
        outcome.Output.Should().Be("created\n0\nrunning\nsame pid\n1\nstopped\n1\n0\n255\n0 stopped\n0\n1\n0\n");
    }

    [Fact]
    public void Exec_runs_in_the_containers_environment()
    {
        var world = Make();
        var outcome = world.Sh("""
            minic run -d --name $N --rootfs $ROOTFS --hostname lab -e A=1 -w /tmp -u 1000 sleep 1000 >/dev/null
            minic exec $N sh -c 'hostname; echo $A; pwd; id -u'
            minic exec -e B=2 -u 0:5 -g 7 --cwd /etc $N sh -c 'echo $A$B; pwd; id -u; id -g; grep Groups /proc/self/status'
            minic exec --cap NET_ADMIN $N grep CapEff /proc/self/status
            minic exec --no-new-privs $N grep NoNewPrivs /proc/self/status
            echo in | minic exec $N cat
            minic exec $N -- sh -c 'exit 4'; echo $?
            minic exec $N nonexistent 2>/dev/null; echo $?
            minic exec $N /etc/passwd 2>/dev/null; echo $?
            minic exec $N sh -c 'cat /proc/self/cgroup | grep -c pids:/$'
            minic delete -f $N
            """);
        outcome.Should()
            .Be(new Outcome(0,
                "lab\n1\n/tmp\n1000\n12\n/etc\n0\n5\nGroups:\t7 "
                    + "\nCapEff:\t0000000000001000\nNoNewPrivs:\t1\nin\n4\n255\n255\n1\n", ""));
    }

    [Fact]
    public void Create_looks_for_its_command_in_the_containers_root()
    {
        var world = Make();
        world.Bundle("nonexistent");
        world.Sh("minic create -b bundle $N").Should().Be(new Outcome(1, "",
            "minic: execute nonexistent: execve(\"nonexistent\", ...): ENOENT (No such file or directory). The "
                + "command is not in the container's root, or the interpreter or loader that it asks for is not.\n"));
        world.Bundle("/etc/passwd");
        world.Sh("minic create -b bundle $N").Code.Should().Be(1);
    }

    [Fact]
    public void Errors_reach_the_log_as_runc_writes_them()
    {
        var world = Make();
        var log = world.Sh("minic --log log --log-format json state $N 2>/dev/null; cat log").Output;
        var line = System.Text.Json.Nodes.JsonNode.Parse(log)!.AsObject();
        line.Select(m => m.Key).Should().Equal("level", "msg", "time");
        line["level"]!.GetValue<string>().Should().Be("error");
        line["msg"]!.GetValue<string>().Should().Contain("container does not exist");
    }

    [Fact]
    public void Debug_goes_to_the_log_where_there_is_one_and_else_to_stderr_in_its_form()
    {
        var world = Make();
        world.Bundle("true");
        world.Sh("minic --debug run -b bundle $N").Error.Should().StartWith("time=\"").And
            .Contain("level=debug msg=\"minic: make the cgroup");
        world.Sh("minic --debug --log log run -b bundle $N").Error.Should().BeEmpty();
        world.Sh("cat log").Output.Should().Contain("level=debug");
        world.Sh("minic --debug --log steps --log-format json run -b bundle $N; cat steps").Output
            .Should()
            .MatchRegex(
                "\"msg\":\"minic: make the cgroup .*\"step\":[0-9]+,\"kind\":\"mkcgroup\",\"actor\":\"minic\"}\n")
            .And.MatchRegex("\"kind\":\"mkcgroup\",\"actor\":\"minic\",\"microseconds\":[0-9]+}\n")
            .And.MatchRegex("\"kind\":\"tape\",\"actor\":\"t");
    }

    [Fact]
    public void Whoever_shares_a_cgroup_is_warned()
    {
        var world = Make();
        var outcome = world.Sh("""
            mkdir bundle; minic spec -b bundle
            sed -i -z 's/"terminal": true/"terminal": false/; s/"sh"/"sleep", "100"/; s|"path": "rootfs"|"path": "'$ROOTFS'"|; s|"linux": {|"linux": {"cgroupsPath": "'$N'-shared",|' bundle/config.json
            minic run -d -b bundle $N-a 2>&1; minic run -d -b bundle $N-b 2>&1; minic exec $N-b sh -c 'touch /file 2>/dev/null || grep NoNew /proc/self/status'
            minic delete -f $N-b; minic delete -f $N-a
            """);
        outcome.Output.Should()
            .Be("minic: warning: container's cgroup is not empty: 1 process(es) found\nNoNewPrivs:\t1\n");
    }

    [Fact]
    public void A_shell_completes_ids_of_containers_that_are_there()
    {
        var world = Make();
        var outcome = world.Sh("minic run -d --name $N --rootfs $ROOTFS sleep 1000 >/dev/null; line=\"minic --root "
            + "$STATE kill $N\"; minic_() { \"$MINIC\" \"[suggest:${#1}]\" \"$1\"; }; minic_ \"$line\"; minic_ 'minic "
            + "run --rootf'; minic delete -f $N");
        world.Neutral(outcome.Output).Should().Be("N\n--rootfs\n");
    }

    [Fact]
    public void Version_and_features_are_readable_for_programs()
    {
        var world = Make();
        world.Sh("minic --version").Output.Should().Be("minic version 0.1.0\nspec: 1.3.0\n");
        var features = System.Text.Json.Nodes.JsonNode.Parse(world.Sh("minic features").Output)!;
        features["ociVersionMax"]!.GetValue<string>().Should().Be("1.3.0");
        features["linux"]!["namespaces"]!.AsArray().Should().HaveCount(8);
        features["linux"]!["seccomp"]!["actions"]!.AsArray().Select(a => a!.GetValue<string>()).Should()
            .Contain("SCMP_ACT_NOTIFY");
        features["linux"]!["mountExtensions"]!["idmap"]!["enabled"]!.GetValue<bool>().Should().BeTrue();
        features["linux"]!["memoryPolicy"]!["modes"]!.AsArray().Should().HaveCount(7);
        features["linux"]!["netDevices"]!["enabled"]!.GetValue<bool>().Should().BeTrue();
    }
}
