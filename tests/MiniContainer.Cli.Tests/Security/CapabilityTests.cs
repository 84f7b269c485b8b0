// A process has exactly the capabilities of config.json, whatever minic itself has: in a new user namespace the kernel
// gives all of them, bounding set included, also those that minic was denied.

using System.Text.Json.Nodes;
using MiniContainer.Cli.Tests.Verbs;

namespace MiniContainer.Cli.Tests.Security;

[Collection("minic")]
public sealed class CapabilityTests : BundleTest
{
    // KILL is 5, NET_BIND_SERVICE 10, AUDIT_WRITE 29.
    private static readonly string[] Asked = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"];
    private const string Three = "0000000020000420";
    private const string One = "0000000000000020";
    private const string None = "0000000000000000";

    // Two that config.json does not ask for, and one that it does.
    private const string Denied = "setpriv --bounding-set -sys_ptrace,-sys_time,-audit_write";

    private const string Look = "grep ^Cap /proc/self/status | tr '\\t' ' '";

    private static JsonObject Sets(bool ambient) => new()
    {
        ["bounding"] = Array(Asked),
        ["effective"] = Array(Asked),
        ["permitted"] = Array(Asked),
        ["inheritable"] = ambient ? Array("CAP_KILL") : [],
        ["ambient"] = ambient ? Array("CAP_KILL") : [],
    };

