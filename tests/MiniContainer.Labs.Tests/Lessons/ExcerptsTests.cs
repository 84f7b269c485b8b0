// Code in lessons: which piece of which file.

using MiniContainer.Kernel;
using MiniContainer.Labs.Course;
using MiniContainer.Labs.Lessons;

namespace MiniContainer.Labs.Tests.Lessons;

public sealed class ExcerptsTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("excerpts-").FullName;
    private readonly Labs.Course.Lab _lab;

    public ExcerptsTests()
    {
        Directory.CreateDirectory($"{_root}/01-a");
        Directory.CreateDirectory($"{_root}/02-b");
        File.WriteAllText($"{_root}/01-a/container.cs",
            "one\n#region child\n    if (x)\n\n        y();\n#endregion\ntwo\n");
        File.WriteAllText($"{_root}/02-b/container.cs",
            "one\n#region child\n    if (x)\n\n        z();\n#endregion\ntwo\n");
        _lab = LabReader.Parse($"{_root}/02-b", "lab.yaml", """
            title: t
            idea: i
            minutes: 1
            files: [{ path: container.cs, from: ../01-a/container.cs }]
            steps: [{ id: a, title: t, instruction: i, check: "true", hints: [h] }]
            """);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_region_loses_its_indent() =>
        Excerpts.Of(_lab, Block("csharp file=container.cs region=child")).Should().Equal("if (x)", "", "    z();");

    [Fact]
    public void A_piece_goes_from_one_line_to_another() =>
        Excerpts.Of(_lab, Block("csharp file=container.cs from=\"if (\" to=\"z();\"")).Should()
            .Equal("if (x)", "", "    z();");

    [Fact]
    public void A_piece_that_ends_with_a_brace_ends_with_its_own()
    {
        File.WriteAllText($"{_root}/02-b/container.cs", "int Run()\n{\n    try\n    {\n    }\n}\n}\n");
        Excerpts.Of(_lab, Block("csharp file=container.cs from=\"int Run(\" to=\"}\"")).Should()
            .Equal("int Run()", "{", "    try", "    {", "    }", "}");
    }

    [Fact]
    public void A_piece_may_be_a_line() =>
        Excerpts.Of(_lab, Block("csharp file=container.cs from=\"if (x\"")).Should().Equal("if (x)");

    [Fact]
    public void A_difference_is_that_from_the_stage_before()
    {
        var difference = Excerpts.Of(_lab, Block("diff file=container.cs"))!;
        difference.Should()
            .Equal("--- 01-a/container.cs", "+++ 02-b/container.cs", "@@ -3,5 +3,5 @@", "     if (x)", " ",
                "-        y();", "+        z();", " #endregion", " two");
        Excerpts.Changed(difference).Should().Be(2);
    }

    [Theory]
    [InlineData("csharp file=container.cs region=parent", "container.cs has no such piece")]
    [InlineData("csharp file=nothing.cs region=child", "there is no file nothing.cs")]
    [InlineData("csharp file=container.cs", "it says neither region= nor from=")]
    [InlineData("diff file=other.cs", "lab.yaml gives the learner no other.cs")]
    public void What_is_not_there_is_told(string info, string expected)
    {
        var find = () => Excerpts.Of(_lab, Block(info));
        find.Should().Throw<MinicException>().WithMessage($"*README.md:4: {expected}*");
    }

    [Fact]
    public void Rendering_replaces_blocks_and_nothing_else()
    {
        var lesson = Lesson.Parse("README.md",
            ["# t", "```csharp file=container.cs region=child", "old", "```", "between", "```text", "as it is", "```"]);
        LessonRenderer.Render(_lab, lesson).Should()
            .Be("# t\n```csharp file=container.cs region=child\nif (x)\n\n    z();\n```\nbetween\n```text\nas it "
                + "is\n```\n");
    }

    private static Block Block(string info) => new(info, 5, "In C#", []);
}
