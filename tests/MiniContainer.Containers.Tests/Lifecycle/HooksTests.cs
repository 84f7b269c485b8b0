// Hooks of real containers: when they run, where, and what they are told.

using System.Text.Json.Nodes;
using MiniContainer.Containers.Lifecycle;
using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Tests.Lifecycle;

[Collection("warnings")]
public class HooksTests
{
    private static readonly string[] Points = ["prestart", "createRuntime", "createContainer", "startContainer",
        "poststart", "poststop"];

    [Fact]
    public void Run_passes_all_points_in_their_order()
    {
        using var world = new ContainerWorld();
        world.Configure(s => s with
        {
            Hooks = Telling(world),
            Annotations = new Dictionary<string, string> { ["a"] = "b" },
        }, "/bin/sleep", "100");
        using (var launched = world.Launch())
        {
            world.Lines("log").Should().Equal(Points[..5]);
            var pid = launched.Init.Pid;
            Points[..5].Select(p => State(world, p)["pid"]!.GetValue<int>()).Should().OnlyContain(p => p == pid);
            var (ours, theirs) = (Namespace("self", "uts"), Namespace($"{pid}", "uts"));
            Points[..5].Select(p => world.Read(p + ".uts").Trim()).Should().Equal(ours, ours, theirs, theirs, ours);
            world.Read("createContainer.pidns").Trim().Should().Be(Namespace($"{pid}", "pid"));
            launched.Delete();
        }

        world.Lines("log").Should().Equal(Points);
        Points.Select(p => State(world, p)["status"]!.GetValue<string>()).Should()
            .Equal("creating", "creating", "creating", "created", "running", "stopped");
        State(world, "poststop")["pid"].Should().BeNull();
        State(world, "createRuntime")["annotations"]!["a"]!.GetValue<string>().Should().Be("b");
        State(world, "createRuntime")["bundle"]!.GetValue<string>().Should().Be(world.Bundle);
        State(world, "createRuntime")["id"]!.GetValue<string>().Should().Be(world.Id);
        Directory.Exists(world.State).Should().BeFalse();
    }

    [Fact]
    public void Create_start_and_delete_each_have_their_points_whatever_becomes_of_the_file()
    {
        using var world = new ContainerWorld();
        world.Configure(s => s with { Hooks = Telling(world) }, "/bin/sleep", "100");
        using var launched = world.Launch(create: true);
        world.Lines("log").Should().Equal(Points[..3]);
        File.WriteAllText(world.Bundle + "/config.json", "{}");
        Launcher.Start(world.Root, world.Id);
        world.Lines("log").Should().Equal(Points[..5]);
        world.Read("startContainer.uts").Trim().Should().Be(Namespace($"{launched.Init.Pid}", "uts"));
        ContainerRemoval.Delete(world.Root, world.Id, force: true);
        world.Lines("log").Should().Equal(Points);
    }

    [Theory]
    [InlineData("prestart")]
    [InlineData("createRuntime")]
    [InlineData("createContainer")]
    [InlineData("startContainer")]
    [InlineData("poststart")]
    public void A_hook_that_fails_ends_the_container_and_poststop_still_runs(string point)
    {
        using var world = new ContainerWorld();
        world.Configure(s => s with
        {
            Hooks = With(Telling(world), point, Shell("echo no luck >&2; exit 3")),
        }, "/bin/sleep", "100");
        var launch = () => world.Launch();
        launch.Should().Throw<MinicException>()
            .WithMessage($"run the {point} hook /bin/sh: error running hook: it ended with exit code 3: no luck");
        world.Lines("log").Should().Equal([.. Points.TakeWhile(p => p != point), "poststop"]);
        Directory.Exists(world.State).Should().BeFalse();
    }

    [Fact]
    public void A_hook_that_fails_at_start_destroys_the_created_container()
    {
        using var world = new ContainerWorld();
        world.Configure(s => s with
        {
            Hooks = With(Telling(world), "startContainer", Shell("exit 1")),
        }, "/bin/sleep", "100");
        using var launched = world.Launch(create: true);
        var start = () => Launcher.Start(world.Root, world.Id);
        start.Should().Throw<MinicException>()
            .WithMessage("run the startContainer hook /bin/sh: error running hook: it ended with exit code 1");
        world.Lines("log").Should().Equal("prestart", "createRuntime", "createContainer", "poststop");
        Directory.Exists(world.State).Should().BeFalse();
        Processes.WaitEnd(launched.Init.PidFd, 0).Should().BeTrue();
    }

