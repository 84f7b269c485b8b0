using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Planning;
using MiniContainer.Containers.Steps;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Plans.ChildSteps;
using MiniContainer.Telling.Explain;
using MiniContainer.Plans.Steps;
using MiniContainer.Testing;

namespace MiniContainer.Containers.Tests.Planning;

public class ContainerPlannerTests
{
    internal static Facts Machine(IReadOnlyList<CgroupHierarchy> hierarchies) => new()
    {
        Hierarchies = hierarchies,
        Capabilities = (1UL << Kernel.Capabilities.All.Count) - 1,
        IsDirectory = path => !path.EndsWith(".conf", StringComparison.Ordinal),
        Home = (_, uid) => uid == 0 ? "/root" : null,
    };

    private static Spec Default => DefaultSpec.Create("rootfs", ["sh", "-c", "echo hi"], "box");

    private static Plan PlanOf(Spec spec, IReadOnlyList<CgroupHierarchy> machine,
        Func<ContainerSetup, ContainerSetup>? change = null)
    {
        var plan = new Plan();
        var setup = new ContainerSetup("box", "/run/minic/containers/box");
        ContainerPlanner.Add(plan, new Bundle("/bundle", spec), change?.Invoke(setup) ?? setup, Machine(machine));
        return plan;
    }

    [Fact]
    public void The_default_container_on_a_machine_with_cgroup_v2() =>
        Golden.Check(PlanText.Of(PlanOf(Default, Machines.V2)), "default-v2.txt");

    [Fact]
    public void The_default_container_on_a_machine_with_cgroup_v1() =>
        Golden.Check(
            PlanText.TitlesOfNews(PlanOf(Default, Machines.Hybrid), PlanOf(Default, Machines.V2)), "default-v1.txt");

    [Fact]
    public void A_read_only_tmpfs_is_closed_once_all_is_in_it()
    {
        var spec = Default with
        {
            Mounts = [
                .. Default.Mounts!.Select(m => m.Destination == "/dev" ? m with
                {
                    Options = [.. m.Options!, "ro"],
                } : m)],
        };
        var titles = PlanOf(spec, Machines.V2).Steps.Select(s => s.Title).ToList();
        titles.FindIndex(t => t.StartsWith("remount /dev ro", StringComparison.Ordinal)).Should()
            .BeGreaterThan(titles.FindLastIndex(t => t.Contains("/dev/", StringComparison.Ordinal)));
        PlanText.Of(PlanOf(spec, Machines.V2)).Should().NotContain("mount(\"tmpfs\", \"/dev\", \"tmpfs\", MS_RDONLY");
    }

