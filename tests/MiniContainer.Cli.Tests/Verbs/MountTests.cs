// What config.json says of mounts, seen from inside the container: where they are, in which order, and how they
// propagate.

using System.Text.Json.Nodes;

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class MountTests : MinicTest
{
    // The mount points of a file, in the order of mountinfo, as far as they were asked for.
    private const string Points = "cut -d' ' -f5 /proc/self/mountinfo";

    private static JsonArray Array(params string[] items) => [.. items.Select(i => JsonValue.Create(i))];

    /// <summary>Writes a bundle whose root file system is a copy at $TMP/image.</summary>
    private static JsonObject Bundle(MinicWorld world, string script, params string[] mounts)
    {
        world.Sh("[ -d image ] || cp -a \"$ROOTFS\" image").Code.Should().Be(0);
        var path = Path.Combine(world.Bundle("true"), "config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        config["process"]!["args"] = Array("sh", "-c", script);
        config["root"]!["path"] = $"{world.Temporary}/image";
        foreach (var mount in mounts)
            config["mounts"]!.AsArray()
                .Add(JsonNode.Parse(mount.Replace("TMP", world.Temporary, StringComparison.Ordinal)));
        Save(world, config);
        return config;
    }

    private static void Save(MinicWorld world, JsonObject config) =>
        File.WriteAllText($"{world.Temporary}/bundle/config.json", config.ToJsonString());

    [Theory]
    [InlineData("rshared", "shared shared private")]
    [InlineData("shared", "shared private private")]
    [InlineData("slave", "slave private private")]
    [InlineData("private", "private private private")]
    [InlineData("unbindable", "unbindable private private")]
    [InlineData("runbindable", "unbindable unbindable private")]
    public void The_root_has_the_propagation_that_was_asked_for_and_nothing_stays_on_a_shared_host(string propagation,
        string expected)
    {
        var world = Make();
        var config = Bundle(world,
            "for p in / /proc /own; do awk -v p=$p '$5 == p {k = \"private\"; if (/ unbindable/) k = \"unbindable\"; "
                + "if (/ master:/) k = \"slave\"; if (/ shared:/) k = \"shared\"; print k}' /proc/self/mountinfo; done",
            """{"destination": "/own", "type": "bind", "source": "TMP", "options": ["bind", "rprivate"]}""");
        config["linux"]!["rootfsPropagation"] = propagation;
        Save(world, config);
        var outcome = world.Sh("mount --make-rshared /; before=$(wc -l < /proc/self/mountinfo); minic run -b bundle "
            + "$N; sed -i 's/\"sh\"/\"missing\"/' bundle/config.json; minic run -b bundle $N 2>/dev/null; [ $before = "
            + "$(wc -l < /proc/self/mountinfo) ]");
        outcome.Should().Be(new Outcome(0, expected.Replace(' ', '\n') + "\n", ""));
    }

    [Theory]
    [InlineData("rshared", "seen")]
    [InlineData("rslave", "")]
    public void What_is_mounted_in_a_shared_volume_appears_on_the_host(string option, string seen)
    {
        var world = Make();
        var config = Bundle(world, "mount -t tmpfs none /vol/sub && mkdir /vol/sub/seen",
            $$"""{"destination": "/vol", "type": "bind", "source": "TMP/vol", "options": ["rbind", "{{option}}"]}""");
        config["linux"]!["rootfsPropagation"] = option;
        foreach (var set in new[] { "bounding", "effective", "permitted" })
            config["process"]!["capabilities"]![set]!.AsArray().Add("CAP_SYS_ADMIN");
        Save(world, config);
        var outcome = world.Sh("mkdir -p vol/sub; mount --bind vol vol; mount --make-shared vol; minic run -b bundle "
            + "$N; ls vol/sub; umount vol/sub 2>/dev/null; umount vol");
        outcome.Should().Be(outcome with { Output = seen.Length > 0 ? seen + "\n" : "", Error = "" });
    }

    [Fact]
    public void Mounts_come_in_the_order_of_the_file_and_may_have_one_destination()
    {
        var world = Make();
        var config = Bundle(world,
            $"{Points} | grep -xE '/(proc|dev|sys|dev/pts|vol|vol2|late|sys/fs/cgroup)' | tr '\\n' ' '");
        var mounts = config["mounts"]!.AsArray();
        mounts.Insert(1,
            JsonNode.Parse(
                $$"""{"destination": "/vol", "type": "bind", "source": "{{world.Temporary}}", "options": ["bind"]}"""));
        mounts.Add(JsonNode.Parse("""{"destination": "/late", "type": "tmpfs", "source": "tmpfs"}"""));
        mounts.Add(
            JsonNode.Parse(
                $$"""{"destination": "/vol2", "type": "bind", "source": "{{world.Temporary}}", "options": ["bind"]}"""));
        mounts.Add(JsonNode.Parse("""{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup"}"""));
        Save(world, config);
        world.Sh("minic run -b bundle $N").Should()
            .Be(new Outcome(0, "/proc /vol /dev /dev/pts /sys /sys/fs/cgroup /late /vol2 /sys/fs/cgroup ", ""));
    }

    [Fact]
    public void A_source_may_be_what_an_earlier_mount_brought()
    {
        var world = Make();
        Bundle(world, "cat /file /sub/word; touch /second/x; ls /first",
            """{"destination": "/vol", "type": "bind", "source": "TMP/vol", "options": ["bind"]}""",
            """{"destination": "/file", "type": "bind", "source": "TMP/image/vol/sub/word", "options": ["bind"]}""",
            """{"destination": "/sub", "type": "bind", "source": "TMP/image/vol/sub", "options": ["bind", "ro"]}""",
            """{"destination": "/first", "type": "tmpfs", "source": "tmpfs"}""",
            """{"destination": "/second", "type": "bind", "source": "TMP/image/first", "options": ["bind"]}""");
        world.Sh("mkdir -p vol/sub; echo word > vol/sub/word; minic run -b bundle $N").Should()
            .Be(new Outcome(0, "word\nword\nx\n", ""));
    }

    [Theory]
    [InlineData("/run/a/b", "/link", "/run/a/b")]
    [InlineData("../../../run/a", "/link", "/run/a")]
    [InlineData("/not/there", "/link/in/it", "/not/there/in/it")]
    [InlineData("inside/../away", "/etc/../link", "/away")]
    public void A_missing_mount_point_behind_a_link_is_made_in_the_root(string link, string destination, string where)
    {
        var world = Make();
        var outcome = world.Sh($$"""
            set -e; mkdir -p vol; echo dir > vol/word; echo file > word; cp -a $ROOTFS image; ln -s {{link}} image/link
            for kind in vol word; do
              minic run --name $N --rootfs image -v $TMP/$kind:{{destination}} sh -c 'cat {{where}} 2>/dev/null || cat {{where}}/word'
              rm -rf image{{where}}
            done
            [ ! -e /run/a ] && [ ! -e /not ] && [ ! -e /away ]
            """);
        outcome.Should().Be(new Outcome(0, "dir\nfile\n", ""));
    }

    [Fact]
    public void On_a_read_only_file_system_it_is_the_missing_mount_point_that_is_told()
    {
        var world = Make();
        var outcome = world.Sh("""
            cp -a $ROOTFS image; mount --bind image image; mount -o remount,bind,ro image
            minic run --name $N --rootfs image true && echo fine
            minic run --name $N --rootfs image -v /etc:/missing true; minic run --name $N --rootfs image -v /etc/passwd:/missing true
            """);
        outcome.Output.Should().Be("fine\n");
        outcome.Error.Should()
            .Match("*mkdirat(AT_FDCWD, \"/missing\", 0755): EROFS*\n*mknodat(AT_FDCWD, \"/missing\", *): EROFS*\n");
    }

    [Fact]
    public void A_tmpfs_has_the_mode_of_the_directory_that_it_covers()
    {
        var world = Make();
        Bundle(world, "stat -c %a /m711 /link/ /m2755 /own /new /vol/sub",
            """{"destination": "/m711", "type": "tmpfs", "source": "tmpfs"}""",
            """{"destination": "/link", "type": "tmpfs", "source": "tmpfs"}""",
            """{"destination": "/m2755", "type": "tmpfs", "source": "tmpfs", "options": ["size=1m"]}""",
            """{"destination": "/own", "type": "tmpfs", "source": "tmpfs", "options": ["mode=750"]}""",
            """{"destination": "/new", "type": "tmpfs", "source": "tmpfs"}""",
            """{"destination": "/vol", "type": "bind", "source": "TMP/vol", "options": ["bind"]}""",
            """{"destination": "/vol/sub", "type": "tmpfs", "source": "tmpfs"}""");
        world.Sh("""
            mkdir -m711 image/m711; mkdir -m2755 image/m2755; mkdir -m711 image/own; mkdir -m 701 image/target; ln -s target image/link; mkdir -p vol; mkdir -m 770 vol/sub
            minic run -b bundle $N
            """).Should().Be(new Outcome(0, "711\n701\n2755\n750\n1777\n770\n", ""));
    }

    [Fact]
    public void File_systems_that_name_paths_of_the_host_are_mounted()
    {
        var world = Make();
        var config = Bundle(world, "cat /ov/word /disk/word; echo up > /ov/made",
            """{"destination": "/ov", "type": "overlay", "source": "overlay", "options": ["lowerdir=TMP/l", "upperdir=TMP/u", "workdir=TMP/w"]}""");
        config["mounts"]!.AsArray()
            .Add(JsonNode.Parse("""{"destination": "/disk", "type": "ext4", "source": "LOOP", "options": ["ro"]}"""));
        Save(world, config);
        var outcome = world.Sh("""
            mkdir l u w d; echo low > l/word; echo disk > d/word; truncate -s 4M disk; mkfs.ext4 -q -d d disk || exit 9
            loop=$(losetup -f --show disk) || exit 9
            sed -i "s|LOOP|$loop|" bundle/config.json; minic run -b bundle $N; code=$?; losetup -d $loop; cat u/made
            grep -c "$TMP" /proc/self/mountinfo; exit $code
            """);
        Assert.SkipWhen(outcome.Code == 9, "needs mkfs.ext4 and a loop device");
        outcome.Should().Be(new Outcome(0, "low\ndisk\nup\n0\n", ""));
    }

    [Fact]
    public void A_relative_destination_begins_at_the_root_and_is_warned_of()
    {
        var world = Make();
        Bundle(world, $"{Points} | grep rel", """{"destination": "rel", "type": "tmpfs", "source": "tmpfs"}""");
        var outcome = world.Sh("minic run -b bundle $N");
        outcome.Output.Should().Be("/rel\n");
        outcome.Error.Should().Contain("warning: $.mounts[").And.Contain("\"rel\" is not absolute");
    }
}
