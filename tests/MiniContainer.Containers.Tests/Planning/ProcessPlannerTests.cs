// What a process is given, planned for callers who have less, or other things, than root of a fresh machine.

using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Planning;
using MiniContainer.Containers.Steps;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Testing;

namespace MiniContainer.Containers.Tests.Planning;

public class ProcessPlannerTests
{
    private const ulong Kill = 1UL << 5;
    private const ulong SetPCap = 1UL << 8;
    private const ulong SysAdmin = 1UL << 21;

    private static readonly MiniContainer.Containers.Oci.Capabilities Killer = new()
    {
        Bounding = ["CAP_KILL"],
        Effective = ["CAP_KILL"],
        Permitted = ["CAP_KILL"],
    };

    private static Facts Machine => ContainerPlannerTests.Machine(Machines.V2);

    private static Spec Default => DefaultSpec.Create("rootfs", ["sh"], "box");

    private static Spec OwnUsers(Spec spec) => spec with
    {
        Linux = spec.Linux! with
        {
            Namespaces = [.. spec.Linux.Namespaces!, new LinuxNamespace("user")],
            UidMappings = [new(0, 1000, 1)],
            GidMappings = [new(0, 1000, 1)],
        },
    };

    private static List<ChildStep> Steps(Spec spec, Facts facts)
    {
        var plan = new Plan();
        ContainerPlanner.Add(plan, new Bundle("/bundle", spec), new ContainerSetup("box", "/run/minic/containers/box"),
            facts);
        return [.. plan.Steps.OfType<ChildStep>()];
    }

    private static List<ChildStep> Exec(Process process, Facts facts, ulong namespaces = 0)
    {
        var plan = new Plan();
        ExecPlanner.Add(plan, "exec", process, new ExecTarget(7, namespaces), facts);
        return [.. plan.Steps.OfType<ChildStep>()];
    }

    private static IEnumerable<string> Dropped(IEnumerable<ChildStep> steps) =>
        steps.Where(s => s.Title == "drop capabilities from the bounding set").SelectMany(s => s.Calls)
            .Select(c => c.Args[1].ToString()!);

    private static string Set(IEnumerable<ChildStep> steps) =>
        steps.Single(s => s.Title == "set the capabilities").Calls[0].Args[1].ToString()!;

    [Fact]
    public void In_another_user_namespace_all_is_dropped_that_is_not_asked_for_whatever_minic_has()
    {
        var facts = Machine with
        {
            Capabilities = SysAdmin | SetPCap,
            Permitted = SysAdmin | SetPCap,
            LastCapability = 42,
        };
        var spec = Default with { Process = Default.Process! with { Capabilities = Killer } };
        var others = Enumerable.Range(0, 43).Where(c => c != 5).Select(Kernel.Capabilities.Name).ToList();

        Dropped(Steps(OwnUsers(spec), facts)).Should()
            .Equal(others, "a newer kernel has more than minic knows by name");
        Set(Steps(OwnUsers(spec), facts)).Should().Be("{effective=1<<CAP_KILL, permitted=1<<CAP_KILL, inheritable=0}");
        Dropped(Exec(spec.Process!, facts, CloneFlags.NEWUSER)).Should().Equal(others);

        Dropped(Steps(spec, facts)).Should().Equal("CAP_SETPCAP", "CAP_SYS_ADMIN");
        Set(Steps(spec, facts)).Should()
            .Be("{effective=0, permitted=0, inheritable=0}", "minic cannot hand on what it lacks");
    }

    [Fact]
    public void What_is_in_the_bounding_set_alone_cannot_be_handed_on()
    {
        var facts = Machine with { Capabilities = Kill | SetPCap, Permitted = SetPCap };
        Set(Steps(Default with { Process = Default.Process! with { Capabilities = Killer } }, facts)).Should()
            .Be("{effective=0, permitted=0, inheritable=0}");
    }

    [Fact]
    public void Without_capabilities_in_config_json_there_are_none()
    {
        var steps = Steps(Default with { Process = Default.Process! with { Capabilities = null } }, Machine);
        Dropped(steps).Should().HaveCount(Kernel.Capabilities.All.Count);
        Set(steps).Should().Be("{effective=0, permitted=0, inheritable=0}");
    }

