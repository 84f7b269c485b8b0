// Where in version 2 the cgroup of a user's container is, by what is the user's own there (docs/decisions/0007).

using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Planning;
using MiniContainer.Containers.Steps;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Testing;

namespace MiniContainer.Containers.Tests.Planning;

public class DelegationTests
{
    private const string Slice = "/sys/fs/cgroup/app.slice", Scope = Slice + "/box.scope";

    private static readonly Delegation Alone = new(Scope, IsAlone: true, Slice, null),
        Beside = new(Scope, IsAlone: false, Slice, null);

    private static readonly LinuxResources Limited = new() { Pids = new() { Limit = 20 } };

    [Fact]
    public void Alone_in_its_scope_minic_makes_room_and_limits_below()
    {
        var plan = PlanOf(Alone, Limited);
        plan.Steps.OfType<MakeRoom>().Single().Path.Should().Be(Scope);
        var cgroup = plan.Steps.OfType<MakeCgroup>().Single();
        cgroup.Should().BeEquivalentTo(new { Path = Scope + "/minic/box", Under = Scope });
        cgroup.Controllers.Should().Contain("pids");
        plan.Steps.TakeWhile(s => s is not MakeCgroup).OfType<MakeRoom>().Should().ContainSingle("it comes first");
    }

    [Fact]
    public void Without_limits_a_container_is_below_the_scope_whoever_else_is_there()
    {
        foreach (var delegation in new[] { Alone, Beside, Beside with { Above = null }, Beside with { Limit = "x 1" } })
        {
            var plan = PlanOf(delegation, new());
            plan.Steps.OfType<MakeCgroup>().Single().Should().BeEquivalentTo(
                new { Path = Scope + "/minic/box", Under = Scope, Controllers = Array.Empty<string>() });
            plan.Steps.OfType<MakeRoom>().Should().BeEmpty();
        }
    }

    [Fact]
    public void Beside_others_limits_take_a_cgroup_above_that_is_the_users()
    {
        foreach (var delegation in new[] { Beside, Beside with { Own = null } })
            PlanOf(delegation, Limited).Steps.OfType<MakeCgroup>().Single().Should()
                .BeEquivalentTo(new { Path = Slice + "/minic/box", Under = Slice });
    }

    [Theory]
    [InlineData(Slice, "memory.max 30000000", "beside it its own limit would not hold, memory.max 30000000")]
    [InlineData(null, null, "minic's own cgroup " + Scope + " has other processes, too")]
    public void Where_that_would_lose_a_limit_it_is_refused(string? above, string? limit, string words)
    {
        var plan = () => PlanOf(Beside with { Above = above, Limit = limit }, Limited);
        plan.Should().Throw<MinicException>().WithMessage($"*{words}*systemd-run --user --scope*");
    }

    // The kernel refuses a file system on top of itself, which a recursive bind mount of /sys brings along.
    [Theory]
    [InlineData("rbind", true)]
    [InlineData("bind", false)]
    public void On_the_hosts_sys_its_own_cgroup_is_bound(string how, bool bound)
    {
        var spec = Spec(new()) with
        {
            Mounts =
            [
                new() { Destination = "/sys", Type = "none", Source = "/sys", Options = [how, "nosuid", "ro"] },
                new() { Destination = "/sys/fs/cgroup", Type = "cgroup", Source = "cgroup", Options = ["ro"] },
            ],
        };
        var titles = PlanOf(spec, Alone).Steps.Select(s => s.Title).ToList();
        titles.Contains($"pick up {Scope}/minic/box").Should().Be(bound);
        titles.Any(t => t.Contains("cgroup2", StringComparison.Ordinal)).Should().Be(!bound);
    }

    private static Spec Spec(LinuxResources resources)
    {
        var spec = DefaultSpec.Create("rootfs", ["sh"], "box");
        return spec with { Linux = spec.Linux! with { Resources = resources } };
    }

    private static Plan PlanOf(Delegation delegation, LinuxResources resources) =>
        PlanOf(Spec(resources), delegation);

    private static Plan PlanOf(Spec spec, Delegation delegation)
    {
        var plan = new Plan();
        ContainerPlanner.Add(plan, new Bundle("/bundle", spec),
            new ContainerSetup("box", "/run/minic/containers/box"),
            ContainerPlannerTests.Machine([Machines.V2[0] with { Own = Scope, Delegation = delegation }]));
        return plan;
    }
}