    private static string Status(string inheritable, string permitted, string bounding, string ambient) =>
        $"CapInh: {inheritable}\nCapPrm: {permitted}\nCapEff: {permitted}\nCapBnd: {bounding}\nCapAmb: {ambient}\n";

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Root_has_what_is_asked_for_and_can_get_no_more(bool ownUsers, bool noNewPrivileges)
    {
        var world = Make();
        Bundle(world, Look + "; exec sleep 100", ownUsers ? OwnUsers : _ => { }, Capabilities(Sets(ambient: false)),
            c => c["process"]!["noNewPrivileges"] = noNewPrivileges);
        // In its own user namespace the container has even what minic was denied; in minic's it cannot.
        var has = ownUsers ? Three : "0000000000000420";
        var outcome = world.Sh($"{Denied} \"$MINIC\" --root $STATE create -b bundle $N > run.log; minic start $N; "
            + $"{Denied} \"$MINIC\" --root $STATE exec $N sh -c \"{Look}\"; for i in $(seq 200); do grep -q CapAmb "
            + "run.log && break; sleep 0.05; done; cat run.log; minic delete -f $N");
        outcome.Should().Be(new Outcome(0, Status(None, has, has, None) + Status(None, has, has, None), ""));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Another_user_has_what_is_ambient_and_nothing_else(bool ownUsers)
    {
        var world = Make();
        Bundle(world, Look, ownUsers ? OwnUsers : _ => { }, User(1000), Capabilities(Sets(ambient: true)),
            c => c["process"]!["noNewPrivileges"] = false);
        var bounding = ownUsers ? Three : "0000000000000420";
        world.Sh($"{Denied} \"$MINIC\" --root $STATE run -b bundle $N").Should()
            .Be(new Outcome(0, Status(One, One, bounding, One), ""));
        Bundle(world, Look, ownUsers ? OwnUsers : _ => { }, User(1000), Capabilities(Sets(ambient: false)));
        world.Sh($"{Denied} \"$MINIC\" --root $STATE run -b bundle $N").Should()
            .Be(new Outcome(0, Status(None, None, bounding, None), ""));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_configuration_without_capabilities_asks_for_none(bool ownUsers)
    {
        var world = Make();
        Bundle(world, Look, ownUsers ? OwnUsers : _ => { }, c => c["process"]!.AsObject().Remove("capabilities"));
        world.Sh("minic run -b bundle $N").Should().Be(new Outcome(0, Status(None, None, None, None), ""));
        Bundle(world, Look, ownUsers ? OwnUsers : _ => { }, Capabilities([]));
        world.Sh("minic run -b bundle $N").Should().Be(new Outcome(0, Status(None, None, None, None), ""));
    }

    [Fact]
    public void What_the_caller_has_inheritable_or_ambient_is_not_handed_on()
    {
        var world = Make();
        var sets = Sets(ambient: true);
        sets["ambient"] = new JsonArray();
        Bundle(world, Look, User(1000), Capabilities(sets));
        world.Sh(
            "setpriv --inh-caps +all,-sys_resource --ambient-caps +all,-sys_resource \"$MINIC\" --root $STATE run -b "
                + "bundle $N")
            .Should().Be(new Outcome(0, Status(One, None, Three, None), ""));
    }

    [Fact]
    public void The_callers_securebits_do_not_take_from_root_what_it_is_given()
    {
        var world = Make();
        Bundle(world, Look, Capabilities(Sets(ambient: false)));
        const string noRoot = "setpriv --securebits +noroot,+no_setuid_fixup --inh-caps +all,-sys_resource "
            + "--ambient-caps +all,-sys_resource";
        world.Sh($"{noRoot} \"$MINIC\" --root $STATE run -b bundle $N").Should()
            .Be(new Outcome(0, Status(None, Three, Three, None), ""));
        world.Sh(
            $"{noRoot.Replace("+noroot,", "+noroot,+noroot_locked,", StringComparison.Ordinal)} \"$MINIC\" --root "
                + "$STATE run -b bundle $N").Error
            .Should().Be("minic: warning: the caller's securebits 0x3 are locked: they hold in the container too\n");
    }

    [Fact]
    public void Ambient_without_permitted_is_warned_of_and_left_out()
    {
        var world = Make();
        var sets = Sets(ambient: true);
        sets["ambient"] = Array("CAP_KILL", "CAP_SYS_ADMIN");
        Bundle(world, Look, User(1000), Capabilities(sets));
        world.Sh("minic run -b bundle $N").Should().Be(new Outcome(0, Status(One, One, Three, One),
            "minic: warning: $.process.capabilities.ambient: CAP_SYS_ADMIN is not in permitted, and the kernel makes "
                + "only such ambient: it is left out.\n"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_hook_of_the_images_before_the_command_may_no_more_than_the_command(bool ownUsers)
    {
        var world = Make();
        Directory.CreateDirectory(Path.Combine(world.Temporary, "out"));
        File.SetUnixFileMode(Path.Combine(world.Temporary, "out"), (UnixFileMode)511);
        Bundle(world, "true", ownUsers ? OwnUsers : _ => { }, User(1000), Capabilities(Sets(ambient: false)), c =>
        {
            c["process"]!["env"] = Array("PATH=/bin", "A=1", "A=2", "HOME=");
            c["process"]!["cwd"] = "/tmp";
            c["process"]!["noNewPrivileges"] = true;
            c["hooks"] =
                JsonNode.Parse(
                    $$"""{"startContainer": [{"path": "/bin/sh", "args": ["sh", "-c", "(id -u; echo $A $HOME; pwd; {{Look.Replace("\\t", "\\\\t", StringComparison.Ordinal)}}; grep NoNew /proc/self/status) > /srv/said"]}]}""");
            // A directory of the image's: root in there may not make one in it, and no other test need have done so.
            c["mounts"]!.AsArray()
                .Add(JsonNode.Parse(
                    $$"""{"destination": "/srv", "type": "bind", "source": "{{world.Temporary}}/out", "options": ["bind"]}"""));
        });
        var said = "1000\n2 /home/user\n/tmp\n" + Status(None, None, Three, None) + "NoNewPrivs:\t1\n";
        world.Sh(
            "chmod 711 .; minic run -b bundle $N; cat out/said; rm out/said; minic create -b bundle $N; minic start "
                + "$N; cat out/said; minic delete -f $N")
            .Should().Be(new Outcome(0, said + said, ""));
    }
}
