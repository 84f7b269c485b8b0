// Updates as plans, for machines of either cgroup version: which knobs, and in which order.

using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Planning;
using MiniContainer.Containers.Steps;
using MiniContainer.Kernel;
using MiniContainer.Plans.Steps;
using MiniContainer.Testing;

namespace MiniContainer.Containers.Tests.Planning;

public class UpdatePlannerTests
{
    private static readonly LinuxResources InForce = new()
    {
        Memory = new LinuxMemory { Limit = 100, Swap = 150 },
        Cpu = new LinuxCpu { Quota = 50000, Period = 100000 },
        Devices = [new LinuxDeviceCgroup(false)],
    };

    [Fact]
    public void What_is_not_named_stays_and_a_knob_of_two_members_keeps_the_other() =>
        Sets(Machines.V2, new() { Cpu = new() { Quota = 20000 } }).Should().Equal("cpu.max 20000 100000");

    [Fact]
    public void Version_2_counts_swap_alone_so_new_memory_means_new_swap() =>
        Sets(Machines.V2, new() { Memory = new() { Limit = 120 } }).Should()
            .Equal("memory.max 120", "memory.swap.max 30");

    [Fact]
    public void Memory_without_a_limit_is_swap_without_one() =>
        Sets(Machines.V2, new() { Memory = new() { Limit = -1 } }).Should()
            .Equal("memory.max max", "memory.swap.max max");

    [Fact]
    public void Where_memory_grows_in_version_1_the_sum_with_swap_goes_first() =>
        Sets(Machines.Hybrid, new() { Memory = new() { Limit = 200, Swap = 300 } }).Should()
            .Equal("memory.memsw.limit_in_bytes 300", "memory.limit_in_bytes 200");

    [Fact]
    public void Where_memory_shrinks_in_version_1_it_goes_first() =>
        Sets(Machines.Hybrid, new() { Memory = new() { Limit = 50, Swap = 60 } }).Should()
            .Equal("memory.limit_in_bytes 50", "memory.memsw.limit_in_bytes 60");

    [Theory]
    [InlineData(20000, 100000, 10000, 3000, "cpu.cfs_quota_us 3000", "cpu.cfs_period_us 10000")]
    [InlineData(3000, 10000, 100000, 20000, "cpu.cfs_period_us 100000", "cpu.cfs_quota_us 20000")]
    [InlineData(-1, 100000, 10000, 3000, "cpu.cfs_period_us 10000", "cpu.cfs_quota_us 3000")]
    public void Between_quota_and_period_there_is_never_more_time_than_before_or_after(long quota, ulong period,
        ulong newPeriod, long newQuota, string first, string second)
    {
        var plan = UpdatePlanner.Plan(
            new Limited([new MakeCgroup("/sys/fs/cgroup/cpu,cpuacct/minic/box", "/sys/fs/cgroup/cpu,cpuacct")], new()
            {
                Cpu = new() { Quota = quota, Period = period },
            }),
            new() { Cpu = new() { Quota = newQuota, Period = newPeriod } },
            ContainerPlannerTests.Machine(Machines.Hybrid),
            path => path.EndsWith("quota_us", StringComparison.Ordinal) ? $"{quota}" : $"{period}");
        plan.Steps.OfType<SetFile>().Select(Short).Should().Equal(first, second);
    }

    [Fact]
    public void The_limits_that_few_ask_for_change_too()
    {
        Sets(Machines.Hybrid, new() { Cpu = new() { RealtimePeriod = 800000, RealtimeRuntime = 500000 } }).Should()
            .Equal("cpu.rt_period_us 800000", "cpu.rt_runtime_us 500000");
        Sets(Machines.V2, new() { Unified = new Dictionary<string, string> { ["memory.high"] = "90" } }).Should()
            .Equal("memory.high 90");
    }

    [Fact]
    public void A_later_update_builds_on_the_one_before()
    {
        var kept = Plan(Machines.V2, new() { Cpu = new() { Period = 50000 } }).Steps.OfType<KeepLimits>().Single();
        var inForce = System.Text.Json.JsonSerializer.Deserialize(kept.Resources, SpecJson.Default.LinuxResources)!;
        Sets(Machines.V2, new() { Cpu = new() { Quota = -1 } }, inForce).Should().Equal("cpu.max max 50000");
    }

    [Fact]
    public void Zero_is_no_word_and_rules_of_devices_are_left_alone() =>
        Sets(Machines.Hybrid, new()
        {
            Memory = new() { Limit = 0, Swap = 0 },
            Cpu = new() { Cpus = "", Shares = 0, Quota = 0, Period = 0 },
            BlockIo = new() { Weight = 0 },
            Devices = [new(true)],
        }).Should().BeEmpty();

    [Fact]
    public void A_cpuset_of_version_1_is_there_from_the_beginning() =>
        Plan(Machines.Hybrid, new() { Cpu = new() { Cpus = "1" } }).Steps.Select(s => s.Title).Should().Equal(
            "set /sys/fs/cgroup/cpuset/minic/box/cpuset.cpus to 1", "note the limits as they are now");

    [Fact]
    public void A_controller_of_version_2_is_handed_on_when_it_is_first_asked_for() =>
        Plan(Machines.V2, new() { Cpu = new() { Cpus = "1" } }).Steps[0].CallTexts.Should().Equal(
            "write(\"/sys/fs/cgroup/cgroup.subtree_control\", \"+cpuset\")",
            "write(\"/sys/fs/cgroup/minic/cgroup.subtree_control\", \"+cpuset\")");

    [Fact]
    public void Memory_in_use_is_not_taken_away_where_a_look_before_was_asked_for()
    {
        var plan = () => Plan(Machines.V2, new() { Memory = new() { Limit = 60, CheckBeforeUpdate = true } });
        plan.Should().Throw<MinicException>().WithMessage("*70 bytes of memory are in use, more than 60*");
    }

    [Fact]
    public void The_way_back_writes_what_the_knobs_held_the_last_one_first()
    {
        var update = Plan(Machines.Hybrid, new() { Memory = new() { Limit = 200, Swap = 300 } });
        UpdatePlanner.Back(update, Read).Steps.Cast<SetFile>().Select(Short).Should()
            .Equal("memory.limit_in_bytes 100", "memory.memsw.limit_in_bytes 150");
    }

    private static IEnumerable<string> Sets(IReadOnlyList<CgroupHierarchy> machine, LinuxResources change,
        LinuxResources? inForce = null) =>
        Plan(machine, change, inForce).Steps.OfType<SetFile>().Select(Short);

    private static string Short(SetFile set) => $"{Path.GetFileName(set.Path)} {set.Value}";

    private static Plans.Plan Plan(IReadOnlyList<CgroupHierarchy> machine, LinuxResources change,
        LinuxResources? inForce = null)
    {
        var cgroups = machine.Where(h => !h.IsV2 || machine.Count == 1)
            .Select(h => new MakeCgroup($"{(h.IsV2 ? h.MountPoint : h.Own)}/minic/box", h.IsV2 ? h.MountPoint : h.Own));
        return UpdatePlanner.Plan(new Limited([.. cgroups], inForce ?? InForce), change,
            ContainerPlannerTests.Machine(machine), Read);
    }

    private static string? Read(string path) => Path.GetFileName(path) switch
    {
        "memory.limit_in_bytes" => "100",
        "memory.memsw.limit_in_bytes" => "150",
        "memory.current" => "70",
        "cgroup.controllers" => "cpu memory pids",
        _ => null,
    };
}
