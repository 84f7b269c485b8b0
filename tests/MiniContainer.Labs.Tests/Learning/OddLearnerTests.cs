// Learners who do something odd get back with `lab reset`.

namespace MiniContainer.Labs.Tests.Learning;

public class OddLearnerTests
{
    [Fact]
    public void Whoever_takes_the_world_down_gets_another_one()
    {
        using var course = new TinyCourse();
        course.Do("start", "90");
        Worlds.Lab.Do("world", "down", "--name", course.Name);
        course.Run("check").Output.Should().Contain("The lab's world was not up. A new one is").And
            .Contain("There is no file name");
        Worlds.Lab.Do("world", "run", "--name", course.Name, "--", "true");
    }

    [Fact]
    public void Half_a_world_is_made_whole()
    {
        using var course = new TinyCourse();
        course.Do("start", "90");
        // The binding of one namespace, taken away from under it.
        course.Run("world", "run", "--name", $"{course.Name}-none", "--", "true");
        System.Diagnostics.Process.Start("umount", $"/run/minic-lab/{course.Name}/host/mnt").WaitForExit();
        course.Run("check").Output.Should().Contain("The lab's world was not up. A new one is");
    }

    [Fact]
    public void Processes_that_were_left_end_with_a_reset()
    {
        using var course = new TinyCourse();
        course.Do("start", "90");
        course.Learn(
            "echo $NAME > name; unshare --uts sh -c \"hostname $NAME; exec sleep $NAP\" < /dev/null > /dev/null 2>&1 "
                + "& until pgrep -f \"^sleep $NAP$\"; do sleep 0.02; done");
        course.Do("check").Should().Contain("Lab 90 is done");
        var before = File.ReadAllText(course.StateFile);
        course.Do("reset");
        File.ReadAllText(course.StateFile).Should().NotBe(before, "inputs are drawn anew");
        course.Do("next").Should().Contain("This lab is done", "passed steps stay passed");
        course.Run("check", "--all").Output.Should().Contain("No process").And.Contain("0 of 2");
        course.Do("reset", "--progress").Should().Contain("nothing passed");
        course.Do("next").Should().Contain("Step 1 of 2");
    }

    [Fact]
    public void Files_that_were_deleted_come_back_and_those_that_were_changed_on_demand()
    {
        using var course = new TinyCourse();
        course.Do("start", "90");
        File.Delete($"{course.Work}/note.txt");
        File.WriteAllText($"{course.Work}/mine", "mine");
        course.Do("reset");
        File.ReadAllText($"{course.Work}/note.txt").Should().Be("a note\n");
        File.Exists($"{course.Work}/mine").Should().BeTrue();
        File.WriteAllText($"{course.Work}/note.txt", "changed");
        course.Do("reset");
        File.ReadAllText($"{course.Work}/note.txt").Should().Be("changed", "without --files nothing of theirs is lost");
        course.Do("reset", "--files");
        File.ReadAllText($"{course.Work}/note.txt").Should().Be("a note\n");
        File.ReadAllText($"{course.Work}/note.txt.old").Should().Be("changed");
        File.Exists($"{course.Work}/mine").Should().BeFalse();
    }

    [Fact]
    public void A_directory_that_is_gone_comes_back()
    {
        using var course = new TinyCourse();
        course.Do("start", "90");
        Directory.Delete(course.Work, recursive: true);
        course.Run("check").Output.Should().Contain("is gone; `lab reset` brings it back");
        course.Do("reset");
        File.Exists($"{course.Work}/note.txt").Should().BeTrue();
    }

    // In a world of their own, so that the machine's mount table stays out of it.
    [Fact]
    public void What_is_mounted_in_the_directory_is_let_go_of_and_not_emptied()
    {
        using var course = new TinyCourse();
        var (keep, lab) = (Directory.CreateDirectory($"{course.Root}/keep").FullName, Worlds.Lab.Shell);
        File.WriteAllText($"{keep}/precious", "");
        Worlds.Lab.InOwnWorld($$"""
            export LAB_ROOT={{course.Root}} XDG_STATE_HOME={{course.Root}}/state
            {{lab}} start 90 >&2
            mkdir -p {{course.Work}}/root/mnt
            mount --bind {{course.Work}}/root {{course.Work}}/root
            mount --bind {{keep}} {{course.Work}}/root/mnt
            {{lab}} reset --files >&2
            ls {{course.Work}}
            grep -c {{course.Work}} /proc/self/mountinfo || :
            """).Should().Be("note.txt\nnote.txt.old\n0");
        File.Exists($"{keep}/precious").Should().BeTrue();
    }

    [Fact]
    public void Progress_that_is_damaged_is_forgotten_on_demand()
    {
        using var course = new TinyCourse();
        course.Do("start", "90");
        File.WriteAllText(course.StateFile, "{");
        course.Run("check").Errors.Should().Contain("is damaged. Begin the lab anew: lab reset").And
            .Contain("--progress");
        course.Do("reset", "--progress");
        course.Do("next").Should().Contain("Step 1 of 2");
    }

    [Fact]
    public async Task Two_at_once_wait_for_each_other()
    {
        using var course = new TinyCourse();
        course.Do("start", "90");
        var all = Enumerable.Range(0, 6)
            .Select(i => Task.Run(() => course.Run(i % 3 == 0 ? ["reset"] : ["start", "90"])));
        (await Task.WhenAll(all)).Should().AllSatisfy(result => result.Errors.Should().BeEmpty());
        course.Run("check").Output.Should().Contain("There is no file name");
    }
}
