// Plans whose cgroups systemd makes: the order, the unit's properties, what minic still writes itself.

using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Planning;
using MiniContainer.Containers.Steps;
using MiniContainer.Containers.Systemd;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Plans.ChildSteps;
using MiniContainer.Plans.Steps;
using MiniContainer.Testing;

namespace MiniContainer.Containers.Tests.Planning;

public class SystemdPlannerTests
{
    private const string Scope = "/system.slice/minic-box.scope";

    private static readonly SystemdFacts Machine = new(User: false, "", 252);
    private static readonly SystemdFacts Users = new(User: true, "/user.slice/user-1000.slice/user@1000.service", 252);
    private static readonly Caller User = new(1000, 1000);

    private static readonly LinuxResources Limits = new()
    {
        Memory = new() { Limit = 64 << 20, Swap = 96 << 20, Reservation = 32 << 20 },
        Cpu = new() { Shares = 1024, Quota = 25_300, Period = 50_000, Cpus = "0-1", Mems = "0" },
        Pids = new() { Limit = 20 },
        BlockIo = new() { Weight = 100 },
    };

    // That machine has no blkio.
    private static readonly LinuxResources LimitsOfV1 = Limits with { BlockIo = null };

    [Fact]
    public void The_scope_is_made_around_the_child_and_then_come_the_cgroups_and_limits()
    {
        var steps = Plan(Machines.V2, Limits).Steps.ToList();
        var start = steps.FindIndex(s => s is StartUnit);

        steps.FindIndex(s => s is CloneChild).Should().BeLessThan(start);
        start.Should().BeLessThan(steps.FindIndex(s => s is MakeCgroup));
        steps.FindLastIndex(s => s is SetFile f && f.Path.StartsWith("/sys/fs/cgroup", StringComparison.Ordinal))
            .Should().BeLessThan(steps.FindIndex(s => s is Release));
        steps.OfType<StartUnit>().Single().Should().BeEquivalentTo(
            new { Child = "box", Unit = "minic-box.scope", Cgroup = Scope, User = false });
        steps.OfType<MakeCgroup>().Select(c => c.Path).Should().Equal("/sys/fs/cgroup" + Scope);
        steps.OfType<SetFile>().Select(f => f.Path).Should().Contain($"/sys/fs/cgroup{Scope}/memory.max");
        steps.OfType<MakeRoom>().Should().BeEmpty();
    }

    [Fact]
    public void Without_the_option_there_is_no_unit() =>
        Plan(Machines.V2, Limits, null).Steps.OfType<StartUnit>().Should().BeEmpty();

    [Fact]
    public void In_version_2_systemd_has_moved_the_child_and_in_version_1_it_joins_what_systemd_does_not_use()
    {
        Joined(Plan(Machines.V2, Limits)).Should().BeEmpty();
        Joined(Plan(Machines.Hybrid, LimitsOfV1)).Should().Contain($"/sys/fs/cgroup/pids{Scope}/tasks")
            .And.Contain($"/sys/fs/cgroup/systemd{Scope}/tasks", "systemd may not use it")
            .And.Contain($"/sys/fs/cgroup/unified{Scope}/cgroup.procs", "exec is to join it too");
    }

    [Fact]
    public void Version_2_beside_version_1_is_joined_and_has_no_limits() =>
        Plan(Machines.Hybrid, LimitsOfV1).Steps.OfType<SetFile>().Select(f => f.Path).Should()
            .NotContain(f => f.StartsWith("/sys/fs/cgroup/unified", StringComparison.Ordinal));

    [Fact]
    public void Its_properties_in_version_2() => Properties(Plan(Machines.V2, Limits)).Should().Equal(
        "Description s minic container box (/run/minic/containers/box)", "Slice s system.slice", "Delegate b true",
        "MemoryAccounting b true", "CPUAccounting b true", "IOAccounting b true", "TasksAccounting b true",
        "DefaultDependencies b false", "CPUQuotaPeriodUSec t 50000", "CPUQuotaPerSecUSec t 510000", "TasksMax t 20",
        "MemoryMax t 67108864", "MemorySwapMax t 33554432", "MemoryLow t 33554432", "CPUWeight t 39",
        "AllowedCPUs ay 1 3", "AllowedMemoryNodes ay 1 1", "IOWeight t 910");

    [Fact]
    public void Its_properties_in_version_1() => Properties(Plan(Machines.Hybrid, LimitsOfV1)).Skip(3).Should().Equal(
        "MemoryAccounting b true", "CPUAccounting b true", "BlockIOAccounting b true", "TasksAccounting b true",
        "DefaultDependencies b false", "CPUQuotaPeriodUSec t 50000", "CPUQuotaPerSecUSec t 510000", "TasksMax t 20",
        "AllowedCPUs ay 1 3", "AllowedMemoryNodes ay 1 1", "MemoryLimit t 67108864", "CPUShares t 1024");

