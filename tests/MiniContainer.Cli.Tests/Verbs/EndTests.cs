// How a container ends: one without a pid namespace of its own, one whose hook fails at start, one that SIGKILL does
// not end.

using System.Diagnostics;
using MiniContainer.Containers.Oci;

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class EndTests : MinicTest
{
    // Two processes; the second's pid is in the file "second", as the host counts.
    private const string Family = "sleep 1000 & echo $! >second; exec sleep 1001";

    private static Spec WithoutPids(Spec spec, string? path = null) => spec with
    {
        Linux = spec.Linux! with
        {
            Namespaces = [.. spec.Linux.Namespaces!.Where(n => n.Type != "pid"),
                .. path is null ? Array.Empty<LinuxNamespace>() : [new("pid", path)]],
        },
    };

    private static Spec InDirectory(MinicWorld world, Spec spec) => spec with
    {
        Process = spec.Process! with { Cwd = "/mnt" },
        Mounts = [.. spec.Mounts!, new Mount
        {
            Destination = "/mnt",
            Type = "bind",
            Source = world.Temporary,
            Options = ["bind"],
        }],
    };

    private const string Run = """
        status() { minic state $N | sed -n 's/.*"status": "\(.*\)".*/\1/p'; }
        alive() { kill -0 $(cat second) 2>/dev/null && [ "$(awk '{print $3}' /proc/$(cat second)/stat)" != Z ] && echo alive || echo dead; }
        minic run -d -b bundle $N </dev/null >/dev/null 2>&1; until [ -s second ]; do sleep 0.05; done

        """;

    [Theory]
    [InlineData(null)]
    [InlineData("/proc/self/ns/pid")]
    public void SIGKILL_ends_all_of_a_container_that_shares_its_pid_namespace(string? path)
    {
        var world = Make();
        world.Configure(Family, s => InDirectory(world, WithoutPids(s, path)));
        var outcome = world.Sh(Run + """
            alive; minic kill $N KILL; echo $?; until [ $(status) = stopped ]; do sleep 0.05; done; until [ $(alive) = dead ]; do sleep 0.05; done; alive
            minic kill $N KILL; minic delete $N; echo $?
            """);
        outcome.Output.Should().Be("alive\n0\ndead\n0\n");
        outcome.Error.Should().Contain("container not running");
    }

    [Fact]
    public void Other_signals_are_for_its_first_process_and_what_is_left_can_be_killed_still()
    {
        var world = Make();
        world.Configure(Family, s => InDirectory(world, WithoutPids(s)));
        var outcome = world.Sh(Run + """
            minic kill $N TERM; until [ $(status) = stopped ]; do sleep 0.05; done; alive
            minic kill $N TERM; echo $?
            minic kill $N KILL; echo $?; until [ $(alive) = dead ]; do sleep 0.05; done; alive
            minic delete $N; echo $?
            """);
        outcome.Output.Should().Be("alive\n1\n0\ndead\n0\n");
    }

    [Fact]
    public void Delete_with_force_ends_all_of_them_too()
    {
        var world = Make();
        world.Configure(Family, s => InDirectory(world, WithoutPids(s)));
        world.Sh(Run + "alive; minic delete --force $N; echo $?; alive").Should()
            .Be(new Outcome(0, "alive\n0\ndead\n", ""));
    }

    [Theory]
    [InlineData("poststart")]
    [InlineData("startContainer")]
    public void A_hook_that_fails_at_start_leaves_nothing(string point)
    {
        var world = Make();
        Hook[] fails = [new Hook { Path = "/bin/false" }];
        world.Configure("exec sleep 1000", s => s with
        {
            Hooks = new Hooks
            {
                Poststart = point == "poststart" ? fails : null,
                StartContainer = point == "startContainer" ? fails : null,
                Poststop = [new Hook
                {
                    Path = "/bin/touch",
                    Args = ["touch", Path.Combine(world.Temporary, "poststop")],
                }],
            },
        });
        var outcome = world.Sh("""
            minic create -b bundle $N </dev/null >/dev/null 2>&1; echo $?
            minic start $N; echo $?; minic list -q; ls poststop
            """);
        outcome.Output.Should().Be("0\n1\npoststop\n");
        outcome.Error.Should().Contain($"run the {point} hook /bin/false");
    }

    [Fact]
    public void A_process_that_SIGKILL_does_not_end_costs_ten_seconds_and_is_named()
    {
        var world = Make();
        Assert.SkipUnless(Directory.Exists("/sys/fs/cgroup/freezer"),
            "needs the hierarchy freezer of version 1, in which a frozen process does not die");
        world.Configure("exec sleep 1000");
        world.Sh("""
            minic run -d -b bundle --pid-file pid $N </dev/null >/dev/null 2>&1
            mkdir /sys/fs/cgroup/freezer/hold$N; cat pid >/sys/fs/cgroup/freezer/hold$N/tasks; echo FROZEN >/sys/fs/cgroup/freezer/hold$N/freezer.state
            """).Error.Should().BeEmpty();
        try
        {
            var began = Stopwatch.GetTimestamp();
            var outcome = world.Sh("minic delete --force $N; echo $?; cat pid");
            Stopwatch.GetElapsedTime(began).TotalSeconds.Should().BeInRange(9, 15);
            outcome.Output.Should().StartWith("1\n");
            var pid = outcome.Output.Split('\n')[1];
            outcome.Error.Should().Contain($"end process {pid}: it is still there 10 s after SIGKILL").And
                .MatchRegex($"remove the cgroup .*pids.*SIGKILL has not ended {pid}");
        }
        finally
        {
            world.Sh("""
                echo THAWED >/sys/fs/cgroup/freezer/hold$N/freezer.state; minic delete --force $N
                until rmdir /sys/fs/cgroup/freezer/hold$N; do sleep 0.05; done 2>/dev/null
                """);
        }
    }
}
