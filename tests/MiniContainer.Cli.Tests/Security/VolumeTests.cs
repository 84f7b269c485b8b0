// Attacks on what containers can change while minic works for others: volumes, logs, and what is removed with a pod. As
// in AdvisoryTests, the real minic is tried; docs/security.md has the table.

namespace MiniContainer.Cli.Tests.Security;

[Collection("minic")]
public sealed class VolumeTests : MinicTest
{
    private const string Victim = "mkdir -p $TMP/victim; echo mine > $TMP/victim/secret; mkdir -p vol; ";

    // The volume v, mounted by an init container and, with a subPath, by the container.
    private static string Pod(string command, string volume, string subPath = "x", string prepare = "true", string more = "") => $$"""
        cat > pod.yaml <<YAML
        apiVersion: v1
        kind: Pod
        metadata: { name: $N }
        spec:
          terminationGracePeriodSeconds: 0
          {{more}}
          initContainers: [{ name: first, image: $ROOTFS, command: [sh, -c, "{{prepare}}"], volumeMounts: [{ name: v, mountPath: /v }] }]
          containers: [{ name: main, image: $ROOTFS, command: [sh, -c, "{{command}}"], volumeMounts: [{ name: v, mountPath: /m, subPath: {{subPath}} }] }]
          volumes: [{ name: v, {{volume}} }]
        YAML

        """;

    [Theory]
    [InlineData("emptyDir: {}", "/")]
    [InlineData("emptyDir: {}", "$TMP/victim")]
    [InlineData("emptyDir: {}", "../../../../../../../..$TMP/victim")]
    [InlineData("emptyDir: {}", "/proc/self/root$TMP/victim")]
    [InlineData("hostPath: { path: $TMP/vol }", "/")]
    [InlineData("hostPath: { path: $TMP/vol }", "../victim")]
    public void CVE_2017_1002101_a_link_in_a_volume_does_not_lead_out_of_it(string volume, string target)
    {
        var world = Make();
        var outcome = world.Sh(Victim
            + Pod("cat /m/secret /m$TMP/victim/secret; touch /m/made; sleep 100", volume,
                prepare: $"rm -rf /v/x; ln -s {target} /v/x")
            + "minic pod run pod.yaml; echo code $?; minic pod rm --force $N; ls victim");
        outcome.Output.Should().Be("code 125\nsecret\n", outcome.Error);
        outcome.Error.Should().Contain("pick up x of ").And.Contain("EXDEV").And.Contain("it leads out of");
    }

    // The last part, one in the middle, and one that is to be made behind the link.
    [Theory]
    [InlineData("a/x")]
    [InlineData("x/y")]
    [InlineData("x/new/dir")]
    public void A_link_in_the_middle_of_a_subPath_does_not_lead_out_either(string subPath)
    {
        var world = Make();
        world.Sh(Victim + "mkdir victim/y; "
            + Pod("true", "hostPath: { path: $TMP/vol }", subPath,
                "mkdir /v/a; ln -s ../../victim /v/a/x; ln -s ../victim /v/x")
            + "minic pod run pod.yaml 2>/dev/null; echo code $?; minic pod rm --force $N; ls victim").Output.Should()
                .Be("code 125\nsecret\ny\n");
    }

    [Fact]
    public void A_link_that_stays_in_the_volume_is_followed()
    {
        var world = Make();
        world.Sh(
            Pod("cat /m/file; sleep 100", "emptyDir: {}",
                prepare: "mkdir -p /v/real; echo inside > /v/real/file; ln -s real /v/x")
            + "minic pod run pod.yaml > /dev/null; sleep 0.2; minic pod logs $N; minic pod rm --force $N").Output
                .Should().Be("inside\n");
    }

    [Fact]
    public void A_part_of_a_volume_may_be_a_file_that_an_earlier_container_wrote()
    {
        var world = Make();
        world.Sh(
            Pod("cat /m; sleep 100", "emptyDir: {}", "conf/app.ini", "mkdir /v/conf; echo written > /v/conf/app.ini")
            + "minic pod run pod.yaml > /dev/null; sleep 0.2; minic pod logs $N; minic pod rm --force $N").Output
                .Should().Be("written\n");
    }

    [Fact]
    public void A_part_of_a_volume_that_is_missing_is_made_with_the_permissions_of_the_volume()
    {
        var world = Make();
        world.Sh("mkdir vol; chmod 0751 vol; "
            + Pod("echo here > /m/file; sleep 100", "hostPath: { path: $TMP/vol }", "a/b")
            + "minic pod run pod.yaml > /dev/null; sleep 0.2; cat vol/a/b/file; stat -c %a vol/a vol/a/b; minic pod "
            + "rm --force $N").Output.Should().Be("here\n751\n751\n");
    }

    [Fact]
    public void CVE_2021_25741_a_link_that_is_swapped_meanwhile_leads_nowhere()
    {
        var world = Make();
        world.Sh(Victim + Pod("ls /m; cat /m/secret /m/new/secret", "hostPath: { path: $TMP/vol }", "x/new") + """
            while :; do
              for to in $TMP/victim ../victim /proc/self/cwd/victim; do mkdir -p vol/x/new; rm -rf vol/x; ln -s $to vol/x; rm -f vol/x; done
            done 2>/dev/null &
            racer=$!
            for i in $(seq 5); do
              minic pod run pod.yaml >/dev/null 2>&1 && { sleep 0.1; minic pod logs $N; }
              minic pod rm --force $N
            done 2>/dev/null | grep -c mine
            kill $racer; ls victim; stat -c %a victim
            """).Output.Should().Be("0\nsecret\n755\n");
    }

