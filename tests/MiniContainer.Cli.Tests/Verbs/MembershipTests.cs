namespace MiniContainer.Cli.Tests.Verbs;

/// <summary>Of which cgroups a container is a member, and what it sees of them.</summary>
[Collection("minic")]
public sealed class MembershipTests : MinicTest
{
    [Fact]
    public void A_container_is_in_every_hierarchy_of_version_1_and_sees_no_others()
    {
        var world = Make();
        Assert.SkipUnless(Directory.Exists("/sys/fs/cgroup/cpuset"), "needs the hierarchy cpuset of version 1");
        world.Configure("exec sleep 1000", s => s with
        {
            Linux = s.Linux! with { Namespaces = [.. s.Linux.Namespaces!.Where(n => n.Type != "cgroup")] },
        });
        var outcome = world.Sh("""
            minic run -d -b bundle --pid-file pid $N </dev/null >/dev/null
            grep -v ^0: /proc/$(cat pid)/cgroup | grep -vc /minic/$N$
            minic exec $N grep -v ^0: /proc/self/cgroup | grep -vc /minic/$N$
            minic exec $N find /sys/fs/cgroup/cpuset -mindepth 1 -type d
            minic update --cpuset-cpus 0 $N; minic exec $N cat /sys/fs/cgroup/cpuset/cpuset.cpus
            minic delete -f $N
            """);
        outcome.Should().Be(new Outcome(0, "0\n0\n0\n", ""));
    }

    [Fact]
    public void A_limit_of_memory_says_nothing_of_swap()
    {
        var world = Make();
        Assert.SkipUnless(File.Exists("/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes"),
            "needs the accounting of swap in version 1");
        var outcome = world.Sh("minic run --rootfs $ROOTFS --name $N --memory 32m sh -c 'cd /sys/fs/cgroup/memory; "
            + "cat memory.limit_in_bytes memory.memsw.limit_in_bytes'");
        outcome.Output.Should().MatchRegex("^33554432\n[0-9]{12,}\n$");
    }
}