    [Fact]
    public void An_old_systemd_is_not_asked_for_what_it_does_not_know() =>
        Properties(Plan(Machines.V2, Limits, Machine with { Version = 241 })).Should()
            .NotContain(p => p.StartsWith("Allowed", StringComparison.Ordinal)
                || p.StartsWith("CPUQuotaPeriod", StringComparison.Ordinal))
            .And.Contain("CPUQuotaPerSecUSec t 510000");

    [Fact]
    public void No_limit_is_infinity() => Properties(Plan(Machines.V2, new()
    {
        Memory = new() { Limit = -1 },
        Pids = new() { Limit = -1 },
        Unified = new Dictionary<string, string> { ["memory.high"] = "max", ["memory.min"] = "50M" },
    })).Skip(8).Should().Equal($"TasksMax t {ulong.MaxValue}", $"MemoryMax t {ulong.MaxValue}",
        $"MemoryHigh t {ulong.MaxValue}");

    [Fact]
    public void Devices_are_allowed_by_number_or_left_to_minics_own_rules()
    {
        LinuxDeviceCgroup deny = new(false), fuse = new(true) { Type = "c", Major = 10, Minor = 229, Access = "rw" };
        Properties(Plan(Machines.V2, new() { Devices = [deny, fuse] })).Skip(8).Should().Equal("DevicePolicy s strict",
            "DeviceAllow a(ss) 11 /dev/char/10:229 rw char-* m block-* m /dev/char/1:3 rwm /dev/char/1:5 rwm "
            + "/dev/char/1:7 rwm /dev/char/1:8 rwm /dev/char/1:9 rwm /dev/char/5:0 rwm /dev/char/5:2 rwm char-136 rwm");
        foreach (var open in new[] { new[] { new LinuxDeviceCgroup(true) }, [deny, fuse, fuse with { Allow = false }] })
            Properties(Plan(Machines.V2, new() { Devices = open })).Skip(8).Should()
                .Equal("DevicePolicy s auto", "DeviceAllow a(ss) 0");
    }

    [Fact]
    public void Annotations_add_properties_and_replace_minics()
    {
        var spec = Spec(Limits) with
        {
            Annotations = new Dictionary<string, string>
            {
                ["org.systemd.property.TimeoutStopSec"] = "5",
                ["org.systemd.property.TasksMax"] = "uint64 7",
                ["other"] = "x",
            },
        };
        Properties(Plan(Machines.V2, spec, Machine, Caller.Root)).Should().EndWith(
            ["TimeoutStopUSec t 5000000", "TasksMax t 7"]).And.NotContain("TasksMax t 20");
    }

    [Fact]
    public void A_slice_takes_no_processes_and_asks_for_the_one_above()
    {
        var spec = Spec(Limits) with { Linux = new() { CgroupsPath = "a.slice:x:a-b.slice", Resources = Limits } };
        var plan = Plan(Machines.V2, spec, Machine, Caller.Root);
        Properties(plan).Should().Contain("Wants as 1 a.slice").And
            .NotContain(p => p.StartsWith("Delegate", StringComparison.Ordinal));
        Joined(plan).Should().Equal("/sys/fs/cgroup/a.slice/a-b.slice/cgroup.procs");
        plan.Steps.OfType<StartUnit>().Single().ByHand[0].Should().NotContain("PIDs");
    }

