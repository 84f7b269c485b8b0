// --explain and minic plan as a user meets them; the plans themselves have their golden files beside their planners.

using System.CommandLine;
using System.Text.Json;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Cli.Tests.Verbs;

public sealed class ExplainTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("minic-explain-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Explaining_touches_nothing()
    {
        var text = Tell("run", "--explain=full", "--name", "box", "--rootfs", "/usr", "true");
        text.Should().Contain("minic run of box").And.Contain("clone3(").And.Contain("undo: unlink(");
        Directory.GetFileSystemEntries(root).Should().BeEmpty();
    }

    [Fact]
    public void A_plan_is_told_by_chapters_and_says_how_to_see_the_rest()
    {
        var text = Tell("run", "--explain", "--net", "none", "--name", "box", "--rootfs", "/usr", "true");
        text.Split('\n').Length.Should().BeLessThan(60);
        text.Should().MatchRegex(@"minic run of box: \d+ steps in \d+ chapters\. Nothing has been touched\.")
            .And.MatchRegex(@"(?m)^devices .* 12 steps$").And
            .MatchRegex(@"(?m)make 6 device nodes: /dev/null, .* mknodat$")
            .And.MatchRegex("--explain=[a-z]+ tells").And.NotContain("clone3(");
    }

    [Fact]
    public void One_chapter_is_told_in_full()
    {
        var text = Tell("run", "--explain=devices", "--net", "none", "--name", "box", "--rootfs", "/usr", "true");
        text.Should().Contain("minic run of box, devices: 12 steps of").And
            .Contain("mknodat(AT_FDCWD, \"/dev/null\"").And.NotContain("clone3(");
    }

    [Theory]
    [InlineData("devics",
        "there is no chapter and no form \"devics\". Did you mean devices? Its chapters are state, limits, "
            + "namespaces, ")]
    [InlineData("hooks", "this plan has no chapter hooks. Its chapters are state, limits, namespaces, ")]
    public void An_unknown_chapter_is_told_which_there_are(string chapter, string words) =>
        FluentActions.Invoking(() => Tell("run", $"--explain={chapter}", "--net", "none", "--rootfs", "/usr", "true"))
            .Should().Throw<MinicException>().WithMessage($"read minic run: {words}*");

    [Fact]
    public void Where_nothing_is_to_be_done_no_chapter_is_missing_but_a_wrong_word_is_wrong()
    {
        Tell("gc", "--explain").Should().Be("There is nothing to do.\n");
        Tell("gc", "--explain=limits").Should().Be("There is nothing to do.\n");
        FluentActions.Invoking(() => Tell("gc", "--explain=limit")).Should().Throw<MinicException>();
    }

    [Theory]
    [InlineData("minic run --explain=", "full", "json", "limits", "devices")]
    [InlineData("minic run --explain=d", "devices")]
    [InlineData("minic --log-format=", "json", "text")]
    public void A_shell_completes_forms_and_chapters_behind_the_equals_sign(string line, params string[] words)
    {
        var output = new StringWriter();
        var command = new MinicCommand();
        command.Parse(Usage.Read(command, [$"[suggest:{line.Length}]", line]), MinicCommand.Parsing)
            .Invoke(new InvocationConfiguration { Output = output });
        output.ToString().Split('\n', StringSplitOptions.TrimEntries).Should().Contain(words);
    }

    [Fact]
    public void What_fits_a_screen_is_not_folded()
    {
        MakeJournal();
        Tell("delete", "--explain", "box").Should().Contain("unlink(\"/nowhere/fifo\")");
    }

    [Fact]
    public void An_option_that_stands_alone_does_not_take_the_next_word()
    {
        MakeJournal();
        Tell("delete", "--explain", "box").Should().Contain("minic delete of box: 2 steps to undo");
        Directory.Exists(Path.Combine(root, "containers/box")).Should().BeTrue();
    }

    [Fact]
    public void Json_is_for_programs()
    {
        MakeJournal();
        JsonDocument.Parse(Tell("delete", "--explain=json", "box")).RootElement.GetProperty("steps")[0]
            .GetProperty("undo")[0].GetString().Should().Be("unlink(\"/nowhere/fifo\")");
        var gc = JsonDocument.Parse(Tell("gc", "--explain=json")).RootElement;
        gc.GetArrayLength().Should().Be(1);
        gc[0].GetProperty("direction").GetString().Should().Be("backward");
    }

    [Fact]
    public void The_plan_of_what_exists_is_its_journal()
    {
        MakeJournal();
        var text = Tell("plan", "box");
        text.Should().Contain("The journal of container box: 2 steps begun.").And
            .Contain("minic gc undoes what there is")
            .And.Contain("[done]").And.Contain("it was there before").And.Contain("[begun]");
        FluentActions.Invoking(() => Tell("plan", "other")).Should().Throw<MinicException>()
            .WithMessage("*no container and no pod*");
    }

    // What a minic that was killed halfway has left.
    private void MakeJournal()
    {
        var directory = Path.Combine(root, "containers/box");
        Directory.CreateDirectory(directory);
        using var journal = Journal.Create(Path.Combine(directory, "journal"), KnownSteps.Kinds, new JournalHeader
        {
            Kind = "container",
            Id = "box",
            Owner = new ProcessIdentity(4194304, 1),
        });
        journal.Done(journal.Begin(new MakeDirectory("/nowhere", 0x1c0)), new StepResult { Made = false });
        journal.Begin(new MakeFifo("/nowhere/fifo"));
    }

    private string Tell(params string[] words)
    {
        var output = new StringWriter();
        var command = new MinicCommand();
        var parsed = command.Parse(Usage.Read(command, ["--root", root, .. words]), MinicCommand.Parsing);
        parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output }).Should()
            .Be(0);
        return output.ToString();
    }
}
