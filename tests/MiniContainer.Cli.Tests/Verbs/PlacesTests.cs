// Wherever minic, the root file system and the state lie: a path with spaces and letters that are not ASCII works for
// all of them, by hand too. Where a user cannot reach the clone, the tests have copies.

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class PlacesTests : MinicTest
{
    private const string Place = """
        D="$TMP/Gerät mit Leerzeichen"; mkdir "$D"
        if [ -e "$MINIC.dll" ]; then cp -a "$(dirname "$MINIC")/." "$D"; else cp -a "$MINIC" "$D"; fi
        cp -a $ROOTFS "$D/root fs"; cd "$D"; ip link set lo up
        m() { "$D/minic" --root "$STATE/st ate" "$@"; }

        """;

    [Fact]
    public void Spaces_and_letters_of_any_kind_may_be_in_every_path()
    {
        var world = Make();
        world.Sh(Place + """
            m run --name $N --rootfs "root fs" -v "$D/root fs:/mnt:ro" ls /mnt/bin/busybox
            m run --name $N --rootfs "root fs" --by-hand echo by hand > do.sh; sh do.sh; m run --name $N --rootfs "root fs" --by-hand=undo true | sh
            mkdir "bun dle"; m spec -b "bun dle"; sed -i "s|\"rootfs\"|\"$D/root fs\"|; s|\"terminal\": true|\"terminal\": false|; s|\"sh\"|\"pwd\"|" "bun dle/config.json"; m run -b "bun dle" $N
            printf 'apiVersion: v1\nkind: Pod\nmetadata: { name: %s }\nspec:\n  restartPolicy: Never\n  containers:\n    - { name: main, image: "%s", command: [echo, pod] }\n' $N "$D/root fs" > "po d.yaml"
            m pod run "po d.yaml" > up; until m pod logs $N; do sleep 0.1; done | head -n 1; m pod rm --force $N
            m gc; find "$STATE" -type f
            """).Should().Be(new Outcome(0, "/mnt/bin/busybox\nby hand\n/\npod\n", ""));
    }

    [Fact]
    public void Tests_reach_what_users_and_shells_do_not()
    {
        var world = Make();
        world.Sh(Place + "chmod 711 $TMP; mkdir -m 700 $TMP/closed; mv root\\ fs minic $TMP/closed");
        var closed = new Testing.Programs($"{world.Temporary}/closed/minic", $"{world.Temporary}/closed/root fs");
        Testing.Programs.IsReachable(closed.Minic).Should().BeFalse("its directory is root's alone");
        Testing.Programs.IsReachable($"{world.Temporary}/Gerät mit Leerzeichen").Should()
            .BeFalse("a shell would need quotes");
        var reachable = closed.Reachable();
        Testing.Programs.IsReachable(reachable.Minic).Should().BeTrue();
        Testing.Programs.IsReachable(reachable.Rootfs).Should().BeTrue();
        world.Sh(
            $"setpriv --reuid 1234 --regid 1234 --clear-groups sh -c '{reachable.Minic} --version > /dev/null && "
                + $"{reachable.Rootfs}/bin/busybox echo reached'").Should().Be(new Outcome(0, "reached\n", ""));
    }
}