    [Theory]
    [InlineData(0x0, null)]
    [InlineData(0x1, "0")]
    [InlineData(0x5, "0")]
    [InlineData(0x7, "3")]
    [InlineData(0x3, null)]
    public void Securebits_are_reset_but_for_those_that_are_locked(uint bits, string? set)
    {
        var steps = Steps(Default, Machine with { SecureBits = bits });
        steps.SingleOrDefault(s => s.Title == "set the securebits")?.Calls[0].Args[1].ToString().Should().Be(set);
        steps.Any(s => s.Title == "set the securebits").Should().Be(set is not null);
        Steps(OwnUsers(Default), Machine with { SecureBits = bits }).Should()
            .NotContain(s => s.Title == "set the securebits", "a user namespace begins with none");
    }

    [Fact]
    public void What_the_caller_ignores_or_blocks_is_set_back()
    {
        var facts = Machine with { IgnoredSignals = Inherited.RuntimeIgnores | 1 | 1UL << 63, BlockedSignals = 2 };
        foreach (var steps in new[] { Steps(Default, facts), Exec(Default.Process!, facts) })
        {
            steps.Single(s => s.Title == "set SIGHUP, SIGPIPE, 64 to their default").Calls.Select(c => c.Name).Should()
                .Equal("rt_sigaction", "rt_sigaction", "rt_sigaction");
            steps.Should().Contain(s => s.Title == "let all signals through");
        }

        Steps(Default, Machine).Should().Contain(s => s.Title == "set SIGPIPE to its default").And
            .NotContain(s => s.Title == "let all signals through");
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData("", "", true)]
    [InlineData("0", null, false)]
    [InlineData(null, "1", false)]
    public void The_callers_processors_are_forgotten_unless_config_json_names_some(string? initial, string? final,
        bool reset)
    {
        var process = Default.Process! with
        {
            ExecCpuAffinity = new ExecCpuAffinity { Initial = initial, Final = final },
        };
        Exec(process, Machine with { KeptOffProcessors = true }).Any(s => s.Title == "run on all processors").Should()
            .Be(reset);
        Exec(process, Machine).Should().NotContain(s => s.Title == "run on all processors");
        // execCPUAffinity is for exec alone.
        Steps(Default with { Process = process }, Machine with { KeptOffProcessors = true }).Select(s => s.Title)
            .Should().Contain("run on all processors");
    }

    [Fact]
    public void The_environment_has_each_name_once_and_a_HOME()
    {
        var process = Default.Process! with { Env = ["A=1", "PATH=/x", "HOME=", "B=", "A=2", "A=3"] };
        ProcessPlanner.Environment(process, Machine, "/r").Should().Equal("PATH=/x", "B=", "A=3", "HOME=/root");
        ProcessPlanner.Environment(process with { Env = ["HOME=/a", "HOME=/b"] }, Machine, "/r").Should()
            .Equal("HOME=/b");
        ProcessPlanner.Environment(process with
        {
            Env = ["HOME=/a", "HOME="],
            User = new User { Uid = 5 },
        }, Machine, "/r").Should().Equal("HOME=/");
    }

    [Fact]
    public void A_hook_of_start_becomes_what_the_command_becomes()
    {
        var plan = new Plan();
        var spec = Default with
        {
            Process = Default.Process! with
            {
                User = new User { Uid = 5, Gid = 6, AdditionalGids = [7] },
                Capabilities = Killer,
                Env = ["A=1"],
                Cwd = "/w",
            },
            Hooks = new Hooks
            {
                StartContainer = [new Hook { Path = "/a" }, new Hook { Path = "/b", Env = ["B=1"] }],
                CreateContainer = [new Hook { Path = "/c" }],
            },
        };
        ContainerPlanner.Add(plan, new Bundle("/bundle", spec), new ContainerSetup("box", "/run/minic/containers/box"),
            Machine);
        var hooks = plan.Steps.OfType<RunHook>().ToDictionary(h => h.Path);
        hooks["/a"].Rights.Should()
            .BeEquivalentTo(new Rights(5, 6)
            {
                Groups = [7],
                MaySetGroups = true,
                Effective = Kill,
                Permitted = Kill,
                Dropped = [.. Enumerable.Range(0, 41).Where(c => c != 5)],
            }, o => o.WithStrictOrdering());
        hooks["/a"].Env.Should().Equal("A=1", "HOME=/");
        hooks["/b"].Env.Should().Equal("B=1");
        hooks["/a"].Cwd.Should().Be("/w");
        hooks["/c"].Rights.Should().BeNull("it prepares the container, as its root");
    }
}
