// Every lab of the course holds what it must: see docs/writing-labs.md. What must run is run by
// `lab verify`; here is what can be read.

using System.Runtime.CompilerServices;
using MiniContainer.Labs.Course;
using MiniContainer.Labs.Lessons;

namespace MiniContainer.Labs.Tests.Folders;

public class LabFolderTests
{
    private const int MostLines = 180, Widest = 99, MostChanged = 50, FewestWrong = 3;

    private static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../.."));

    public static TheoryData<string> Labs => [.. new Catalogue(Root).Folders.Select(f => Path.GetFileName(f)!)];

    [Theory]
    [MemberData(nameof(Labs))]
    public void Every_section_is_there_in_its_order(string lab) =>
        Lesson(lab).Sections.Select(s => s.Title).Should().Equal(MiniContainer.Labs.Lessons.Lesson.Order);

    // They are shown on a wall. A row of a table cannot be broken, and what a fence holds is typed or printed as it is.
    [Fact]
    public void No_line_is_wider_than_a_projector_shows() =>
        Directory.GetFiles(Path.Combine(Root, "labs"), "*", SearchOption.AllDirectories).SelectMany(Projected)
            .Where(l => l.Text.Length > 100).Select(l => $"{Path.GetRelativePath(Root, l.File)}: {l.Text}")
            .Should().BeEmpty();

    private static IEnumerable<(string File, string Text)> Projected(string file)
    {
        var fenced = false;
        foreach (var line in File.ReadLines(file))
        {
            var page = file.EndsWith(".md", StringComparison.Ordinal);
            fenced ^= page && line.StartsWith("```", StringComparison.Ordinal);
            if (!(page && (fenced || line.StartsWith('|'))))
                yield return (file, line);
        }
    }

    [Theory]
    [MemberData(nameof(Labs))]
    public void The_goal_is_one_sentence(string lab)
    {
        var goal = Lesson(lab).Text("Goal");
        goal.Should().EndWith(".").And.NotContain("\n\n").And.NotMatchRegex(@"\. [A-Z]");
    }

    [Theory]
    [MemberData(nameof(Labs))]
    public void Sources_are_in_the_reading_list(string lab)
    {
        var list = File.ReadAllLines(Path.Combine(Root, "labs/README.md")).SkipWhile(l => l != "## Reading list")
            .Where(l => l.StartsWith("| ", StringComparison.Ordinal)).Select(l => l[2..]).ToList();
        var sources = Read(lab).Sources;
        sources.Should().NotBeEmpty().And
            .AllSatisfy(s => list.Should().Contain(entry => entry.StartsWith(s, StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Labs))]
    public void Each_way_solves_each_step(string lab)
    {
        var read = Read(lab);
        read.Ways.Should().Contain("csharp").And.Contain("shell");
        foreach (var way in read.Ways)
            Directory.EnumerateFiles(Path.Combine(read.Path, "solution", way)).Select(f => Path.GetFileName(f)!)
                .Should().BeEquivalentTo(read.Steps.Select(s => s.Id + ".sh"));
    }

    [Theory]
    [MemberData(nameof(Labs))]
    public void Wrong_answers_answer_steps(string lab)
    {
        var read = Read(lab);
        var wrong = MiniContainer.Labs.Verifying.WrongAnswer.Of(new Catalogue(Root), read);
        wrong.Should().HaveCountGreaterThanOrEqualTo(FewestWrong).And.OnlyContain(w => w.Problem == null);
    }

    // What a check is told by a typed word it cannot know by looking.
    [Theory]
    [MemberData(nameof(Labs))]
    public void Checks_look_at_the_world_and_not_at_source_text(string lab) =>
        Read(lab).Steps.Should()
            .AllSatisfy(s => s.Check.Should().Contain("refuse").And
                .NotMatchRegex(@"(grep|sed|awk|cat|diff)\b[^|\n]*container\.cs"));

    [Theory]
    [MemberData(nameof(Labs))]
    public void Hints_do_not_give_the_answer(string lab)
    {
        var read = Read(lab);
        var solutions = read.Ways.SelectMany(w => read.Steps.Select(s => read.Solution(w, s.Id))).Where(File.Exists)
            .SelectMany(File.ReadAllLines).Select(l => l.Trim()).Where(l => l.Length > 30).ToHashSet();
        read.Steps.SelectMany(s => s.Hints).Should()
            .NotContain(h => solutions.Any(h.Contains), "a hint never contains the answer");
    }

    [Theory]
    [MemberData(nameof(Labs))]
    public void A_stage_is_short_and_one_idea_longer_than_the_one_before(string lab)
    {
        var stage = Path.Combine(Root, "labs", lab, "container.cs");
        Assert.SkipUnless(File.Exists(stage), "this lab has no stage");
        File.ReadAllLines(stage).Should().HaveCountLessThan(MostLines).And.OnlyContain(l => l.Length <= Widest);
        if (Excerpts.Stage(Read(lab), "container.cs") is var (before, after))
            Excerpts.Changed(Excerpts.Difference(before, after)).Should().BeInRange(1, MostChanged - 1);
    }

    [Theory]
    [MemberData(nameof(Labs))]
    public void Code_in_a_lesson_is_a_piece_of_a_real_file(string lab)
    {
        var read = Read(lab);
        var lesson = Lesson(lab);
        lesson.Blocks.Where(b => b.Language is "csharp" or "diff").Should()
            .OnlyContain(b => b.Attribute("file") != null, "it is never pasted");
        var rendered = LessonRenderer.Render(read, lesson);
        if (Environment.GetEnvironmentVariable("MINIC_GOLDEN") == "write")
            File.WriteAllText(read.LessonPath, rendered);
        File.ReadAllText(read.LessonPath).Should().Be(rendered, "MINIC_GOLDEN=write, or lab render, rewrites it");
    }

    [Theory]
    [MemberData(nameof(Labs))]
    public void Every_block_says_what_it_is(string lab) =>
        Lesson(lab).Blocks.Should().OnlyContain(b => b.Info.Length > 0).And
            .Contain(b => b.Language == "console" && b.Section == "By hand").And
            .Contain(b => b.Language == "console" && b.Section == "Break it");

    [Theory]
    [MemberData(nameof(Labs))]
    public void Console_blocks_read(string lab)
    {
        var lesson = Lesson(lab);
        var commands = lesson.Blocks.Where(b => b.Language == "console")
            .SelectMany(b => Transcript.Commands(lesson.Path, b)).ToList();
        commands.Should().NotBeEmpty();
        commands.Should()
            .Contain(c => c.Expected.Any(l => l.Text.Trim() != "..."), "a transcript that expects anything can't fail");
    }

    private static MiniContainer.Labs.Course.Lab Read(string lab) => LabReader.Load(Path.Combine(Root, "labs", lab));

    private static Lesson Lesson(string lab) =>
        MiniContainer.Labs.Lessons.Lesson.Load(Path.Combine(Root, "labs", lab, "README.md"));

    private static string Here([CallerFilePath] string file = "") => file;
}