    [Fact]
    public void Without_pivot_root_no_bare_proc_stays_in_the_mount_namespace()
    {
        var plan = new Plan();
        var setup = new ContainerSetup("box", "/run/minic/containers/box") { NoPivot = true };
        ContainerPlanner.Add(plan, new Bundle("/bundle", Default), setup, Machine(Machines.V2) with
        {
            KernelMounts = () => ["/proc", "/sys", "/bundle/rootfs/proc"],
        });
        var titles = plan.Steps.Select(s => s.Title).ToList();
        titles.Should()
            .ContainInOrder("mount tmpfs on /proc", "mount tmpfs on /sys", "move this directory over the root");
        titles.Should().NotContain("mount tmpfs on /bundle/rootfs/proc");
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void Explained_it_fits_the_terminal(int width)
    {
        var text = new StringWriter { NewLine = "\n" };
        new ExplanationText(text, width,
            colour: false).Write(Explanation.Of("minic run of box", PlanOf(Default, Machines.V2).Steps));
        text.ToString().Split('\n').Should().OnlyContain(line => line.Length <= width);
        PlanText.ShouldTellAllOf(text.ToString(), PlanOf(Default, Machines.V2));
    }

    [Fact]
    public void A_container_with_everything_in_the_config()
    {
        var spec = Default with
        {
            Domainname = "example.org",
            Root = new Root { Path = "rootfs", Readonly = true },
            Process = Default.Process! with
            {
                Terminal = true,
                ConsoleSize = new ConsoleSize(24, 80),
                Cwd = "/work/dir",
                User = new User { Uid = 1000, Gid = 100, Umask = 0x3f, AdditionalGids = [5, 6] },
                Rlimits = [new Rlimit("RLIMIT_NOFILE", 2048, 1024)],
                OomScoreAdj = 100,
                NoNewPrivileges = true,
                IoPriority = new IoPriority("IOPRIO_CLASS_BE", 4),
                Scheduler = new Scheduler { Policy = "SCHED_BATCH", Nice = 5 },
                Capabilities = new()
                {
                    Bounding = ["CAP_KILL", "CAP_CHOWN"],
                    Effective = ["CAP_KILL"],
                    Permitted = ["CAP_KILL"],
                    Inheritable = ["CAP_KILL"],
                    Ambient = ["CAP_KILL", "CAP_CHOWN"],
                },
            },
            Mounts =
            [
                .. Default.Mounts!,
                new() { Destination = "/data", Source = "data", Type = "bind",
                    Options = ["rbind", "ro", "nosuid", "rprivate"] },
                new() { Destination = "/etc/app.conf", Source = "/host/app.conf", Type = "bind", Options = ["bind"] },
                new() { Destination = "/all", Source = "/host/all", Type = "bind", Options = ["rbind", "rro"] },
            ],
            Linux = Default.Linux! with
            {
                Namespaces = [new("pid"), new("network", "/run/netns/x"), new("ipc"), new("uts"), new("mount"),
                    new("cgroup"), new("user"), new("time")],
                UidMappings = [new(0, 100000, 65536)],
                GidMappings = [new(0, 100000, 65536)],
                TimeOffsets = new Dictionary<string, LinuxTimeOffset> { ["boottime"] = new(86400) },
                Sysctl = new Dictionary<string, string> { ["kernel.shmmax"] = "65536" },
                Devices = [new LinuxDevice
                {
                    Path = "/dev/fuse",
                    Type = "c",
                    Major = 10,
                    Minor = 229,
                    FileMode = 0x1b6,
                    Uid = 0,
                    Gid = 0,
                }],
                Resources = Default.Linux.Resources! with
                {
                    Memory = new LinuxMemory { Limit = 104857600, Reservation = 52428800, Swap = 209715200 },
                    Pids = new LinuxPids(20),
                    Cpu = new LinuxCpu { Quota = 50000, Period = 100000, Shares = 512, Cpus = "0-1" },
                },
            },
        };
        var second = PlanOf(spec, Machines.V2, s => s with { Create = true, PreserveFds = 1 });
        Golden.Check(PlanText.News(second, PlanOf(Default, Machines.V2)), "everything-v2.txt");
        Golden.Check(
            PlanText.TitlesOfNews(PlanOf(spec, Machines.Hybrid), second, PlanOf(Default, Machines.Hybrid)),
            "everything-v1.txt");
    }

    [Fact]
    public void The_child_waits_before_it_does_anything_and_its_command_is_its_last_step()
    {
        var steps = PlanOf(Default, Machines.V2).StepsOf("box").ToList();
        steps[0].Calls.Should().ContainSingle().Which.ToString().Should().Be("read(3, ..., 1)");
        steps[0].Calls[0].Least.Should().Be(1, "end of file means that minic died");
        steps[^1].Calls.Should().OnlyContain(c => c.Name == "execve");
        steps.SkipLast(1).SelectMany(s => s.Calls).Should().NotContain(c => c.Name == "execve");
    }

    [Fact]
    public void Sources_are_picked_up_before_and_everything_is_mounted_after_pivot_root()
    {
        var spec = Default with
        {
            Mounts = [.. Default.Mounts!, new()
            {
                Destination = "/d",
                Source = "/host",
                Type = "bind",
                Options = ["bind"],
            }],
        };
        var calls = PlanOf(spec, Machines.V2).StepsOf("box").SelectMany(s => s.Calls).ToList();
        var pivot = calls.FindIndex(c => c.Name == "pivot_root");
        calls.FindLastIndex(c => c.Name == "open_tree").Should().BeLessThan(pivot);
        calls.FindIndex(c => c.Name == "move_mount").Should().BeGreaterThan(pivot);
        calls.FindLastIndex(c => c.Name == "fsmount").Should().BeLessThan(pivot);
        calls[pivot + 1].Name.Should()
            .Be("umount2", "\"/..\" leads to the old root until then, and the image may have a link to it");
    }

    [Fact]
    public void Without_a_cgroup_namespace_a_container_sees_its_own_cgroups_all_the_same()
    {
        var spec = Default with
        {
            Linux = Default.Linux! with { Namespaces = [.. Default.Linux.Namespaces!.Where(n => n.Type != "cgroup")] },
        };
        var calls = PlanOf(spec, Machines.Hybrid).StepsOf("box").SelectMany(s => s.Calls).ToList();
        calls.Where(c => c.Name == "open_tree").Select(c => c.Args[1].ToString()).Should()
            .Contain("\"/sys/fs/cgroup/memory/outer/minic/box\"").And.Contain("\"/sys/fs/cgroup/pids/minic/box\"");
        calls.Where(c => c.Name == "mount").Should().NotContain(c => c.Args[2].ToString() == "\"cgroup\"");
    }

    [Fact]
    public void A_cgroup_that_is_bound_with_no_options_is_picked_up_and_nothing_is_set_on_it()
    {
        var spec = Default with
        {
            Mounts = [new() { Destination = "/sys/fs/cgroup", Type = "cgroup", Source = "cgroup" }],
            Linux = Default.Linux! with { Namespaces = [.. Default.Linux.Namespaces!.Where(n => n.Type != "cgroup")] },
        };
        var plan = PlanOf(spec, Machines.Hybrid);
        plan.StepsOf("box").SelectMany(s => s.Calls).Should().Contain(c => c.Name == "open_tree");
        plan.StepsOf("box").OfType<SetTreeAttributes>().Should().BeEmpty();
        plan.Steps.Select(s => s.Title).Should().NotContain(t => t.Length == 0);
    }

    [Fact]
    public void Privileges_are_given_up_in_the_order_that_lets_each_step_work()
    {
        var names = PlanOf(Default with
        {
            Process = Default.Process! with { User = new User { Uid = 1 }, NoNewPrivileges = true },
        }, Machines.V2)
            .StepsOf("box").SelectMany(s => s.Calls).Select(c => c.Name == "prctl" ? c.Args[0].ToString()! : c.Name)
            .ToList();
        var order = new[] { "PR_CAPBSET_DROP", "PR_SET_KEEPCAPS", "setgroups", "setresgid", "setresuid", "capset",
            "PR_SET_NO_NEW_PRIVS", "execve" };
        order.Select(name => names.IndexOf(name)).Should().BeInAscendingOrder().And.NotContain(-1);
    }

    [Theory]
    [InlineData(null, "/sys/fs/cgroup/minic/box", "/sys/fs/cgroup")]
    [InlineData("mine/x", "/sys/fs/cgroup/mine/x", "/sys/fs/cgroup")]
    [InlineData("/abs", "/sys/fs/cgroup/abs", "/sys/fs/cgroup")]
    public void The_cgroup_of_version_2_is_below_the_mount(string? path, string place, string under) =>
        CgroupPlanner.Place(Machines.V2[0], path, "box").Should().Be((place, under));

    [Theory]
    [InlineData(null, "/sys/fs/cgroup/memory/outer/minic/box", "/sys/fs/cgroup/memory/outer")]
    [InlineData("/abs", "/sys/fs/cgroup/memory/abs", "/sys/fs/cgroup/memory")]
    public void The_cgroup_of_version_1_is_below_our_own(string? path, string place, string under) =>
        CgroupPlanner.Place(Machines.Hybrid[3], path, "box").Should().Be((place, under));

    [Fact]
    public void Every_step_of_a_container_explains_itself()
    {
        foreach (var step in PlanOf(Default, Machines.Hybrid, s => s with { Create = true }).Steps)
        {
            step.Why.Should().NotBeEmpty(step.Title).And.EndWith(".", step.Title);
            step.Man.Should().MatchRegex(@"^[a-z_0-9-]+\([1-8]\)$", step.Title);
            step.Lab.Should().MatchRegex("^[0-9]{2}-[a-z0-9]+$", step.Title);
            step.CallTexts.Should().NotBeEmpty(step.Title);
        }
    }

    [Fact]
    public void Commands_are_looked_for_along_the_containers_own_path()
    {
        var spec = Default with { Process = Default.Process! with { Env = ["PATH=/a:/b:"], Args = ["tool"] } };
        PlanOf(spec, Machines.V2).StepsOf("box").Last().Calls.Select(c => c.Args[0].ToString()).Should()
            .Equal("\"/a/tool\"", "\"/b/tool\"", "\"tool\"");
    }

    [Fact]
    public void A_created_container_can_be_started_by_another_process()
    {
        var plan = PlanOf(Default, Machines.V2, s => s with { Create = true });
        plan.Steps.OfType<CloneChild>().Single().TapePath.Should().Be("/run/minic/containers/box/tape");
        plan.Steps.OfType<MakeFifo>().Select(f => f.Path).Should()
            .Equal("/run/minic/containers/box/start", "/run/minic/containers/box/status");
        plan.Steps.TakeLast(2).Select(s => s.GetType()).Should()
            .Equal([typeof(AwaitReady), typeof(FindExecutable)],
                "create fails if anything on the tape did, or if the command is not there");
    }
}
