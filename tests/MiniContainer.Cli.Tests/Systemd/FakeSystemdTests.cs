// The real minic with a systemd that only takes notes: from create to delete, and whatever is killed on the way. What a
// real systemd makes of it is told in RealSystemdTests.cs.

using System.Globalization;
using MiniContainer.Testing;

namespace MiniContainer.Cli.Tests.Systemd;

[Collection("minic")]
public sealed class FakeSystemdTests : MinicTest, IAsyncLifetime
{
    // Where a container is in the hierarchy of pids, or in version 2.
    private const string Place = """
        place() { sed -n 's/^[0-9]*:pids:\|^0::\(.*scope\)$/\1/p' /proc/$1/cgroup | grep scope | sort -u; }
        dirs() { find /sys/fs/cgroup -depth -path "*$N*" -type d; find /sys/fs/cgroup -maxdepth 2 -name '*.slice'; }

        """;

    private FakeSystemd systemd = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(FakeSystemd.Missing is not null, $"needs {FakeSystemd.Missing}");
        systemd = await FakeSystemd.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Dispose();
        if (systemd is not null)
            await systemd.DisposeAsync();
    }

    [Fact]
    public void A_container_lives_and_ends_in_a_scope()
    {
        var world = Make();
        world.Configure("sleep 1000", s => s with
        {
            Linux = s.Linux! with
            {
                CgroupsPath = $"{world.Name}.slice:p:box",
                Resources = new() { Pids = new() { Limit = 20 }, Memory = new() { Limit = 64 << 20 } },
            },
            Annotations = new Dictionary<string, string> { ["org.systemd.property.TimeoutStopSec"] = "3" },
        });
        var told = Sh(world, """
            minic --systemd-cgroup create -b bundle $N >/dev/null; minic start $N
            pid=$(minic state $N | grep '"pid"' | tr -dc 0-9); place $pid
            minic exec $N cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null
            minic exec -d --pid-file e $N sleep 999; place $(cat e)
            minic ps $N | grep -c sleep
            minic pause $N; minic state $N | grep -o paused; minic resume $N
            minic update --pids-limit 30 $N; minic exec $N cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null
            minic delete --force $N; dirs
            """);
        told.Error.Should().BeEmpty();
        told.Output.Should().Be($"""
            /{world.Name}.slice/p-box.scope
            20
            /{world.Name}.slice/p-box.scope
            2
            paused
            30

            """);
        var calls = systemd.TakeCalls();
        calls[0].Should().StartWith("StartTransientUnit p-box.scope fail: Description=minic container ").And.Contain(
            $"Slice={world.Name}.slice, Delegate=true, MemoryAccounting=true").And.Contain("TasksMax=20").And
            .MatchRegex("Memory(Max|Limit)=67108864").And.EndWith("TimeoutStopUSec=3000000, PIDs");
        calls[1].Should().Be("SetUnitProperties p-box.scope True: TasksMax=30");
        systemd.Units.Should().BeEmpty();
    }

    [Fact]
    public void A_foreground_container_leaves_nothing_and_its_exit_code_is_its_own()
    {
        var world = Make();
        world.Configure("exit 7");
        Sh(world, "minic --cgroup-manager systemd run -b bundle $N; echo $?; dirs").Should()
            .BeEquivalentTo(new { Output = "7\n", Error = "" });
        systemd.TakeCalls()[0].Should().StartWith($"StartTransientUnit minic-{world.Name}.scope");
        systemd.Units.Should().BeEmpty();
    }

    [Fact]
    public void A_path_that_names_no_unit_and_a_job_that_fails_are_told_and_leave_nothing()
    {
        var world = Make();
        world.Configure("true", s => s with { Linux = s.Linux! with { CgroupsPath = "/minic/box" } });
        Sh(world, "minic --systemd-cgroup run -b bundle $N; echo $?").Should().BeEquivalentTo(new { Output = "1\n" })
            .And.BeOfType<Outcome>().Which.Error.Should().Contain("$.linux.cgroupsPath \"/minic/box\"");
        systemd.Result = "failed";
        world.Configure("true");
        var told = Sh(world, "minic --systemd-cgroup run -b bundle $N; echo $?; dirs; minic list -q");
        told.Output.Should().Be("1\n");
        told.Error.Should().Contain("minic-N.scope ended with \"failed\"");
    }

    [Fact]
    public void Whatever_step_fails_or_is_killed_gc_puts_it_right()
    {
        var world = Make();
        world.Configure("sleep 1000");
        var steps = Sh(world, "MINIC_FAULT=list:steps minic --systemd-cgroup create -b bundle $N >/dev/null; "
            + "minic delete --force $N; cat steps").Output.Split('\n');
        var at = System.Array.FindIndex(steps, s => s.Contains("have systemd start", StringComparison.Ordinal)) + 1;
        at.Should().BePositive();
        var faults = new[] { "fail:K:EIO", "fail-late:K:EIO", "kill:before:K", "kill:between:K", "kill:after:K" }
            .SelectMany(f => Enumerable.Range(at, 3)
                .Select(k => f.Replace("K", k.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)));
        foreach (var fault in faults)
        {
            var told = Sh(world, $"MINIC_FAULT={fault} minic --systemd-cgroup create -b bundle $N >/dev/null 2>&1; "
                + "minic gc > /dev/null; dirs; minic list -q");
            told.Should().BeEquivalentTo(new { Output = "", Error = "" }, fault);
            systemd.Units.Should().BeEmpty(fault);
        }
    }

    private Outcome Sh(MinicWorld world, string script) =>
        world.Sh($"export DBUS_SYSTEM_BUS_ADDRESS={systemd.Address}\n{Place}{script}");
}
