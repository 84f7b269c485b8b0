// The lab.yaml that docs/writing-labs.md shows is one that can be read.

using MiniContainer.Labs.Course;
using MiniContainer.Labs.Lessons;

namespace MiniContainer.Labs.Tests.Pages;

public class ExampleTests
{
    [Fact]
    public void The_example_of_a_lab_can_be_read()
    {
        var page = Lesson.Load($"{PageSession.Root}/docs/writing-labs.md");
        var example = page.Blocks.Single(b => b.Language == "yaml");
        var folder = Directory.CreateTempSubdirectory("minic-test-");
        try
        {
            var path = folder.CreateSubdirectory("04-pid").FullName;
            File.WriteAllLines($"{path}/lab.yaml", example.Lines);
            var lab = LabReader.Load(path);
            (lab.Title, lab.Minutes, lab.Steps.Single().Id).Should().Be(("PID 1", 40, "pid-one"));
            lab.Needs.Should().Equal("pids-cgroup");
            (lab.Inputs["NAP"], lab.Transcript["NAP"]).Should().Be(("seconds", "4711"));
            lab.Patterns.Should().Equal(@"\b\d{2,7}\b");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
