using System.Text.Json;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;
using MiniContainer.Telling.Explain;

namespace MiniContainer.Telling.Tests.Explain;

public class ExplanationTests
{
    private static readonly Step[] Steps = [new MakeDirectory("/d", 0x1c0)
    {
        Why = "It is needed.",
    }, new SetFile("/sys/x", "1") { Why = "As asked." }];

    [Fact]
    public void The_json_has_its_documented_shape()
    {
        var root = JsonDocument.Parse(Explanation.Json([Explanation.Of("a plan", Steps)], many: false)).RootElement;
        root.EnumerateObject().Select(m => m.Name).Should().Equal("title", "direction", "steps");
        var step = root.GetProperty("steps")[0];
        step.EnumerateObject().Select(m => m.Name).Should()
            .Equal("number", "actor", "title", "calls", "why", "man", "lab", "undo");
        step.GetProperty("calls")[0].GetString().Should().Be("mkdir(\"/d\", 0700)");
        step.GetProperty("undo")[0].GetString().Should().Be("rmdir(\"/d\")");
        root.GetProperty("steps")[1].GetProperty("undo").GetArrayLength().Should().Be(0);
    }

    [Fact]
    public void Several_are_an_array_however_many()
    {
        Explanation.Json([], many: true).Should().Be("[]");
        JsonDocument.Parse(Explanation.Json([Explanation.Of("a plan", Steps)], many: true)).RootElement.GetArrayLength()
            .Should().Be(1);
    }

    [Fact]
    public void An_undo_goes_backward_and_leaves_what_was_there()
    {
        JournalEntry[] entries =
        [
            new(1, Steps[0]) { Facts = new StepResult { Made = false } },
            new(2, new MakeFifo("/f")) { Facts = new StepResult() },
            new(3, new MakeFifo("/g")) { Undone = true },
            new(4, new MakeFifo("/h")),
        ];
        var undo = Explanation.OfUndo("delete", entries);
        undo.Steps.Select(s => (s.Number, s.State, s.Undo.Count)).Should()
            .Equal((4, "begun", 1), (2, "done", 1), (1, "done", 0));
        Explanation.OfJournal("journal", entries).Steps.Select(s => s.State).Should()
            .Equal("done", "done", "undone", "begun");
    }

    [Theory]
    [InlineData("a b c d e f g h i j k l m n o p q r s t", 10)]
    [InlineData(
        "openat(\"/a/very/long/path/that/has/no/spaces/at/all/and/goes/on\", O_WRONLY|O_CREAT|O_TRUNC, 0644)", 30)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 20)]
    public void Lines_are_never_wider_than_they_may_be_and_lose_nothing(string text, int width)
    {
        var lines = ExplanationText.Wrap(text, width);
        lines.Should().OnlyContain(l => l.Length <= width);
        string.Concat(lines).Replace(" ", "", StringComparison.Ordinal).Should()
            .Be(text.Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public void Colour_is_there_only_when_asked_for()
    {
        Text(true).Should().Contain("\e[1m");
        Text(false).Should().NotContain("\e");

        static string Text(bool colour)
        {
            var text = new StringWriter();
            new ExplanationText(text, 80, colour).Write(Explanation.Of("a plan", Steps));
            return text.ToString();
        }
    }
}
