// A journal of which this minic cannot read all: another version of minic wrote it, or it was damaged. Each verb says
// by name what cannot be undone, none claims success, none stops at the first such container, and nothing of it is
// lost.

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class UnreadJournalTests : MinicTest
{
    // A container that has stopped, beside another one; then one line of its journal is changed by sed.
    private const string Stopped = """
        for c in $N-a $N-b $N-c; do minic run -d --net none --rootfs "$ROOTFS" --name $c sleep 100 >/dev/null; done
        minic kill $N-b KILL; until [ "$(minic state $N-b | grep -c stopped)" = 1 ]; do sleep 0.1; done
        J=$STATE/containers/$N-b/journal
        cp "$J" "$TMP/whole"
        """;

    /// <summary>What happened to the journal: a program of sed, and how minic names what it cannot undo.</summary>
    public static TheoryData<string, string, string> Damages => new()
    {
        { "a kind that this minic does not know, in the middle", "0,/{\"mkcgroup\":/s//{\"make-vxlan\":/",
            "make-vxlan" },
        { "a kind that this minic does not know, last", "$a {\"n\":9999,\"begin\":{\"make-vxlan\":{\"name\":\"v\"}}}",
            "make-vxlan" },
        { "a line that was cut", "/\"begin\":{\"mkcgroup\"/{s/....$//;:a;n;ba}", "mkcgroup" },
        { "a line that was garbled", "/\"begin\":{\"mkcgroup\"/{s/.*/#%@/;:a;n;ba}", "#%@" },
        { "a member more", "/\"begin\":{\"mkcgroup\":{/{s//\"begin\":{\"mkcgroup\":{\"more\":1,/;:a;n;ba}",
            "mkcgroup" },
        { "a member less", "/\"begin\":{\"mkcgroup\"/{s/\"path\":\"[^\"]*\",*//;:a;n;ba}", "mkcgroup" },
        { "a result with a member more", "/\"done\":{\"made\":true/{s//\"done\":{\"link\":7,\"made\":true/;:a;n;ba}",
            "link" },
        { "a newer minic's line", "$a {\"paused\":{\"by\":\"somebody\"}}", "paused" },
        { "an older minic's header", "1s/\"owner\":{[^}]*},*//", "owner" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public void Each_verb_names_what_it_cannot_read(string damage, string sed, string name)
    {
        var world = Make();
        var outcome = world.Sh(Stopped + $$"""

            sed -i '{{sed.Replace("'", "'\\''", StringComparison.Ordinal)}}' "$J"
            cmp -s "$J" "$TMP/whole" && echo "nothing was changed"
            cp "$J" "$TMP/damaged"
            lines() { grep -cvE '"(down|undone)":true' "$1"; }
            try() { echo "== $*"; minic "$@" 2>&1; echo "-- $?"; }
            try list; try list --format json; try state $N-b; try plan $N-b; try gc; try delete $N-b; try delete --force $N-b; try delete --force $N-b; try gc; try list
            [ "$(lines "$TMP/damaged")" = "$(lines "$J")" ] && echo "nothing is lost"
            # As the hint says: by hand, and then the directory.
            minic list -q >/dev/null
            cp "$TMP/whole" "$J"; minic delete --force $N-b; echo "whole again: $?"
            minic delete -f $N-a; minic delete -f $N-c
            """);
        var said = outcome.Output.Split("== ")[1..].Select(s => s.Split('\n', 2)).ToList();
        outcome.Output.Should().NotContain("nothing was changed").And.Contain("nothing is lost").And
            .Contain("whole again: 0", damage);
        outcome.Output.Should().NotContain("Unhandled exception").And.NotContain("   at MiniContainer.");
        foreach (var (verb, text) in said.Select(s => (Verb: s[0], Text: s[1])))
        {
            if (verb == "gc" && text.StartsWith("-- 0", StringComparison.Ordinal))
                continue; // what is stopped, and was up, is no garbage
            text.Should().Contain(name, $"{damage}: minic {verb}");
            var shows = verb.Split(' ')[0] is "list" or "state" or "plan";
            var succeeded = text.Split("-- ")[^1].StartsWith("0\n", StringComparison.Ordinal);
            succeeded.Should().Be(shows, $"{damage}: minic {verb}: {text}");
            if (verb.StartsWith("list", StringComparison.Ordinal))
                text.Should().ContainAll([$"{world.Name}-a", $"{world.Name}-b", $"{world.Name}-c"]);
            if (!shows)
                text.Should().Contain("cannot be read").And.NotContain("removed container");
        }
    }

    [Fact]
    public void Gc_goes_on_behind_one_that_it_cannot_read()
    {
        // Both were left by a minic that was killed: a journal in which undoing had begun is anybody's to end.
        var world = Make();
        var outcome = world.Sh(Stopped + """

            minic kill $N-c KILL
            for c in b c; do echo '{"down":true}' >> "$STATE/containers/$N-$c/journal"; done
            sed -i '0,/{"mkcgroup":/s//{"make-vxlan":/' "$J"
            minic gc; echo "-- $?"
            minic list -q
            cp "$TMP/whole" "$J"; minic delete --force $N-b; minic delete --force $N-a
            """);
        outcome.Output.Should().Contain($"removed container {world.Name}-c").And.Contain("-- 125")
            .And.Contain($"\n{world.Name}-a\n{world.Name}-b\n").And.NotContain($"removed container {world.Name}-b");
        outcome.Error.Should().Contain("make-vxlan").And.Contain("The version of minic that wrote").And
            .Contain("rm -r ");
    }

    [Fact]
    public void The_undo_by_hand_says_what_it_cannot_do_and_keeps_the_journal()
    {
        var world = Make();
        var outcome = world.Sh(Stopped + """

            sed -i '0,/{"mkcgroup":/s//{"make-vxlan":/' "$J"
            minic delete --force --by-hand $N-b > undo.sh; sh undo.sh; echo "-- $?"
            [ -e "$J" ] && echo kept
            cp "$TMP/whole" "$J"; minic delete --force $N-b; minic delete --force $N-a; minic delete --force $N-c
            """);
        outcome.Output.Should().Contain("-- 1\nkept\n");
        outcome.Error.Should().Contain("cannot undo the step \"make-vxlan\" of line");
    }

    [Fact]
    public void What_a_network_says_that_cannot_be_read_is_refused_by_name_and_the_network_kept()
    {
        var world = Make();
        var outcome = world.Sh("""
            run() { minic run -d --net minic --rootfs "$ROOTFS" --name $1 sleep 100 >/dev/null; }
            run $N-a || exit 1
            J=$STATE/networks/minic/journal
            cp "$J" "$TMP/whole"
            sed -i 's/{"make-bridge":/{"make-vxlan":/' "$J"
            run $N-b && minic delete -f $N-b; echo "another user: $?"
            minic delete -f $N-a; echo "the last user: $?"
            ip link show minic0 >/dev/null && grep -q make-vxlan "$J" && echo "the bridge is kept"
            nft list tables; cat "$J" | grep -c '"undone":true' | sed 's/^[1-9].*/the others are undone/'
            run $N-c; echo "the next user: $?"
            minic list -q
            minic gc; echo "gc: $?"
            cp "$TMP/whole" "$J"; minic gc; echo "whole again: $?"
            ip link show minic0 2>/dev/null; ls "$STATE" 2>/dev/null; minic list -q
            """);
        outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().Equal(
            "another user: 0", "the last user: 1", "the bridge is kept", "the others are undone", "the next user: 125",
            $"{world.Name}-a", "gc: 125", $"removed container {world.Name}-a", "whole again: 0");
        outcome.Error.Should().Contain("end the network minic: undo the step \"make-vxlan\" of line")
            .And.Contain("The version of minic that wrote").And.Contain("rm -r ");
    }
}
