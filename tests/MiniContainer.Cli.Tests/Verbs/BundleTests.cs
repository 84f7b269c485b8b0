// Bundles that ask for what is easily done in the wrong order, or by the wrong one.

using System.Text.Json.Nodes;

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class BundleTests : MinicTest
{
    private static JsonArray Array(params string[] items) => [.. items.Select(i => JsonValue.Create(i))];

    // A bundle whose config.json a test has changed.
    private static void Bundle(MinicWorld world, string script, Action<JsonObject> change)
    {
        var path = Path.Combine(world.Bundle("true"), "config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        config["process"]!["args"] = Array("sh", "-c", script);
        change(config);
        File.WriteAllText(path, config.ToJsonString());
    }

    [Fact]
    public void A_read_only_dev_has_its_devices_and_mounts_all_the_same()
    {
        var world = Make();
        Bundle(world, "echo x > /dev/null; echo $?; ls /dev/pts; touch /dev/x 2>&1; touch /dev/shm/x; echo $?",
            config =>
        {
            foreach (var mount in config["mounts"]!.AsArray().Where(m => (string)m!["destination"]! == "/dev"))
                mount!["options"] = Array("nosuid", "ro", "mode=755");
        });
        world.Sh("minic run -b bundle $N").Should()
            .Be(new Outcome(0, "0\nptmx\ntouch: /dev/x: Read-only file system\n0\n", ""));
    }

    [Fact]
    public void A_source_that_the_containers_root_may_not_get_at_is_picked_up_by_minic()
    {
        var world = Make();
        Directory.CreateDirectory(Path.Combine(world.Temporary, "closed/inner"));
        File.WriteAllText(Path.Combine(world.Temporary, "closed/inner/word"), "seen\n");
        File.SetUnixFileMode(Path.Combine(world.Temporary, "closed"),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Bundle(world, "cat /mnt/word; awk '{print $1, $2, $3}' /proc/self/uid_map", config =>
        {
            config["linux"]!["namespaces"]!.AsArray().Add(JsonNode.Parse("""{"type": "user"}"""));
            foreach (var map in new[] { "uidMappings", "gidMappings" })
                config["linux"]![map] = JsonNode.Parse("""[{"containerID": 0, "hostID": 200000, "size": 65536}]""");
            config["mounts"]!.AsArray()
                .Add(JsonNode.Parse(
                    $$"""{"destination": "/mnt", "type": "bind", "source": "{{world.Temporary}}/closed/inner", "options": ["rbind", "ro"]}"""));
        });
        world.Sh("chmod 755 $TMP; minic run -b bundle $N").Should().Be(new Outcome(0, "seen\n0 200000 65536\n", ""));
    }

    [Fact]
    public void Without_pivot_root_no_whole_proc_is_left_to_take_another_one_by()
    {
        var world = Make();
        Bundle(world, "exec unshare -mrpf sh -c 'mount -t proc none /mnt && echo mounted' 2>&1", config =>
        {
            foreach (var set in new[] { "bounding", "effective", "permitted" })
                config["process"]!["capabilities"]![set]!.AsArray().Add("CAP_SYS_ADMIN");
        });
        world.Sh("minic run --no-pivot -b bundle $N").Output.Should().Be("mount: permission denied (are you root?)\n");
    }

    [Fact]
    public void The_last_hook_before_the_command_lives_under_the_containers_filter()
    {
        var world = Make();
        Bundle(world, "true", config =>
        {
            config["linux"]!["seccomp"] =
                JsonNode.Parse(
                    """{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_KILL"}]}""");
            config["hooks"] =
                JsonNode.Parse(
                    """{"startContainer": [{"path": "/bin/sh", "args": ["sh", "-c", "mkdir /dev/shm/made"]}]}""");
        });
        var outcome = world.Sh("minic create -b bundle $N; minic start $N; minic delete -f $N; minic run -b bundle $N");
        outcome.Output.Should().BeEmpty();
        outcome.Error.Should()
            .Match("minic: run the startContainer hook /bin/sh: error running hook: it was ended by SIGSYS*\nminic: "
                + "run the startContainer hook /bin/sh: error running hook: it was ended by SIGSYS*\n");
    }

    [Fact]
    public void A_capability_that_nobody_knows_is_warned_of_and_left_out()
    {
        var world = Make();
        Bundle(world, "grep CapEff /proc/self/status", config =>
            config["process"]!["capabilities"] =
            JsonNode.Parse(
                """{"bounding": ["CAP_FUTURE", "CAP_CHOWN"], "permitted": ["CAP_FUTURE", "CAP_CHOWN"], "effective": ["CAP_FUTURE", "CAP_CHOWN"]}"""));
        world.Sh("minic run -b bundle $N").Should().Be(new Outcome(
            0, "CapEff:\t0000000000000001\n",
            "minic: warning: $.process.capabilities.bounding[0]: there is no capability \"CAP_FUTURE\": it is left "
                + "out. capabilities(7) lists them.\n"));
    }

    [Fact]
    public void A_device_may_lie_where_the_image_has_no_directory()
    {
        var world = Make();
        Bundle(world, "stat -c '%t:%T %a' /dev/inner/null", config =>
            config["linux"]!["devices"] =
            JsonNode.Parse("""[{"path": "/dev/inner/null", "type": "c", "major": 1, "minor": 3, "fileMode": 420}]"""));
        world.Sh("minic run -b bundle $N").Should().Be(new Outcome(0, "1:3 644\n", ""));
    }

    [Fact]
    public void A_hook_without_an_environment_has_the_callers()
    {
        var world = Make();
        Bundle(world, "true", config => config["hooks"] = JsonNode.Parse($$"""
            {"prestart": [{"path": "/bin/sh", "args": ["sh", "-c", "echo ${WORD-none} >> {{world.Temporary}}/said"]}],
             "createRuntime": [{"path": "/bin/sh", "args": ["sh", "-c", "echo ${WORD-none} ${OWN-none} >> {{world.Temporary}}/said"], "env": ["OWN=mine"]}],
             "poststop": [{"path": "/bin/sh", "args": ["sh", "-c", "echo ${WORD-none} >> {{world.Temporary}}/said"]}]}
            """));
        world.Sh("WORD=first minic create -b bundle $N; WORD=last minic delete -f $N; cat said").Should()
            .Be(new Outcome(0, "first\nnone mine\nlast\n", ""));
    }
}