    [Fact]
    public void A_hook_that_takes_too_long_is_killed()
    {
        using var world = new ContainerWorld();
        world.Configure(s => s with
        {
            Hooks = new Hooks { CreateRuntime = [Shell("exec sleep 1000") with { Timeout = 1 }] },
        }, "/bin/true");
        var launch = () => world.Launch();
        launch.Should().Throw<MinicException>()
            .WithMessage("*it still ran after 1 s and was killed*raise its timeout*");
    }

    [Fact]
    public void A_hook_that_is_not_there_is_told_with_the_call()
    {
        using var world = new ContainerWorld();
        world.Configure(s => s with
        {
            Hooks = new Hooks { CreateRuntime = [new Hook { Path = "/no/such/hook" }] },
        }, "/bin/true");
        var launch = () => world.Launch();
        launch.Should().Throw<MinicException>()
            .WithMessage("run the createRuntime hook /no/such/hook: execve(\"/no/such/hook\"*ENOENT*");
    }

    [Fact]
    public void Poststop_hooks_that_fail_are_warned_of_and_stop_nothing()
    {
        using var world = new ContainerWorld();
        world.Configure(s => s with
        {
            Hooks = new Hooks { Poststop = [Shell("exit 4"), Shell($"echo second > {world.Out}/second")] },
        }, "/bin/true");
        var warnings = new List<string>();
        var before = Warnings.Sink;
        Warnings.Sink = warnings.Add;
        try
        {
            using var launched = world.Launch();
            launched.Delete();
        }
        finally
        {
            Warnings.Sink = before;
        }

        warnings.Should()
            .ContainSingle(w => w == "run the poststop hook /bin/sh: error running hook: it ended with exit code 4");
        world.Lines("second").Should().Equal("second");
        Directory.Exists(world.State).Should().BeFalse();
    }

    [Fact]
    public void What_createContainer_mounts_below_the_root_is_seen_inside()
    {
        using var world = new ContainerWorld();
        var mount = $"mkdir -p extra && mount -t tmpfs extra extra && echo hello > extra/file";
        world.Configure(s => s with
        {
            Hooks = new Hooks { CreateContainer = [Shell(mount)] },
        }, "/bin/sh", "-c", "cat /extra/file > /out/seen");
        using var launched = world.Launch();
        Processes.Reap(launched.Init.Pid).Should().Be(0);
        world.Lines("seen").Should().Equal("hello");
        File.ReadAllText("/proc/self/mounts").Should()
            .NotContain(world.Bundle, "the hook's mounts are the container's alone");
    }

    [Fact]
    public void A_hook_joins_a_user_namespace_as_its_root()
    {
        using var world = new ContainerWorld();
        File.SetUnixFileMode(world.Out, (UnixFileMode)511);
        world.Configure(
            s => DefaultSpec.Rootless(s, Caller.Root) with
            {
                Hooks = new Hooks
                {
                    CreateContainer =
                        [Shell($"id -u > {world.Out}/id; readlink /proc/self/ns/user > {world.Out}/user")],
                },
            },
            "/bin/sleep", "100");
        using var launched = world.Launch();
        world.Lines("id").Should().Equal("0");
        world.Lines("user").Should().Equal(Namespace($"{launched.Init.Pid}", "user"));
    }

    private static Hook Shell(string script) => new()
    {
        Path = "/bin/sh",
        Args = ["sh", "-c", script],
        Env = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
    };

    // At each point: a line in the log, the state, and the namespaces.
    private static Hooks Telling(ContainerWorld world)
    {
        Hook Tell(string point, string to) =>
            Shell($"echo {point} >> {to}/log; cat > {to}/{point}.json; readlink /proc/self/ns/uts > {to}/{point}.uts; "
                + $"readlink /proc/self/ns/pid > {to}/{point}.pidns");
        return new Hooks
        {
            Prestart = [Tell("prestart", world.Out)],
            CreateRuntime = [Tell("createRuntime", world.Out)],
            CreateContainer = [Tell("createContainer", world.Out)],
            StartContainer = [Tell("startContainer", "/out")],
            Poststart = [Tell("poststart", world.Out)],
            Poststop = [Tell("poststop", world.Out)],
        };
    }

    private static Hooks With(Hooks hooks, string point, Hook hook) => point switch
    {
        "prestart" => hooks with { Prestart = [hook] },
        "createRuntime" => hooks with { CreateRuntime = [hook] },
        "createContainer" => hooks with { CreateContainer = [hook] },
        "startContainer" => hooks with { StartContainer = [hook] },
        _ => hooks with { Poststart = [hook] },
    };

    private static JsonObject State(ContainerWorld world, string point) =>
        JsonNode.Parse(world.Read(point + ".json"))!.AsObject();

    private static string Namespace(string pid, string kind) => new FileInfo($"/proc/{pid}/ns/{kind}").LinkTarget!;
}
