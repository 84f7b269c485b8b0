// What may differ between a lesson and what is seen, and what may not.

using MiniContainer.Labs.Lessons;

namespace MiniContainer.Labs.Tests.Lessons;

public class ComparisonTests
{
    [Theory]
    [InlineData("a|b", "a|b")]
    [InlineData("a|...|d", "a|b|c|d")]
    [InlineData("a|...", "a")]
    [InlineData("...|c|...|e", "a|b|c|d|c|e")]
    [InlineData("took … ms", "took 12.3 ms")]
    [InlineData("pid 12 is", "pid 9876 is")]
    [InlineData("uts:[4026531838]|uts:[4026531838]", "uts:[4026532001]|uts:[4026532001]")]
    [InlineData("bash: x: command not found", "/usr/bin/bash: line 7: x: command not found")]
    [InlineData("Killed|137", "bash: line 9: 15169 Killed                  sh -c 'kill -KILL $$'|137")]
    [InlineData("no", "no|[1]")]
    [InlineData("no|[1]", "no|[1]")]
    [InlineData("[1] 4711|a", "a")]
    [InlineData("a.c (b)", "a.c (b)")]
    public void These_are_the_same(string expected, string seen) => Differs(expected, seen).Should().BeNull();

    [Theory]
    [InlineData("a|b", "a|c", 2)]
    [InlineData("a|b", "a", 2)]
    [InlineData("a", "a|b", 0)]
    [InlineData("a|...|d", "a|b", 3)]
    [InlineData("pid 12 is", "pid is", 1)]
    [InlineData("uts:[4026531838]|uts:[4026531838]", "uts:[4026532001]|uts:[4026532002]", 2)]
    [InlineData("uts:[4026531838]|uts:[4026531839]", "uts:[4026532001]|uts:[4026532001]", 2)]
    [InlineData("no|[2]", "no|[1]", 2)]
    [InlineData("a.c (b)", "abc b", 1)]
    public void These_are_not_and_the_line_is_told(string expected, string seen, int line) =>
        Differs(expected, seen)!.Value.Line.Should().Be(line);

    [Fact]
    public void A_namespace_is_the_same_from_one_command_to_the_next()
    {
        var comparison = new Comparison([]);
        comparison.Differs(Command("net:[4026531840]"), ["net:[4026531840]"]).Should().BeNull();
        comparison.Differs(Command("net:[4026531840]"), ["net:[4026539999]"]).Should().NotBeNull();
    }

    [Fact]
    public void A_difference_shows_both_sides() => Differs("a|b", "a|c")!.Value.Difference.Should().Be("""
        $ cmd
          expected:
          - a
          - b
          seen:
          + a
          + c
        """);

    private static (int Line, string Difference)? Differs(string expected, string seen) =>
        new Comparison([@"\b\d+(?= is)"]).Differs(Command(expected), seen.Split('|'));

    private static TranscriptCommand Command(string expected) =>
        new(new Block("console", 1, "", []), 0, ["cmd"], [],
            [.. expected.Split('|').Select((text, i) => new LessonLine(i + 1, text))]);
}
