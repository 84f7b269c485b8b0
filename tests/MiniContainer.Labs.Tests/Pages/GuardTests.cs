// A command that nobody runs is found, however it is written.

namespace MiniContainer.Labs.Tests.Pages;

public class GuardTests
{
    [Theory]
    [InlineData("Text.\n\n    minic list\n", "p.md:3: an indented block")]
    [InlineData("```\nminic list\n```", "p.md:1: \"\" is neither run nor marked")]
    [InlineData("```sh\nminic list\n```", "p.md:1: \"sh\" is neither run nor marked")]
    [InlineData("```bash\nminic list\n```", "\"bash\" is neither")]
    [InlineData("```text\nminic list\n```", "\"text\" is neither")]
    [InlineData("<!-- not run: -->\n```text\nminic list\n```", "\"text\" is neither")]
    [InlineData("<!-- not run: a cluster -->\nText.\n\n```text\nminic list\n```", "p.md:4: \"text\" is neither")]
    [InlineData("```toml\na = 1\n```", "\"toml\" is neither")]
    [InlineData("- item\n\n  ```sh\n  minic list\n  ```", "p.md:3: \"sh\" is neither")]
    [InlineData("```console\nminic list\n```", "p.md:1: a console block begins with a command")]
    [InlineData("```console needs=wings\n# minic list\n```", "the ability wings")]
    [InlineData("```console in=space\n# minic list\n```", "no session space")]
    public void What_is_neither_run_nor_marked_is_found(string text, string problem) =>
        Page.Parse("p.md", text.Split('\n')).Problems.Should().ContainSingle().Which.Should().Contain(problem);

    [Theory]
    [InlineData("```console\n# minic list\n```")]
    [InlineData("```console\n$ minic list\n```")]
    [InlineData("```yaml file=pod.yaml\na: 1\n```")]
    [InlineData("<!-- not run: it needs a cluster -->\n```yaml\na: 1\n```")]
    [InlineData("<!-- not run: it needs\n     a cluster -->\n\n```text\nminic list\n```")]
    [InlineData("<!-- hidden\nmkdir x\n-->\nText, and `minic list` in it.")]
    [InlineData("Text that goes\n    on, indented.")]
    public void What_is_run_or_marked_is_not(string text) =>
        Page.Parse("p.md", text.Split('\n')).Problems.Should().BeEmpty();

    [Fact]
    public void Hidden_commands_keep_their_place_and_their_session()
    {
        string[] lines = ["<!-- hidden in=checkout", "mkdir x", "-->", "```console in=checkout", "# ls x", "```"];
        var page = Page.Parse("p.md", lines);
        page.Parts.Select(p => (p.Block.Language, p.Session, p.Block.Line)).Should()
            .Equal((PagePart.Hidden, "checkout", 2), ("console", "checkout", 5));
        page.Parts[0].Block.Lines.Should().Equal("mkdir x");
    }
}