    [Fact]
    public void A_users_scope_is_below_the_users_systemd_whatever_minics_own_cgroup_is()
    {
        IReadOnlyList<CgroupHierarchy> mine =
            [Machines.V2[0] with { Delegation = new("/sys/fs/cgroup/user.slice", IsAlone: false, null, null) }];
        var plan = Plan(mine, Spec(Limits), Users, User);
        plan.Steps.OfType<MakeCgroup>().Single().Path.Should()
            .Be($"/sys/fs/cgroup{Users.Cgroup}/user.slice/minic-box.scope");
        plan.Steps.OfType<StartUnit>().Single().Should().BeEquivalentTo(new { User = true });
        Properties(plan).Should().Contain("Slice s user.slice").And
            .NotContain(p => p.StartsWith("Device", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_users_systemd_has_not_been_given_is_refused()
    {
        Planning(() => Plan(Machines.V2, Spec(Limits), Users, User, "memory", "pids", "io")).Should()
            .Throw<MinicException>().Which.Message.Should().Contain("without the controller cpu").And.Contain(
                "user@1000.service").And.Contain("$.linux.resources.cpu");
        Planning(() => Plan(Machines.Hybrid, Spec(Limits), Users, User)).Should().Throw<MinicException>()
            .Which.Message.Should().Contain("version 1");
    }

    [Fact]
    public void An_update_tells_systemd_first_and_can_be_taken_back()
    {
        var unit = Plan(Machines.V2, Limits).Steps.OfType<StartUnit>().Single();
        var container = new Limited([new MakeCgroup($"/sys/fs/cgroup{Scope}", "/sys/fs/cgroup")], Limits)
        {
            Unit = unit,
        };
        var update = UpdatePlanner.Plan(container, new()
        {
            Pids = new() { Limit = 30 },
            Unified = new Dictionary<string, string> { ["memory.high"] = "1000" },
        }, Facts(Machines.V2, null, Caller.Root), _ => "0");

        var set = (SetUnitProperties)update.Steps[0];
        set.Should().BeEquivalentTo(new { Unit = "minic-box.scope", User = false });
        Text(set.Properties).Should().Equal("TasksMax t 30", "MemoryHigh t 1000");
        update.Steps.OfType<SetFile>().Select(f => f.Path).Should().Contain($"/sys/fs/cgroup{Scope}/pids.max");
        Text(UpdatePlanner.Back(update, _ => "0").Steps.OfType<SetUnitProperties>().Single().Properties).Should()
            .Equal("TasksMax t 20", $"MemoryHigh t {ulong.MaxValue}");
    }

    [Fact]
    public void A_further_process_of_a_users_container_is_moved_by_systemd()
    {
        var unit = Plan(Machines.V2, Spec(Limits), Users, User).Steps.OfType<StartUnit>().Single();
        var plan = new Plan();
        ExecPlanner.Add(plan, "exec", new Process { Args = ["sh"], Cwd = "/" }, new ExecTarget(1, 0)
        {
            Unit = unit,
            CgroupFiles = [$"/sys/fs/cgroup{unit.Cgroup}/below/cgroup.procs"],
        }, Facts(Machines.V2, null, User));
        plan.Steps.OfType<AttachToUnit>().Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { Child = "exec", Unit = "minic-box.scope", Below = "/below" });
        Joined(plan).Should().BeEmpty();
    }

    [Fact]
    public void By_hand_it_is_a_line_of_busctl() =>
        Plan(Machines.V2, new()).Steps.OfType<StartUnit>().Single().ByHand[0].Should().StartWith(
            "busctl call -- org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager "
            + "StartTransientUnit 'ssa(sv)a(sa(sv))' minic-box.scope fail 9 Description s ").And.EndWith(
            " DefaultDependencies b false PIDs au 1 \"$CHILD\" 0 > /dev/null");

    private static Action Planning(Action plan) => plan;

    private static IEnumerable<string> Joined(Plan plan) =>
        plan.Steps.OfType<JoinCgroup>().Select(j => j.Procs);

    private static IEnumerable<string> Properties(Plan plan) =>
        Text(plan.Steps.OfType<StartUnit>().Single().Properties);

    private static IEnumerable<string> Text(IEnumerable<UnitProperty> properties) =>
        properties.Select(p => $"{p.Name} {p.Type} {string.Join(' ', p.Words)}");

    private static Spec Spec(LinuxResources resources) => new()
    {
        OciVersion = "1.3.0",
        Root = new Root { Path = "rootfs" },
        Process = new Process { Args = ["sh"], Cwd = "/" },
        Linux = new Linux { Resources = resources },
    };

    private static Facts Facts(IReadOnlyList<CgroupHierarchy> hierarchies, SystemdFacts? systemd, Caller caller,
        params string[] controllers) => new()
    {
        Hierarchies = hierarchies,
        Capabilities = ulong.MaxValue,
        IsDirectory = _ => true,
        Home = (_, _) => null,
        Caller = caller,
        Systemd = systemd,
        UnifiedControllers = controllers.Length > 0 ? controllers : ["cpuset", "cpu", "io", "memory", "pids"],
    };

    private static Plan Plan(IReadOnlyList<CgroupHierarchy> hierarchies, LinuxResources resources) =>
        Plan(hierarchies, resources, Machine);

    private static Plan Plan(IReadOnlyList<CgroupHierarchy> hierarchies, LinuxResources resources,
        SystemdFacts? systemd) => Plan(hierarchies, Spec(resources), systemd, Caller.Root);

    private static Plan Plan(IReadOnlyList<CgroupHierarchy> hierarchies, Spec spec, SystemdFacts? systemd,
        Caller caller, params string[] controllers)
    {
        var plan = new Plan();
        ContainerPlanner.Add(plan, new Bundle("/bundle", spec), new ContainerSetup("box", "/run/minic/containers/box"),
            Facts(hierarchies, systemd, caller, controllers));
        return plan;
    }
}
