// A path that exists for whoever typed it, and not for minic: a mount of minic's own covers it, as /tmp does in a lab
// world.

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class PathElsewhereTests : MinicTest
{
    // The tests themselves are the process outside: Sh runs in a mount namespace of its own.
    private const string Hide = "mkdir -p $TMP/hidden/in; echo x > $TMP/hidden/in/there; mount -t tmpfs tmpfs "
        + "$TMP/hidden; ";

    [Theory]
    [InlineData("minic pod run $TMP/hidden/in/there")]
    [InlineData("minic run --rootfs $TMP/hidden/in/there true")]
    [InlineData("minic run -b $TMP/hidden/in/there $N")]
    [InlineData("cd /; PWD=$TMP/hidden/in minic pod run there")]
    public void A_file_outside_is_told(string command)
    {
        var world = Make();
        world.Sh(Hide + command).Error.Should().MatchRegex(
            @"^minic: .*\. For \S+ \(process \d+\), which minic was started from, TMP/hidden/in/there exists: "
                + @"here TMP/hidden is a mount of its own, as /tmp is in each lab world\. Put the "
                + @"file where both see it\.\n$");
    }

    [Fact]
    public void What_is_nowhere_is_not_said_to_be_elsewhere()
    {
        var world = Make();
        world.Sh(Hide + "minic pod run $TMP/hidden/nowhere; minic pod run $TMP/nowhere").Error.Should()
            .NotContain("which minic was started from");
    }
}
