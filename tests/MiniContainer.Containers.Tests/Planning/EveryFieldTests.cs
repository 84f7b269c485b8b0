// The plans of what few containers ask for, on a machine that has it all, and what a machine says that lacks it.

using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Planning;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;
using MiniContainer.Testing;

namespace MiniContainer.Containers.Tests.Planning;

public class EveryFieldTests
{
    private static readonly CgroupHierarchy[] Rich =
    [
        .. Machines.Hybrid.Where(h => !h.IsV2),
        .. new[] { "blkio", "net_cls", "net_prio", "rdma",
            "hugetlb" }.Select(c => new CgroupHierarchy([c], "/sys/fs/cgroup/" + c, "/sys/fs/cgroup/" + c)),
    ];

    private static readonly LinuxBlockIo Io = new()
    {
        Weight = 100,
        WeightDevice = [new(8, 0, 500)],
        ThrottleReadBpsDevice = [new(8, 0, 1048576)],
        ThrottleWriteIopsDevice = [new(8, 16, 300), new(8, 32, 0)],
    };

    private static Spec Default => DefaultSpec.Create("rootfs", ["sh"], "box");

    private static LinuxResources Limits => new()
    {
        BlockIo = Io,
        HugepageLimits = [new("2MB", 4194304)],
        Rdma = new Dictionary<string, LinuxRdma> { ["mlx5_1"] = new(3, 10000) },
    };

    private static Plan PlanOf(Spec spec, IReadOnlyList<CgroupHierarchy> machine, bool has = true)
    {
        var plan = new Plan();
        var facts = ContainerPlannerTests.Machine(machine) with
        {
            HasAppArmor = has,
            HasSelinux = has,
            HasResctrl = has,
            UnifiedControllers = has ? ContainerPlannerTests.Machine(machine).UnifiedControllers : [],
        };
        ContainerPlanner.Add(plan, new Bundle("/bundle", spec), new ContainerSetup("box", "/run/minic/containers/box"),
            facts);
        return plan;
    }

    private static Spec With(LinuxResources resources) => Default with
    {
        Linux = Default.Linux! with { Resources = resources },
    };

    // The steps that the default container lacks.
    private static string News(Spec spec, IReadOnlyList<CgroupHierarchy> machine)
    {
        var usual = Paragraphs(Default, machine).ToHashSet();
        return string.Concat(Paragraphs(spec, machine).Where(p => !usual.Contains(p)));
    }

    // What is asked of the kernel alone: the reasons are those of any mount.
    private static string Calls(string text) =>
        string.Concat(text.Split('\n').Where(l => l.Length > 0
            && !l.StartsWith("  #", StringComparison.Ordinal)
            && !l.StartsWith("  hand", StringComparison.Ordinal)).Select(l => l + "\n"));

    private static IEnumerable<string> Paragraphs(Spec spec, IReadOnlyList<CgroupHierarchy> machine)
    {
        foreach (var step in PlanOf(spec, machine).Steps)
        {
            var one = new Plan();
            one.Add(step);
            yield return PlanText.Of(one) + string.Concat(step.ByHand.Select(l => $"  hand: {l}\n"));
        }
    }

    [Fact]
    public void Rare_limits_with_cgroup_v1() => Golden.Check(
        Calls(News(
            With(Limits with
            {
                Cpu = new LinuxCpu { RealtimePeriod = 1000000, RealtimeRuntime = 50000 },
                Network = new LinuxNetwork { ClassId = 1048577, Priorities = [new("eth0", 500)] },
            }), Rich)),
        "rare-limits-v1.txt");

    [Fact]
    public void Rare_limits_with_cgroup_v2() => Golden.Check(
        Calls(News(
            With(Limits with
            {
                Unified = new Dictionary<string, string> { ["misc.max"] = "res_a 1", ["cgroup.max.depth"] = "3" },
            }), Machines.V2)), "rare-limits-v2.txt");

    [Fact]
    public void Labels_and_placement_are_set_while_the_hosts_files_can_be_seen() => Golden.Check(
        Calls(News(
            Default with
            {
                Process = Default.Process! with
                {
                    ApparmorProfile = "minic-default",
                    SelinuxLabel = "system_u:system_r:container_t:s0:c1,c2",
                },
                Linux = Default.Linux! with
                {
                    MountLabel = "system_u:object_r:container_file_t:s0:c1,c2",
                    MemoryPolicy = new LinuxMemoryPolicy("MPOL_BIND", "0-1,65", ["MPOL_F_STATIC_NODES"]),
                    IntelRdt = new LinuxIntelRdt
                    {
                        L3CacheSchema = "L3:0=f\nMB:0=10",
                        MemBwSchema = "MB:0=20",
                        EnableMonitoring = true,
                    },
                },
            },
            Machines.V2)),
        "labels-and-placement.txt");

