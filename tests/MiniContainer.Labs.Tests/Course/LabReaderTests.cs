// What lab.yaml may hold, and how its mistakes are told.

using MiniContainer.Kernel;
using MiniContainer.Labs.Course;

namespace MiniContainer.Labs.Tests.Course;

public class LabReaderTests
{
    private const string Good = """
        title: PID 1
        idea: A process that is number 1
        sources: ["Containers from Scratch"]
        minutes: 40
        needs: [userns]
        files:
          - { path: container.cs, from: ../03-threads/container.cs }
        inputs: { NAME: word, NAP: seconds }
        transcript: { NAME: amber-otter }
        patterns:
          - { name: pid, regex: '\d+' }
        steps:
          - id: pid-one
            title: Be number one
            instruction: Be $NAME.
            check: |
              true
              refuse "no"
            hints: [a, b]
        """;

    [Fact]
    public void A_description_is_read()
    {
        var lab = Parse(Good);
        lab.Name.Should().Be("04-pid");
        lab.Number.Should().Be(4);
        lab.Minutes.Should().Be(40);
        lab.Needs.Should().Equal("userns");
        lab.Files.Should().Equal(new LabFile("container.cs", "../03-threads/container.cs"));
        lab.Inputs.Should().Equal(new Dictionary<string, string> { ["NAME"] = "word", ["NAP"] = "seconds" });
        lab.Transcript.Should().Equal(new Dictionary<string, string> { ["NAME"] = "amber-otter" });
        lab.Patterns.Should().Equal("\\d+");
        var step = lab.Steps.Should().ContainSingle().Subject;
        (step.Id, step.Title, step.Instruction, step.Check).Should()
            .Be(("pid-one", "Be number one", "Be $NAME.", "true\nrefuse \"no\"\n"));
        step.Hints.Should().Equal("a", "b");
    }

    [Fact]
    public void The_line_of_a_check_is_that_of_its_first_command() =>
        Good.Split('\n')[Parse(Good).Steps[0].CheckLine - 1].Trim().Should().Be("true");

    [Theory]
    [InlineData("title: PID 1", "titel: PID 1", "lab.yaml:1:1: titel: there is no such field. Did you mean title?")]
    [InlineData("    hints: [a, b]", "    hint: [a, b]",
        "lab.yaml:19:5: steps[0].hint: there is no such field. Did you mean hints?")]
    [InlineData("NAP: seconds", "NAP: secs",
        "lab.yaml:8:23: inputs.NAP: \"secs\" is not known here. Use word, hex, port, seconds, number.")]
    [InlineData("NAP: seconds", "PATH: word", "lab.yaml:8:23: inputs.PATH: it cannot be an input.")]
    [InlineData("needs: [userns]", "needs: [usernss]",
        "lab.yaml:5:1: needs: \"usernss\" is not known here. Did you mean userns?")]
    [InlineData("id: pid-one", "id: PID one", "lab.yaml:13:5: steps[0].id: \"PID one\" cannot be an id.")]
    [InlineData("minutes: 40", "minutes: long",
        "lab.yaml:4:1: minutes: expected a whole number from 1 to 240, found long")]
    [InlineData("path: container.cs", "path: ../container.cs",
        "lab.yaml:7:7: files[0].path: it is not below the learner's directory.")]
    [InlineData("'\\d+'", "'('", "lab.yaml:11:18: patterns[0].regex: Invalid pattern")]
    [InlineData("{ NAME: amber-otter }", "{ NOME: amber-otter }",
        "lab.yaml:9:15: transcript.NOME: there is no such input.")]
    [InlineData("needs: [userns]", "needs: [userns", "malformed YAML")]
    public void A_mistake_is_told_with_line_and_column(string right, string wrong, string expected)
    {
        Good.Should().Contain(right);
        var parse = () => Parse(Good.Replace(right, wrong, StringComparison.Ordinal));
        parse.Should().Throw<MinicException>().WithMessage($"*{expected}*");
    }

    [Fact]
    public void A_lab_without_steps_is_none()
    {
        var parse = () => Parse("title: x\nidea: y\nminutes: 3\n");
        parse.Should().Throw<MinicException>().WithMessage("*steps: there are none*");
    }

    private static Labs.Course.Lab Parse(string yaml) => LabReader.Parse("/course/labs/04-pid", "lab.yaml", yaml);
}