    [Fact]
    public void A_hostPath_in_another_volume_of_the_pod_does_not_lead_out_of_that()
    {
        var world = Make();
        var outcome = world.Sh(Victim + """
            mkdir vol/inner
            cat > pod.yaml <<YAML
            apiVersion: v1
            kind: Pod
            metadata: { name: $N }
            spec:
              initContainers: [{ name: first, image: $ROOTFS, command: [sh, -c, "rmdir /v/inner; ln -s / /v/inner"], volumeMounts: [{ name: outer, mountPath: /v }] }]
              containers: [{ name: main, image: $ROOTFS, command: [sh, -c, "cat /m$TMP/victim/secret"], volumeMounts: [{ name: inner, mountPath: /m }] }]
              volumes: [{ name: outer, hostPath: { path: $TMP/vol } }, { name: inner, hostPath: { path: $TMP/vol/inner } }]
            YAML
            minic pod run pod.yaml; echo code $?
            """);
        outcome.Output.Should().Be("code 125\n");
        outcome.Error.Should().Contain("EXDEV");
    }

    // The orphan outlives the container that made it by a moment: it is a child of pause. What it does to the
    // container's files meanwhile must not lead the removal elsewhere.
    [Fact]
    public void Who_swaps_links_while_a_pod_is_removed_leads_nothing_out()
    {
        var world = Make();
        world.Sh("mkdir -p victim/x/y; touch victim/x/y/kept; " + Pod(
            "for i in 1 2 3 4; do (while :; do mkdir -p /m/x/y/z; mv /m/x /m/old\\$i; ln -s $TMP/victim/x /m/x; rm -f /m/x; rm -rf /m/old\\$i; done) & done 2>/dev/null; sleep 0.1", "emptyDir: {}", ".", more: "shareProcessNamespace: true") + """
            for i in $(seq 6); do minic pod run pod.yaml >/dev/null; sleep 0.2; minic pod rm --force $N; done
            find victim
            """).Output.Should().Be("victim\nvictim/x\nvictim/x/y\nvictim/x/y/kept\n");
    }

    [Fact]
    public void Names_that_are_no_text_and_directories_without_end_are_removed_with_the_pod()
    {
        var world = Make();
        var outcome = world.Sh(Pod("cd /m; i=0; while [ \\$i -lt 1500 ]; do mkdir d; cd d; i=\\$((i+1)); done; touch last; echo done; sleep 100", "emptyDir: {}", ".") + """
            minic pod run pod.yaml >/dev/null
            for i in $(seq 100); do minic pod logs $N | grep -q done && break; sleep 0.1; done
            mkdir $STATE/pods/$N/volumes/v/$'\377\376'; touch $STATE/pods/$N/volumes/v/$'\377\376'/$'a\nb\200'
            minic pod rm $N; echo code $?
            """);
        outcome.Should().Be(new Outcome(0, "code 0\n", ""));
    }

    [Fact]
    public void A_link_in_the_place_of_a_log_is_not_followed()
    {
        var world = Make();
        var outcome = world.Sh(Victim + Pod("sleep 100", "emptyDir: {}", ".") + """
            minic pod run pod.yaml >/dev/null
            ln -sf $TMP/victim/secret $STATE/pods/$N/logs/main.log
            minic pod logs $N; echo code $?
            minic pod rm --force $N
            """);
        outcome.Output.Should().Be("code 125\n");
        outcome.Error.Should().Contain("ELOOP");
    }

    [Theory]
    [InlineData("File", "vol", "is no File")]
    [InlineData("Directory", "victim/secret", "is no Directory")]
    [InlineData("Socket", "vol", "is no Socket")]
    [InlineData("CharDevice", "vol", "is no CharDevice")]
    [InlineData("BlockDevice", "vol", "is no BlockDevice")]
    [InlineData("Directory", "nowhere", "DirectoryOrCreate")]
    [InlineData("", "nowhere", "DirectoryOrCreate")]
    public void A_hostPath_of_another_type_is_refused(string type, string path, string error)
    {
        var world = Make();
        var outcome = world.Sh(Victim + Pod("true", $"hostPath: {{ path: $TMP/{path}, type: \"{type}\" }}", "\"\"")
            + "minic pod run pod.yaml; echo code $?");
        outcome.Output.Should().Be("code 125\n");
        outcome.Error.Should().Contain(error);
    }

    [Fact]
    public void A_hostPath_of_FileOrCreate_is_made_and_stays()
    {
        var world = Make();
        // At places of its own: the root file system of all tests may have directories where the others mount theirs.
        world.Sh(Pod("echo said > /m; sleep 100", "hostPath: { path: $TMP/file, type: FileOrCreate }", "\"\"", "true")
            + "sed -i 's,: /v ,: /file-v ,; s,: /m,: /file-m,; s,> /m,> /file-m,' pod.yaml; "
            + "minic pod run pod.yaml >/dev/null; until [ -s file ]; do sleep 0.05; done; minic pod rm --force $N; "
            + "cat file; stat -c '%a %F' file").Output.Should().Be("said\n644 regular file\n");
    }
}
