// What is drawn for each learner.

using MiniContainer.Labs.Course;

namespace MiniContainer.Labs.Tests.Course;

public class InputsTests
{
    [Theory]
    [InlineData("word", "^[a-z]+-[a-z]+$")]
    [InlineData("hex", "^[0-9a-f]{8}$")]
    [InlineData("port", "^2[0-9]{4}$")]
    [InlineData("seconds", "^[1-9][0-9]{3}$")]
    [InlineData("number", "^[1-9][0-9]$")]
    public void Each_kind_has_its_form(string kind, string form) =>
        Enumerable.Range(0, 100).Select(_ => Inputs.Draw(kind)).Should()
            .AllSatisfy(v => v.Should().MatchRegex(form)).And.Subject.Distinct().Count().Should()
            .BeGreaterThan(10, "they are drawn");

    [Fact]
    public void All_kinds_can_be_drawn() =>
        Inputs.Kinds.Select(Inputs.Draw).Should().NotContain("");

    [Fact]
    public void A_longer_name_is_not_a_shorter_one_and_more() =>
        Inputs.Fill("$NAP $NAPS ${NAP}s $OTHER", new Dictionary<string, string> { ["NAP"] = "1", ["NAPS"] = "2" })
            .Should().Be("1 2 1s $OTHER");
}
