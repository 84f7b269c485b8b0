// How much memory it takes to plan a container: page faults are what a start of minic costs, and they follow the bytes
// that are allocated, which are the same on every machine. A default container has 80 steps and 166 calls.

using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Planning;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Testing;

namespace MiniContainer.Containers.Tests.Planning;

public class AllocationTests
{
    private static Plan PlanDefault(Spec spec, Facts machine)
    {
        var plan = new Plan();
        ContainerPlanner.Add(
            plan, new Bundle("/bundle", spec), new ContainerSetup("box", "/run/minic/containers/box"), machine);
        return plan;
    }

    private static long AllocatedBy(Action act)
    {
        act();
        var before = GC.GetAllocatedBytesForCurrentThread();
        act();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    [Fact]
    public void Nobodys_words_are_made_in_planning_a_container()
    {
        var spec = DefaultSpec.Create("rootfs", ["sh", "-c", "echo hi"], "box");
        var machine = ContainerPlannerTests.Machine(Machines.V2);

        AllocatedBy(() => PlanDefault(spec, machine)).Should().BeLessThan(60_000);
    }

    [Fact]
    public void A_tape_is_laid_out_without_copies_of_its_strings()
    {
        var plan = PlanDefault(
            DefaultSpec.Create("rootfs", ["sh"], "box"), ContainerPlannerTests.Machine(Machines.V2));

        AllocatedBy(() => new TapeImage([.. plan.StepsOf("box").SelectMany(s => s.Calls)]).Dispose())
            .Should().BeLessThan(60_000);
    }
}
