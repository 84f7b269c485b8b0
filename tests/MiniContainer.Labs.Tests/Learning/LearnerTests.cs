// A learner's way through a lab, from outside: what is typed, and what is seen.

using MiniContainer.Testing;

namespace MiniContainer.Labs.Tests.Learning;

public class LearnerTests
{
    private const string WriteIt = "echo $NAME > name";
    private const string Sleep = "unshare --uts sh -c \"hostname $NAME; exec sleep $NAP\" < /dev/null > /dev/null "
        + "2>&1 & until pgrep -f \"^sleep $NAP$\"; do sleep 0.02; done";

    [Fact]
    public void A_lab_is_started_and_done()
    {
        using var course = new TinyCourse();
        course.Do("start", "90").Should().Contain("Lab 90: A name of its own").And
            .Contain("Give a process a host name of its own.")
            .And.Contain("Step 1 of 2: Write it down").And.NotContain("$NAME");
        File.ReadAllText($"{course.Work}/note.txt").Should().Be("a note\n");
        var refused = course.Run("check");
        refused.Code.Should().Be(1);
        refused.Output.Should().Contain("There is no file name in");
        course.Learn(WriteIt).Code.Should().Be(0);
        course.Do("check").Should().Contain("✓ Write it down").And.Contain("in 2 looks").And
            .Contain("Step 2 of 2: Leave a sleeper");
        course.Learn(Sleep).Code.Should().Be(0);
        course.Do("check").Should().Contain("✓ Leave a sleeper").And.Contain("At the first look").And
            .Contain("Lab 90 is done").And.Contain($"lab start 91");
        course.Do("check").Should().Contain("Lab 90 is done", "what has passed stays passed");
    }

    [Fact]
    public void The_learner_is_told_where_they_stand()
    {
        using var course = new TinyCourse();
        course.Do().Should().Contain("lab start 01");
        course.Run("check").Errors.Should()
            .Be("lab: find your lab: you have started none. Begin with: lab start 01.\n");
        course.Run("check", "90").Errors.Should().Contain("it was not started. Start it: lab start 90.");
        course.Run("start", "tini").Errors.Should()
            .StartWith("lab: find the lab \"tini\": there is none of that name.");
        course.Do("start", course.Name);
        course.Do().Should().Contain("→ Write it down").And.Contain("· Leave a sleeper").And.Contain("lab start 90").And
            .Contain("0 of 2 labs done");
        course.Do("list").Should().Contain(course.Name).And.Contain("0 of 2").And.Contain("5 min");
        course.Do("next").Should().Contain("Step 1 of 2");
    }

    [Fact]
    public void Hints_come_one_by_one_after_what_is_observed()
    {
        using var course = new TinyCourse();
        course.Do("start", "90");
        course.Do("hint").Should().Contain("There is no file name in").And.Contain("Hint 1 of 2").And
            .Contain("A file is asked for.").And.NotContain("Hint 2");
        course.Do("hint").Should().Contain("Hint 1 of 2").And.Contain("Hint 2 of 2");
        course.Do("hint").Should().Contain("Hint 2 of 2").And.Contain("There are no more.");
        course.Learn(WriteIt);
        course.Do("hint").Should().Contain("This step is done");
        course.Do("check").Should().Contain("Done, with 2 hints.");
    }

    [Fact]
    public void A_solution_is_shown_once_the_step_has_passed_or_on_demand()
    {
        using var course = new TinyCourse();
        course.Do("start", "90");
        course.Run("solution").Errors.Should().Contain("no step of this lab has passed. Try lab hint first");
        course.Do("solution", "--show").Should().Contain("echo \"$NAME\" > name").And.NotContain("unshare");
        course.Learn(WriteIt);
        course.Do("check").Should().NotContain("well done", "it was read");
        course.Do("solution").Should().Contain("Write it down").And.NotContain("Leave a sleeper");
    }

    [Fact]
    public async Task Watch_tells_of_each_change_until_the_lab_is_done()
    {
        using var course = new TinyCourse();
        course.Do("start", "90");
        var watch = Task.Run(() => course.Do("watch"), TestContext.Current.CancellationToken);
        course.Learn(WriteIt);
        course.Learn(Sleep);
        (await watch.WaitAsync(Pace.Seconds(60), TestContext.Current.CancellationToken)).Should()
            .Contain("Lab 90 is done");
    }

    [Fact]
    public void A_broken_check_is_not_the_learners_fault()
    {
        using var course = new TinyCourse();
        course.Change("lab.yaml", "[ -e name ] || refuse \"There is no file name in $PWD.\"", "nosuch");
        course.Do("start", "90");
        course.Run("check").Output.Should().Contain("the check itself is broken").And.Contain("lab.yaml:24").And
            .Contain("lab.yaml: line 24: nosuch: command not found");
    }

    [Fact]
    public void A_step_that_the_machine_cannot_do_is_passed_over_by_name()
    {
        using var course = new TinyCourse();
        course.Change("lab.yaml", "    title: Write it down",
            "    title: Write it down\n    needs: [\"program:no-such-program\"]");
        course.Do("start", "90").Should().Contain("the program no-such-program is not installed");
        course.Do("check").Should()
            .Contain("! Write it down is passed over: the program no-such-program is not installed.").And
            .Contain("Step 2 of 2");
    }

    [Fact]
    public void Without_root_it_says_so()
    {
        using var course = new TinyCourse();
        Assert.SkipWhen(Worlds.Lab.Ahead() is null, "needs out/lab (scripts/build): dotnet is not everyone's");
        // Where it was built may be nobody else's either.
        var program = Path.Combine(course.Root, "lab");
        File.Copy(Worlds.Lab.Ahead()!, program);
        File.SetUnixFileMode(course.Root, (UnixFileMode)0x1ed /* 0755 */);
        var start = course.Run("world", "run", "--name", course.Name, "--", "setpriv", "--reuid=65534", "--regid=65534",
            "--clear-groups", program, "verify");
        start.Errors.Should()
            .Be("lab: start the lab: it needs root, since a lab makes namespaces, mounts and cgroups. Try: sudo "
                + "./scripts/lab\n");
        start.Code.Should().Be(125);
    }

    [Fact]
    public void In_the_shell_of_a_lab_no_number_is_needed()
    {
        using var course = new TinyCourse();
        // On a terminal: `start` opens a shell there.
        var typed = course.Type("start 90", "lab check", WriteIt, "lab check", "hostname", "exit");
        typed.Output.Should().Contain("lab 90").And.Contain($"host:{course.Name}#").And
            .Contain("There is no file name").And.Contain("✓").And.Contain("Write it down").And
            .Contain("You have left lab 90");
    }

    [Fact]
    public void A_reset_in_the_shell_gives_a_new_shell_in_a_new_world()
    {
        using var course = new TinyCourse();
        var typed = course.Type("start 90", "touch /run/mine; bash", "lab check; exit", "lab reset",
            "ls /run/mine; lab check", "exit");
        typed.Output.Should().Contain("Lab 90 is reset").And.Contain("cannot access '/run/mine'").And
            .Contain("There is no file name").And.Contain("You have left lab 90");
    }

    [Fact]
    public void The_next_lab_is_started_from_the_shell_of_the_one_before()
    {
        using var course = new TinyCourse();
        var typed = course.Type("start 90", "lab start 91", "echo \"in $LAB\"", "exit");
        typed.Output.Should().Contain($"in {course.Second}").And.Contain("You have left lab 91");
    }
}
