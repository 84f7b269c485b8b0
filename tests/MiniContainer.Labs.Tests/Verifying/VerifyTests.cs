// `lab verify` can fail: each thing that may be wrong with a lab is put into one, and must be found.

using MiniContainer.Labs.Tests.Learning;
using MiniContainer.Labs.Tests.Worlds;

namespace MiniContainer.Labs.Tests.Verifying;

public class VerifyTests
{
    [Fact]
    public void A_good_lab_is_proven_and_leaves_nothing()
    {
        using var course = new TinyCourse();
        var ended = Verify(course);
        ended.Output.Should()
            .Contain("1 lab, 4 checks, 1 transcript, 1 break, 2 wrong answers refused; 0 failed, 0 skipped");
        ended.Code.Should().Be(0);
        Directory.EnumerateFileSystemEntries($"{course.Root}/out").Should().BeEmpty();
    }

    [Theory]
    [InlineData("lab.yaml", "[ \"$name\" = \"$NAME\" ] || refuse \"The file name holds", "true || refuse \"",
        "file--other.sh: the check passes it")]
    [InlineData("lab.yaml", "[ -e name ] || refuse \"There is no file name in $PWD.\"", "exit 0",
        "the check of file passes before anything was done (csharp)")]
    [InlineData("lab.yaml", "[ -e name ] || refuse", "[ -e nome ] || refuse",
        "the check of file does not pass after labs/")]
    [InlineData("lab.yaml", "[ -e name ] || refuse \"There is no file name in $PWD.\"", "[ -e name ]",
        "without an observation")]
    [InlineData("solution/shell/file.sh", "echo", "false; exit 3;", "solution/shell/file.sh: ended with exit code 3")]
    [InlineData("README.md", "amber-otter", "amber-ottr", "README.md:18: the transcript differs")]
    [InlineData("README.md", "bash: nosuch: command not found", "bash: nosuch: Permission denied",
        "README.md:38: the transcript differs")]
    [InlineData("README.md", "$ echo $NAME", "echo $NAME", "README.md:17: the transcript differs")]
    public void What_is_wrong_is_found(string file, string from, string to, string expected)
    {
        using var course = new TinyCourse();
        course.Change(file, from, to);
        var ended = Verify(course);
        ended.Output.Should().Contain(expected);
        ended.Code.Should().Be(1);
    }

    [Fact]
    public void A_missing_solution_is_found()
    {
        using var course = new TinyCourse();
        File.Delete($"{course.LabPath}/solution/shell/sleeper.sh");
        Verify(course).Output.Should().Contain("solution/shell/sleeper.sh: there is no such solution").And
            .Contain("3 checks");
    }

    [Fact]
    public void A_wrong_answer_that_is_refused_with_other_words_is_found()
    {
        using var course = new TinyCourse();
        File.WriteAllText($"{course.Wrong}/sleeper--none.sh", "#!/bin/bash\n# expects: you forgot it\ntrue\n");
        Verify(course).Output.Should().Contain("sleeper--none.sh: it is refused with other words").And
            .Contain("expected: you forgot it").And.Contain("observed: No process \"sleep");
    }

    [Fact]
    public void What_the_machine_cannot_do_is_skipped_by_name()
    {
        using var course = new TinyCourse();
        course.Change("README.md", "## Break it\n```console", "## Break it\n```console needs=program:no-such-program");
        course.Change("lab.yaml", "    title: Leave a sleeper",
            "    title: Leave a sleeper\n    needs: [\"program:no-such-program\"]");
        Verify(course).Output.Should()
            .Contain("skipped: step sleeper (shell): the program no-such-program is not installed")
            .And.Contain("2 checks, 1 transcript, 0 breaks, 1 wrong answer refused; 0 failed, 4 skipped");
    }

    [Fact]
    public void Somebody_elses_work_is_left_alone()
    {
        using var course = new TinyCourse();
        course.Do("start", "90");
        File.WriteAllText($"{course.Work}/mine", "mine");
        Verify(course).Code.Should().Be(0);
        File.Exists($"{course.Work}/mine").Should().BeTrue();
        course.Run("check").Output.Should().NotContain("was not up");
    }

    private static Ended Verify(TinyCourse course)
    {
        Worlds.Lab.Require("cram3", "diff");
        return course.Run("verify", course.Name);
    }
}
