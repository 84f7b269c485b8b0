// Transcripts on their way to cram and back.

using MiniContainer.Kernel;
using MiniContainer.Labs.Lessons;

namespace MiniContainer.Labs.Tests.Lessons;

public class TranscriptTests
{
    private static readonly string[] Lines =
    [
        "# A lesson",
        "## By hand",
        "```console",
        "$ ./container.cs run /bin/sh",
        "/ # hostname",
        "box",
        "root@box:/# exit",
        "$ cat <<X",
        "> one",
        ">",
        "> X",
        "one",
        "",
        "```",
    ];

    private static IReadOnlyList<TranscriptCommand> Commands =>
        Transcript.Commands("README.md", Lesson.Parse("README.md", Lines).Blocks[0]);

    [Fact]
    public void Commands_know_their_lines_their_input_and_what_is_expected()
    {
        Commands.Should().HaveCount(2);
        var (shell, cat) = (Commands[0], Commands[1]);
        (shell.Line, cat.Line).Should().Be((4, 8));
        shell.Input.Should().Equal("hostname", "exit");
        shell.Expected.Should().Equal(new LessonLine(6, "box"));
        cat.Typed.Should().Equal("cat <<X", "one", "", "X");
        cat.Expected.Should().Equal(new LessonLine(12, "one"), new LessonLine(13, ""));
    }

    [Fact]
    public void Cram_gets_them_without_what_is_expected() => Transcript.ToCram(Commands).Should().Be("""
        command 0
          $ {
          > ./container.cs run /bin/sh
          > } <<'LAB_INPUT'
          > hostname
          > exit
          > LAB_INPUT
        command 1
          $ {
          > cat <<X
          > one
          > 
          > X
          > } </dev/null
        end

        """);

    [Fact]
    public void What_cram_writes_is_given_back_to_the_commands()
    {
        // As cram 0.7 writes it: an escaped line, a line that looks like a command, one without an end, an exit code.
        var written = Transcript.ToCram(Commands)
            .Replace("command 1", "  box\n  \\xc3\\xbc\\tx \\\\ (esc)\n  $ a\n  > b\ncommand 1",
                StringComparison.Ordinal)
            .Replace("end", "  one (no-eol)\n  [3]\nend", StringComparison.Ordinal);
        var seen = Transcript.FromCram(Commands, written);
        seen[0].Should().Equal("box", "ü\tx \\", "$ a", "> b");
        seen[1].Should().Equal("one", "[3]");
    }

    [Theory]
    [InlineData("table ip nat { # handle 1")]
    [InlineData("\taccept # handle 5")]
    [InlineData("# a comment")]
    [InlineData("  PID TTY          TIME CMD")]
    public void Output_is_not_taken_for_a_prompt(string line) =>
        Transcript.Commands("README.md", new Block("console", 1, "", ["$ x", line]))[0].Expected.Should()
            .ContainSingle().Which.Text.Should().Be(line);

    [Fact]
    public void A_block_begins_with_a_command()
    {
        var read = () => Transcript.Commands("README.md", new Block("console", 7, "", ["output"]));
        read.Should().Throw<MinicException>().WithMessage("*README.md:7: a console block begins with a command*");
    }
}