    [Fact]
    public void Mounts_of_every_kind() => Golden.Check(
        Calls(News(
            Default with
            {
                Mounts =
                [
                    .. Default.Mounts!,
                    new() { Destination = "/mapped", Source = "/host/data", Type = "bind",
                        Options = ["rbind", "ridmap", "ro"], UidMappings = [new(0, 100000, 1000)],
                        GidMappings = [new(0, 200000, 1000)] },
                    new() { Destination = "/up", Source = "tmpfs", Type = "tmpfs",
                        Options = ["tmpcopyup", "nosuid", "size=1m"] },
                    new() { Destination = "/attributes", Source = "/host/other", Type = "bind",
                        Options = ["rbind", "noatime", "rw", "suid", "nosymfollow", "rprivate", "rnodev"] },
                    new() { Destination = "/tree", Source = "tmpfs", Type = "tmpfs", Options = ["rro"] },
                ],
            },
            Machines.V2)),
        "mounts.txt");

    [Fact]
    public void A_mount_without_mappings_takes_those_of_the_containers_user_namespace()
    {
        var spec = Default with
        {
            Mounts = [new()
            {
                Destination = "/mapped",
                Source = "/host/data",
                Type = "bind",
                Options = ["bind", "idmap"],
            }],
            Linux = Default.Linux! with
            {
                Namespaces = [.. Default.Linux.Namespaces!, new("user")],
                UidMappings = [new(0, 100000, 65536)],
                GidMappings = [new(0, 100000, 65536)],
            },
        };
        PlanOf(spec, Machines.V2).Steps.OfType<OpenMappedTree>().Should().ContainSingle().Which.Should()
            .BeEquivalentTo(
                new { UidMap = "0 100000 65536\n", GidMap = "0 100000 65536\n", MapsBelow = false, Recursive = false });
        var joined = spec with
        {
            Linux = spec.Linux! with
            {
                Namespaces = [.. Default.Linux.Namespaces!, new("user", "/proc/7/ns/user")],
                UidMappings = null,
                GidMappings = null,
            },
        };
        PlanOf(joined, Machines.V2).Steps.OfType<OpenMappedTree>().Single().UserNamespace.Should()
            .Be("/proc/7/ns/user");
    }

    [Fact]
    public void Network_devices_are_moved_in_while_the_child_waits() => Golden.Check(
        News(Default with
        {
            Linux = Default.Linux! with
            {
                NetDevices = new Dictionary<string, LinuxNetDevice> { ["eth1"] = new(), ["eth2"] = new("net0") },
            },
        }, Machines.V2), "net-devices.txt");

    [Fact]
    public void A_filter_that_notifies_hands_its_listener_over_before_anything_else_is_called()
    {
        var seccomp = new LinuxSeccomp
        {
            DefaultAction = "SCMP_ACT_ALLOW",
            Flags = ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"],
            ListenerPath = "/run/listener",
            ListenerMetadata = "some text",
            Syscalls = [new() { Names = ["mkdir"], Action = "SCMP_ACT_NOTIFY" }],
        };
        Golden.Check(News(Default with { Linux = Default.Linux! with { Seccomp = seccomp } }, Machines.V2),
            "listener.txt");
    }

    [Fact]
    public void An_exec_stays_on_its_processors_before_and_after_it_is_in_the_cgroup()
    {
        var plan = new Plan();
        var process = Default.Process! with
        {
            ExecCpuAffinity = new ExecCpuAffinity { Initial = "0", Final = "1,3-4" },
        };
        ExecPlanner.Add(plan, "exec", process, new ExecTarget(7, 0)
        {
            CgroupFiles = ["/c/cgroup.procs"],
            MemoryPolicy = new LinuxMemoryPolicy("MPOL_LOCAL"),
            Personality = new LinuxPersonality("LINUX32"),
        }, ContainerPlannerTests.Machine(Machines.V2));
        var titles = plan.StepsOf("exec").Select(s => s.Title).ToList();
        titles.Should()
            .ContainInOrder("stay on the processors 0", "join /c", "stay on the processors 1,3-4",
                "take memory by MPOL_LOCAL", "set the personality PER_LINUX32");
        plan.StepsOf("exec").Single(s => s.Title.EndsWith("3-4", StringComparison.Ordinal)).Calls[0].Args[2]
            .As<TapeArg.Block>().Data.Should().Equal(0x1a, 0, 0, 0, 0, 0, 0, 0);
    }

