// Cgroups that come and go side by side, below one that goes with the last of them.

using MiniContainer.Plans;
using MiniContainer.Containers.Steps;
using MiniContainer.Kernel;

namespace MiniContainer.Containers.Tests.Steps;

public sealed class MakeCgroupTests
{
    [Fact]
    public void One_that_is_made_while_another_takes_the_empty_one_above_away_is_there_in_the_end()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        var cpuset = Cgroups.Hierarchies().FirstOrDefault(h => h.Controllers.Contains("cpuset"));
        Assert.SkipWhen(cpuset is null, "needs cpuset in cgroup version 1");
        var above = $"{cpuset!.Own}/race{Environment.ProcessId}";
        using var playing = new PlayContext(new Plan());
        var made = Parallel.For(0, 2, worker =>
        {
            for (var i = 0; i < 2000; i++)
            {
                var step = new MakeCgroup($"{above}/{worker}", cpuset.Own)
                {
                    Inherits = ["cpuset.cpus", "cpuset.mems"],
                };
                var facts = step.Do(playing);
                Knob.TryRead($"{above}/{worker}/cpuset.cpus").Should().NotBeNullOrEmpty();
                step.Undo(facts);
            }
        });
        made.IsCompleted.Should().BeTrue();
        Directory.Exists(above).Should().BeFalse();
    }
}
