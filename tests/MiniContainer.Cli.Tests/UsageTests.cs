using MiniContainer.Kernel;

namespace MiniContainer.Cli.Tests;

public class UsageTests
{
    [Theory]
    [InlineData("run --rootfs R sh -c ls", "run --rootfs R -- sh -c ls")]
    [InlineData("run --rootfs=R -it ls -it --rootfs=x", "run --rootfs=R -it -- ls -it --rootfs=x")]
    [InlineData("run -eA=1 -e B=2 --rootfs R env", "run -eA=1 -e B=2 --rootfs R -- env")]
    [InlineData("run -ite A=1 --rootfs R env", "run -ite A=1 --rootfs R -- env")]
    [InlineData("run --rootfs R -- ls", "run --rootfs R -- ls")]
    [InlineData("run -b B box", "run -b B -- box")]
    [InlineData("--root /x --debug run --rootfs R ls -t", "--root /x --debug run --rootfs R -- ls -t")]
    [InlineData("run --root /x --rootfs R ls", "run --root /x --rootfs R -- ls")]
    [InlineData("exec -u 0 box ls -u x", "exec -u 0 -- box ls -u x")]
    [InlineData("ps box -ef", "ps -- box -ef")]
    [InlineData("delete box --force", "delete box --force")]
    [InlineData("[suggest] run -", "[suggest] run -")]
    [InlineData("[suggest] --explain=d", "[suggest] --explain d")]
    public void The_words_of_the_command_are_marked(string words, string marked) =>
        string.Join(' ', Usage.Read(new MinicCommand(), words.Split(' '))).Should().Be(marked);

    [Theory]
    [InlineData("ls -la --color=never")]
    [InlineData("sh -c ls --rootfs=R -it -e=1 -u1000")]
    [InlineData("@file -- -x")]
    public void A_command_comes_through_word_for_word(string command)
    {
        var root = new MinicCommand();
        var parsed = root.Parse(Usage.Read(root, ["run", "--rootfs", "R", .. command.Split(' ')]),
            MinicCommand.Parsing);
        parsed.Errors.Should().BeEmpty();
        parsed.GetValue<string[]>("ID or CMD").Should().Equal(command.Split(' '));
    }

    [Fact]
    public void Wrong_words_are_told_in_one_line_with_the_nearest_right_one()
    {
        string[] lines =
        [
            "", "klil box", "run --rotfs R sh", "run --rootfs", "exec -x box sh", "exec --usr 0 box sh", "kill",
            "kill a b c", "delete a b", "start", "state --format json a",
            "list --format xml", "--log-format xml list", "--nope", "run -iz --rootfs R sh",
            "run --preserve-fds many box",
        ];
        Testing.Golden.Check(string.Concat(lines.Select(line => $"$ minic {line}\n{Told(line)}\n")), "bad-usage.txt");
    }

    private static string Told(string line)
    {
        var root = new MinicCommand();
        try
        {
            Usage.Check(
                root.Parse(Usage.Read(root, line.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
                    MinicCommand.Parsing));
            return "nothing is wrong";
        }
        catch (MinicException e)
        {
            e.ExitCode.Should().Be(MinicException.ExitFailure);
            return $"minic: {e.Message}";
        }
    }
}
