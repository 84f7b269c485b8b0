// Where a command begins, what its environment is, and what is known of it before it is executed.

using System.Text.Json.Nodes;

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class ProcessTests : BundleTest
{
    private static Action<JsonObject> Mount(string source, string destination, params string[] options) => config =>
        config["mounts"]!.AsArray()
            .Add(new JsonObject
            {
                ["destination"] = destination,
                ["type"] = "bind",
                ["source"] = source,
                ["options"] = Array(["bind", .. options]),
            });

    [Fact]
    public void Of_a_variable_given_twice_the_last_value_counts_and_an_empty_HOME_is_replaced()
    {
        var world = Make();
        Bundle(world, "exec sleep 100",
            c => c["process"]!["env"] = Array("A=1", "B=", "HOME=", "PATH=/nowhere", "A=2", "PATH=/bin"), User(33));
        world.Sh("""
            minic run --rootfs $ROOTFS --net none --name $N-r -e A=1 -e A=2 -e HOME= env | grep -E '^(A|HOME)='
            minic create -b bundle $N; minic start $N
            tr '\0' '\n' < /proc/$(minic state $N | jq .pid)/environ | grep -E '^(A|B|HOME|PATH)=' | sort
            minic exec -u 1000 -e A=3 $N env | grep -E '^(A|HOME)='
            minic delete -f $N
            """).Should().Be(new Outcome(0, "A=2\nHOME=/root\nA=2\nB=\nHOME=/srv\nPATH=/bin\nA=3\nHOME=/home/user\n", ""));
    }

    [Theory]
    // Closed to user 1000, but root may enter.
    [InlineData(0, 0x1c0, 1000, "", "/v\n")]
    // Root without DAC_OVERRIDE may not, but the user may.
    [InlineData(1000, 0x1c0, 1000, "setpriv --bounding-set -dac_override,-dac_read_search", "/v\n")]
    // As which it starts does not matter where one of the two may: root's own directory.
    [InlineData(0, 0x1c0, 1000, "setpriv --bounding-set -dac_override,-dac_read_search", "/v\n")]
    [InlineData(1000, 0x1c0, 0, "", "/v\n")]
    // Closed to both.
    [InlineData(33, 0x1c0, 1000, "setpriv --bounding-set -dac_override,-dac_read_search",
        "minic: chdir to /v: chdir(\"/v\"): EACCES (Permission denied)")]
    public void The_directory_is_entered_before_or_after_the_change_of_user(int owner, int mode, int user,
        string caller, string said)
    {
        var world = Make();
        Directory.CreateDirectory(Path.Combine(world.Temporary, "v"));
        Bundle(world, "pwd", Mount($"{world.Temporary}/v", "/v"), User((uint)user), Capabilities([]),
            c => c["process"]!["cwd"] = "/v", c => c["process"]!["args"] = Array("readlink", "/proc/self/cwd"));
        // Who lacks DAC_OVERRIDE may not make the first cgroup of all in version 1: another container has made it.
        world.Sh("minic run -d --name $N-beside --rootfs $ROOTFS --net none sleep 1000 >/dev/null").Code.Should().Be(0);
        var outcome = world.Sh($"chown {owner} v; chmod {Convert.ToString(mode, 8)} v; {caller} \"$MINIC\" --root "
            + "$STATE run -b bundle $N");
        (outcome.Output + outcome.Error).Should().StartWith(said);
        // And exec, which joins what is there.
        Bundle(world, "exec sleep 100", Mount($"{world.Temporary}/v", "/v"), User((uint)user), Capabilities([]));
        outcome = world.Sh($"minic create -b bundle $N; minic start $N; {caller} \"$MINIC\" --root $STATE exec --cwd "
            + "/v $N readlink /proc/self/cwd; minic delete -f $N; minic delete -f $N-beside");
        (outcome.Output + outcome.Error).Should().StartWith(said);
    }

    [Fact]
    public void A_directory_that_is_not_one_is_told_as_chdir_tells_it()
    {
        var world = Make();
        Bundle(world, "true", c => c["process"]!["cwd"] = "/etc/passwd/x", c => c["root"]!["readonly"] = true);
        world.Sh("minic run -b bundle $N").Error.Should().Contain("ENOTDIR");
    }

    [Theory]
    [InlineData("/v/good", 1000, null)]
    [InlineData("/v/noexec", 0, "EACCES (Permission denied): its mode is 0644, without a right to execute")]
    [InlineData("/v/roots", 1000, "EACCES (Permission denied): its mode is 0700, and user 1000 may not execute it")]
    [InlineData("/v/roots", 0, null)]
    [InlineData("/v/closed/good", 1000, "EACCES (Permission denied): user 1000 may not enter /v/closed")]
    [InlineData("/v/directory", 0, "EACCES (Permission denied): it is a directory")]
    [InlineData("/v/orphan", 0, "ENOENT (No such file or directory): its interpreter /no/such is not there")]
    [InlineData("/v/nested", 0,
        "ENOENT (No such file or directory): its interpreter /v/orphan cannot be executed: its interpreter /no/such "
            + "is not there")]
    [InlineData("/v/host", 0,
        "ENOENT (No such file or directory): its loader /lib64/ld-linux-x86-64.so.2 is not there")]
    [InlineData("/v/missing", 0, "ENOENT (No such file or directory)")]
    [InlineData("/n/good", 0, "EACCES (Permission denied): its file system is mounted noexec")]
    [InlineData("noexec", 0, "EACCES (Permission denied): its mode is 0644, without a right to execute")]
    [InlineData("orphan", 0, "ENOENT (No such file or directory): its interpreter /no/such is not there")]
    [InlineData("./roots", 1000, "EACCES (Permission denied): its mode is 0700, and user 1000 may not execute it")]
    public void A_command_that_cannot_be_executed_is_known_at_create(string command, int user, string? said)
    {
        var world = Make();
        Bundle(world, "", Mount($"{world.Temporary}/v", "/v"), Mount($"{world.Temporary}/v", "/n", "noexec"),
            User((uint)user), Capabilities([]), c =>
        {
            c["process"]!["args"] = Array(command);
            c["process"]!["cwd"] = "/v";
            c["process"]!["env"] = Array("PATH=/nowhere:/v:/bin");
        });
        var outcome = world.Sh($$"""
            mkdir -p v/directory v/closed; cd v
            printf '#!/bin/sh\necho ran\n' > good; chmod 755 good; cp -p good closed/good; chmod 700 closed; cp good roots; chmod 700 roots; cp good noexec; chmod 644 noexec
            printf '#!/no/such -x\n' > orphan; printf '#!/v/orphan\n' > nested; cp /bin/true host; chmod 755 orphan nested host; cd ..
            minic create -b bundle $N > out && minic start $N && for i in $(seq 200); do [ -s out ] && break; sleep 0.05; done; cat out
            minic delete -f $N
            """);
        if (said is null)
            outcome.Should().Be(new Outcome(0, "ran\n", ""));
        else
            outcome.Error.Split(". ")[0].TrimEnd('.', '\n').Should()
                .Be($"minic: execute {command}: execve(\"{command}\", ...): {said}");
    }

    [Fact]
    public void An_io_priority_without_a_level_has_level_0()
    {
        var world = Make();
        Bundle(world, "ionice -p 1", c => c["process"]!["ioPriority"] = new JsonObject
        {
            ["class"] = "IOPRIO_CLASS_BE",
        });
        world.Sh("minic run -b bundle $N").Should().Be(new Outcome(0, "best-effort: prio 0\n", ""));
    }

    [Theory]
    [InlineData("-u 4294967295")]
    [InlineData("-u 4294967296")]
    [InlineData("-u -1")]
    [InlineData("-u 0:4294967295")]
    [InlineData("-u none")]
    [InlineData("-u 5:none")]
    public void No_id_is_root_but_0(string option)
    {
        var world = Make();
        var outcome = world.Sh($"""
            cp -a $ROOTFS root; echo none:x:4294967295:4294967295::/:/bin/sh >> root/etc/passwd; echo none:x:4294967295: >> root/etc/group; echo -1:x:0:0::/:/bin/sh >> root/etc/passwd
            minic run --rootfs root --net none --name $N {option} id
            minic run -d --rootfs root --net none --name $N sleep 100 > /dev/null
            minic exec {option} $N id
            minic exec -g 4294967295 $N id
            minic delete -f $N
            """);
        outcome.Output.Should().BeEmpty();
        outcome.Error.Should()
            .MatchRegex("^(minic: read --(user|additional-gids) [^\n]* from 0 to 4294967294\\.[^\n]*\n){3}$");
    }
}
