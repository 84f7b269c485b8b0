// A text that does not fit the terminal is paged, as git does it; on a real terminal, driven through tmux(1).

using System.Text.RegularExpressions;

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class PagerTests : MinicTest
{
    private const string Explain = "minic run --explain --name box --net none --rootfs $ROOTFS true";

    private int lines;

    [Fact]
    public void What_does_not_fit_the_terminal_goes_through_the_pager()
    {
        using var tmux = new Tmux(Make());
        Type(tmux, $"PAGER='head -n 1; echo paged=$LESS' {Explain}");
        tmux.Screen().Should().Contain("Nothing has been touched.").And.Contain("paged=FRX").And.Contain("code=0").And
            .NotContain("tells that chapter in full");
    }

    [Theory]
    [InlineData("PAGER='echo paged' minic --no-pager", "it is not wanted")]
    [InlineData("PAGER= minic", "an empty PAGER is none")]
    [InlineData("PAGER=cat minic", "cat pages nothing")]
    [InlineData("PAGER=/no/such/pager minic", "a pager that is missing is done without")]
    [InlineData("PAGER=/dev/null minic", "a pager that cannot be executed is done without")]
    public void There_is_no_pager_where(string minic, string why)
    {
        using var tmux = new Tmux(Make());
        Type(tmux, Explain.Replace("minic", minic, StringComparison.Ordinal));
        tmux.Screen(history: true).Should().Contain("Nothing has been touched.").And
            .Contain("tells that chapter in full", why).And.Contain("code=0")
            .And.NotContain("\npaged");
    }

    [Fact]
    public void Nor_is_there_one_where_all_fits_or_stdout_is_no_terminal()
    {
        using var tmux = new Tmux(Make(), rows: 90);
        Type(tmux, $"PAGER='echo paged' {Explain}");
        tmux.Screen().Should().Contain("tells that chapter in full").And.NotContain("\npaged");
        tmux.Resize(80, 24);
        Type(tmux, $"PAGER='echo paged' {Explain} | tail -n 2");
        tmux.Screen().Should().Contain("--explain=full tells all").And.NotContain("\npaged");
    }

    [Fact]
    public void To_leave_the_pager_early_is_no_error_and_the_terminal_is_as_it_was()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/less"), "needs less");
        using var tmux = new Tmux(Make());
        tmux.Type(
            $"unset PAGER LESS; clear; {Explain}; echo code=$?, $(stty -a | tr ' ' '\\n' | grep -x -e icanon -e echo "
                + "-e isig | sort | tr '\\n' ,)");
        tmux.WaitUntil(s => s.TrimEnd().EndsWith(':'), "the prompt of less");
        tmux.Key("C-c");
        tmux.Key("q");
        tmux.WaitFor("code=0, echo,icanon,isig,");
    }

    [Fact]
    public void No_line_is_wider_than_the_terminal_nor_coloured_where_colours_are_not_wanted()
    {
        var world = Make();
        using var tmux = new Tmux(world, columns: 90, rows: 100);
        Type(tmux,
            $"script -qc '{Explain}' seen >/dev/null; grep -c $'\\e\\[3[236]m' seen; NO_COLOR=1 script -qc "
                + $"'{Explain}' seen >/dev/null; grep -c $'\\e\\[[0-9]*m' seen; tr -d '\\r' < seen | grep -v ^Script "
                + $"| LC_ALL=C.UTF-8 grep -cE '^.{{91}}'");
        tmux.Screen().Should().MatchRegex(@"^[1-9]\d+\n0\n0\nline");
    }

    // Types a line, and waits until it has said how it ended.
    private void Type(Tmux tmux, string line)
    {
        lines++;
        tmux.Type($"clear; {line}; echo line {lines}: code=$?");
        tmux.WaitUntil(s => Regex.IsMatch(s, $@"(?m)^line {lines}: code=\d"), "the end of the line");
        tmux.WaitForPrompt();
    }
}
