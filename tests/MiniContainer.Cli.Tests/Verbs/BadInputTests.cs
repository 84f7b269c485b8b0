// The bad input of which the tracker's issue 2 speaks: each is one clear error, its exit code, and leaves nothing.

using MiniContainer.Pods.Lifecycle;

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class BadInputTests : MinicTest
{
    [Fact]
    public void Every_bad_input_is_one_clear_error()
    {
        var world = Make();
        world.Bundle("true", terminal: true, name: "tty");
        Bundles(world, File.ReadAllText(Path.Combine(world.Bundle("true", name: "good"), "config.json")));
        string[] lines =
        [
            "minic run --rootfs $TMP/none sh", "minic run --rootfs /etc/passwd sh", "minic run --rootfs $ROOTFS",
            "minic run", "minic run --memory 1m $N",
            "minic run --rootfs $ROOTFS --name a/b true", "minic run -b $TMP/none $N", "minic run -b $TMP/empty $N",
            "minic run -b $TMP/broken $N", "minic run -b $TMP/namespace $N", "minic run -b $TMP/noroot $N",
            "minic create -b $TMP/noroot $N", "minic create -b $TMP/tty $N", "minic run -d -b $TMP/tty $N",
            "minic create -b $TMP/good --console-socket $TMP/none $N",
            "minic create -b $TMP/tty --console-socket $TMP/none $N",
            "minic run -b $TMP/good --pid-file $TMP/none/pid $N",
            "minic create -b $TMP/good --pid-file $TMP/none/pid $N", "minic run -b $TMP/good --preserve-fds 1 $N",
            "minic create -b $TMP/nocommand $N", "minic state $N", "minic start $N", "minic kill $N",
            "minic kill $N NOPE", "minic delete $N", "minic exec $N sh", "minic ps $N", "minic spec -b $TMP/good",
            "DBUS_SYSTEM_BUS_ADDRESS=unix:path=$TMP/none minic --systemd-cgroup run -b $TMP/good $N",
            "minic --cgroup-manager nobody list",
            "minic --log $TMP/none/log list",
            "setpriv --reuid 1000 --regid 1000 --clear-groups $MINIC --root $TMP/mine run --rootfs $ROOTFS --name $N "
                + "true",
        ];
        var told = lines.Select(line => (line, outcome: world.Sh(line)))
            .Select(t => $"$ {t.line}\n{world.Neutral(t.outcome.Output)}{t.outcome.Error}exit code {t.outcome.Code}\n");
        // Which builder there is depends on where the program lies; ImagesTests knows each.
        var remedy = world.Neutral(Images.Remedy(Path.GetDirectoryName(world.Minic)!));
        Testing.Golden.Check(string.Concat(told).Replace(remedy, "REMEDY", StringComparison.Ordinal), "bad-input.txt");
    }

    [Fact]
    public void A_used_name_is_told_and_its_owner_keeps_it()
    {
        var world = Make();
        var outcome = world.Sh("minic run -d --name $N --rootfs $ROOTFS sleep 1000 >/dev/null; minic run --name $N "
            + "--rootfs $ROOTFS true; echo $?; minic exec $N echo lives; minic delete -f $N");
        outcome.Output.Should().Be("125\nlives\n");
        outcome.Error.Should().StartWith("minic: make container N: the name is in use.");
    }

    [Fact]
    public void A_full_disk_is_told_and_leaves_nothing()
    {
        var world = Make();
        // One page is enough for the state directory, and not for a journal.
        var outcome = world.Sh("mkdir $TMP/full; mount -t tmpfs -o size=4k,mode=700 tmpfs $TMP/full; \"$MINIC\" "
            + "--root $TMP/full run --name $N --rootfs $ROOTFS true; echo $?; find $TMP/full -mindepth 1");
        outcome.Output.Should().Be("125\n");
        outcome.Error.Should().Contain("No space left on device").And.Contain("Make room");
    }

    private static void Bundles(MinicWorld world, string json)
    {
        Make("empty", null);
        Make("broken", "{\n  \"ociVersion\": \"1.3.0\",\n  \"root\": {\"path\" \"x\"}\n}\n");
        Make("namespace", json.Replace("\"uts\"", "\"utz\"", StringComparison.Ordinal));
        Make("noroot", json.Replace(world.Rootfs, "rootfs", StringComparison.Ordinal));
        Make("nocommand", json.Replace("\"true\"", "\"nonexistent\"", StringComparison.Ordinal));

        void Make(string name, string? config)
        {
            var path = Directory.CreateDirectory(Path.Combine(world.Temporary, name)).FullName;
            if (config is not null)
                File.WriteAllText(Path.Combine(path, "config.json"), config);
        }
    }
}
