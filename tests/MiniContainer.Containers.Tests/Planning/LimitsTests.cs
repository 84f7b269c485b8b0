// What zero, -1 and no word mean, limit by limit, in either version of cgroups.

using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Planning;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;
using MiniContainer.Testing;

namespace MiniContainer.Containers.Tests.Planning;

public class LimitsTests
{
    private static List<string> Files(LinuxResources resources, IReadOnlyList<CgroupHierarchy> machine)
    {
        var plan = new Plan();
        CgroupPlanner.Add(plan, new Spec
        {
            OciVersion = "1.3.0",
            Linux = new MiniContainer.Containers.Oci.Linux { Resources = resources },
        }, "box", ContainerPlannerTests.Machine(machine));
        return [.. plan.Steps.OfType<SetFile>().Select(s => $"{Path.GetFileName(s.Path)} {s.Value}")];
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0L, "pids.max 1")]
    [InlineData(-1L, "pids.max max")]
    [InlineData(20L, "pids.max 20")]
    public void Of_tasks_zero_means_one(long? limit, params string[] expected)
    {
        Files(new() { Pids = new LinuxPids(limit) }, Machines.V2).Should().Equal(expected);
        Files(new() { Pids = new LinuxPids(limit) }, Machines.Hybrid).Should().Equal(expected);
    }

    [Fact]
    public void Memory_alone_says_nothing_of_swap()
    {
        Files(new() { Memory = new() { Limit = 100 } }, Machines.V2).Should().Equal("memory.max 100");
        Files(new() { Memory = new() { Limit = 100 } }, Machines.Hybrid).Should().Equal("memory.limit_in_bytes 100");
    }

    [Fact]
    public void Swap_that_is_asked_for_is_limited()
    {
        Files(new() { Memory = new() { Limit = 100, Swap = 100 } }, Machines.V2).Should()
            .Equal("memory.max 100", "memory.swap.max 0");
        Files(new() { Memory = new() { Limit = 100, Swap = 100 } }, Machines.Hybrid).Should()
            .Equal("memory.limit_in_bytes 100", "memory.memsw.limit_in_bytes 100");
        Files(new() { Memory = new() { Limit = 100, Swap = -1 } }, Machines.V2).Should()
            .Equal("memory.max 100", "memory.swap.max max");
        Files(new() { Memory = new() { Limit = 100, Swap = -1 } }, Machines.Hybrid).Should()
            .Equal("memory.limit_in_bytes 100", "memory.memsw.limit_in_bytes -1");
    }

    [Fact]
    public void In_version_2_swap_alone_is_refused()
    {
        var plan = () => Files(new() { Memory = new() { Swap = 100 } }, Machines.V2);
        plan.Should().Throw<MinicException>().WithMessage("*memory.swap is 100*");
        Files(new() { Memory = new() { Swap = 100 } }, Machines.Hybrid).Should()
            .Equal("memory.memsw.limit_in_bytes 100");
    }

    [Fact]
    public void Elsewhere_zero_means_that_nothing_was_set()
    {
        var zeros = new LinuxResources
        {
            Memory = new() { Limit = 0, Swap = 0, Reservation = 0 },
            Cpu = new()
            {
                Shares = 0,
                Quota = 0,
                Period = 0,
                RealtimePeriod = 0,
                RealtimeRuntime = 0,
                Cpus = "",
                Mems = "",
            },
            BlockIo = new() { Weight = 0, LeafWeight = 0 },
            Network = new() { ClassId = 0 },
        };
        Files(zeros, Machines.V2).Should().BeEmpty();
        Files(zeros, Machines.Hybrid).Should().BeEmpty();
    }

    [Fact]
    public void Zero_that_is_a_value_of_its_own_is_written()
    {
        var zeros = new LinuxResources { Memory = new() { Swappiness = 0 }, Cpu = new() { Burst = 0, Idle = 0 } };
        Files(zeros, Machines.Hybrid).Should()
            .BeEquivalentTo("memory.swappiness 0", "cpu.cfs_burst_us 0", "cpu.idle 0");
        Files(zeros, Machines.V2).Should().BeEquivalentTo("cpu.max.burst 0", "cpu.idle 0");
    }

    [Fact]
    public void A_container_joins_every_hierarchy_of_version_1()
    {
        var joined = CgroupPlanner.JoinFiles(new Spec
        {
            OciVersion = "1.3.0",
        }, "box", ContainerPlannerTests.Machine(Machines.Hybrid));
        joined.Should().Contain("/sys/fs/cgroup/cpuset/minic/box/tasks").And
            .HaveCount(Machines.Hybrid.Count(h => !h.IsV2));
    }
}
