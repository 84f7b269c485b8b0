// minic doctor on this machine, and where something was taken away from it first.

using System.Text.Json;

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class DoctorTests : MinicTest
{
    [Fact]
    public void Root_of_a_machine_that_runs_the_tests_lacks_nothing_and_nothing_changes()
    {
        var outcome = Make().Sh("""
            look() { cat /proc/self/mountinfo; ls /sys/class/net; find /sys/fs/cgroup -name '*trial*'; nft list ruleset; }
            look > before; COLUMNS=80 minic doctor; echo $?; look | diff before -
            """);
        outcome.Error.Should().BeEmpty();
        outcome.Output.Should().StartWith("kernel\n  ok       Linux  ").And.EndWith("\n0\n")
            .And.NotContain("  missing  ").And.Contain("\nAll that your containers need is there.");
        outcome.Output.Split('\n').Where(l => !l.Contains('/', StringComparison.Ordinal)).Should()
            .OnlyContain(l => l.Length <= 80);
    }

    [Fact]
    public void User_namespaces_that_are_forbidden_are_missing_to_a_user_and_a_note_to_root()
    {
        var outcome = Make().Sh("""
            unshare -U -r -m bash -c 'echo 0 > /proc/sys/user/max_user_namespaces
            minic doctor > root; echo $?; setpriv --inh-caps -all --bounding-set -all "$MINIC" --root $STATE doctor > user; echo $?'
            grep -hA4 'user namespaces  ' root user | grep 'forbidden\|#'
            """);
        outcome.Should().Be(new Outcome(0, """
            0
            1
              note     user namespaces    forbidden: user.max_user_namespaces is 0; for
                       # sysctl -w user.max_user_namespaces=10000
              missing  user namespaces    forbidden: user.max_user_namespaces is 0; for
                       # sysctl -w user.max_user_namespaces=10000

            """, ""));
    }

    [Theory]
    [InlineData("libnftables.so.1", "libnftables", "apt-get install libnftables1")]
    [InlineData("libseccomp.so.2", "seccomp", "apt-get install libseccomp2")]
    public void A_library_that_is_missing_is_named_with_its_package(string file, string name, string remedy)
    {
        var outcome = Make().Sh($$"""
            lib=$(/sbin/ldconfig -p | awk '/{{file}}/ { print $NF; exit }'); mount --bind /dev/null $lib
            minic doctor -f json; echo $? > code
            """);
        var (ok, check) = Read(outcome.Output, name);
        ok.Should().BeFalse();
        check.GetProperty("verdict").GetString().Should().Be("missing");
        check.GetProperty("remedy").GetString().Should().Be(remedy);
        check.GetProperty("by").GetString().Should().Be("root");
    }

    [Fact]
    public void A_program_that_is_not_on_the_path_is_a_note()
    {
        var (ok, check) = Read(Make().Sh("PATH=/none \"$MINIC\" --root $STATE doctor -f json").Output, "newuidmap");
        ok.Should().BeTrue("notes do not count");
        check.GetProperty("verdict").GetString().Should().Be("note");
        check.GetProperty("remedy").GetString().Should().Be("apt-get install uidmap");
    }

    private static (bool Ok, JsonElement Check) Read(string output, string name)
    {
        var root = JsonDocument.Parse(output).RootElement;
        return (root.GetProperty("ok").GetBoolean(),
            root.GetProperty("checks").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name));
    }
}