    [Fact]
    public void A_created_container_does_not_heed_the_affinity_of_exec() =>
        PlanOf(Default with
        {
            Process = Default.Process! with { ExecCpuAffinity = new ExecCpuAffinity { Final = "0" } },
        }, Machines.V2).Steps.Should().NotContain(s => s.Title.StartsWith("stay on", StringComparison.Ordinal));

    [Fact]
    public void What_the_machine_lacks_is_named_all_at_once()
    {
        var spec = With(new LinuxResources
        {
            BlockIo = Io with { LeafWeight = 10 },
            HugepageLimits = [new("2MB", 1)],
            Network = new LinuxNetwork { ClassId = 1, Priorities = [new("eth0", 1)] },
            Rdma = new Dictionary<string, LinuxRdma> { ["mlx5_1"] = new(1) },
            Cpu = new LinuxCpu { RealtimeRuntime = 1 },
            Unified = new Dictionary<string, string> { ["io.max"] = "8:0 rbps=1" },
        }) with { Process = Default.Process! with { ApparmorProfile = "p", SelinuxLabel = "l" } };
        spec = spec with { Linux = spec.Linux! with { MountLabel = "m", IntelRdt = new LinuxIntelRdt() } };
        var plan = () => PlanOf(spec, Machines.V2, has: false);
        plan.Should().Throw<MinicException>().Which.Message.Should().Be(
            "plan the container: invalid configuration: this machine lacks AppArmor ($.process.apparmorProfile), and "
                + "SELinux ($.process.selinuxLabel), and SELinux ($.linux.mountLabel), "
            + "and a resctrl file system, that of Intel RDT ($.linux.intelRdt), and the I/O scheduler CFQ, which "
            + "Linux had until 5.0 ($.linux.resources.blockIO.leafWeight), "
            + "and the cgroup controller blkio ($.linux.resources.blockIO), and the cgroup controller hugetlb "
            + "($.linux.resources.hugepageLimits), and the cgroup controller net_cls "
            + "($.linux.resources.network.classID), and the cgroup controller "
            + "net_prio ($.linux.resources.network.priorities), "
            + "and the cgroup controller rdma ($.linux.resources.rdma), and the cgroup controller cpu "
            + "($.linux.resources.cpu.realtimeRuntime), and the controller io in cgroup version 2 "
            + "($.linux.resources.unified). Remove that from config.json, "
            + "or run it on a machine that has it.");
        var exec = () =>
            ExecPlanner.Add(new Plan(), "exec", Default.Process! with
            {
                ApparmorProfile = "p",
            }, new ExecTarget(7, 0), ContainerPlannerTests.Machine(Machines.V2));
        exec.Should().Throw<MinicException>()
            .WithMessage("plan the process: invalid configuration: this machine lacks AppArmor*");
    }

    [Fact]
    public void What_asks_for_nothing_is_not_lacking()
    {
        var nothing = new LinuxResources
        {
            BlockIo = new() { Weight = 0, LeafWeight = 0, WeightDevice = [] },
            Network = new() { ClassId = 0, Priorities = [] },
            Cpu = new() { RealtimePeriod = 0, RealtimeRuntime = 0 },
            Rdma = new Dictionary<string, LinuxRdma>(),
        };
        var plan = () => PlanOf(With(nothing), Machines.Hybrid, has: false);
        plan.Should().NotThrow("engines send such");
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("0-3,7", "0 1 2 3 7")]
    [InlineData("7, 1-2,2", "1 2 7")]
    [InlineData("", null)]
    [InlineData("3-1", null)]
    [InlineData("1-2-3", null)]
    [InlineData("-1", null)]
    [InlineData("x", null)]
    [InlineData("99999", null)]
    public void Lists_of_numbers(string text, string? numbers) =>
        (NumberList.Parse(text) is { } list ? string.Join(' ', list) : null).Should().Be(numbers);
}
