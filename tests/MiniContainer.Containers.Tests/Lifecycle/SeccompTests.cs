// Filters of system calls around real containers: what is denied, what is not, and for whom.

using MiniContainer.Containers.Lifecycle;
using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;

namespace MiniContainer.Containers.Tests.Lifecycle;

public class SeccompTests
{
    // Not mkdirat alone: which of the two a C library calls is its own affair.
    private static readonly LinuxSeccomp NoDirectories = new()
    {
        DefaultAction = "SCMP_ACT_ALLOW",
        Architectures = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
        Syscalls = [new()
        {
            Names = ["mkdir", "mkdirat", "a_call_of_tomorrow"],
            Action = "SCMP_ACT_ERRNO",
            ErrnoRet = 122,
        }],
    };

    [Theory]
    [InlineData(true, false, 0)]
    [InlineData(false, false, 0)]
    [InlineData(true, true, 0)]
    [InlineData(false, true, 0)]
    [InlineData(true, false, 1000)]
    [InlineData(false, false, 1000)]
    public void A_denied_call_gets_its_errno_and_the_others_work(bool noNewPrivileges, bool create, int uid)
    {
        using var world = new ContainerWorld();
        File.SetUnixFileMode(world.Out, (UnixFileMode)511);
        world.Configure(
            s => s with
            {
                Process = s.Process! with
                {
                    NoNewPrivileges = noNewPrivileges,
                    User = new User { Uid = (uint)uid, Gid = (uint)uid },
                },
                Linux = s.Linux! with { Seccomp = NoDirectories },
            },
            "/bin/sh", "-c",
            "LC_ALL=C mkdir /out/directory 2> /out/error; echo $? > /out/code; grep -E 'Seccomp:|NoNewPrivs' "
                + "/proc/self/status > /out/status");
        using var launched = world.Launch(create);
        if (create)
            Launcher.Start(world.Root, world.Id);
        Processes.Reap(launched.Init.Pid).Should().Be(0);
        world.Lines("code").Should().Equal("1");
        world.Read("error").Should().Contain("Disk quota exceeded", "that is errno 122");
        world.Lines("status").Select(l => l.Split('\t')[1]).Should().Equal(noNewPrivileges ? "1" : "0", "2");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_startContainer_hook_may_call_no_more_than_the_command(bool create)
    {
        using var world = new ContainerWorld();
        world.Configure(
            s => s with
            {
                Linux = s.Linux! with
                {
                    Seccomp = NoDirectories with
                    {
                        Syscalls = [new() { Names = ["mkdir", "mkdirat"], Action = "SCMP_ACT_KILL" }],
                    },
                },
                Hooks = new Hooks
                {
                    StartContainer = [new Hook { Path = "/bin/mkdir", Args = ["mkdir", "/out/directory"] }],
                },
            },
            "/bin/true");
        var start = () =>
        {
            using var launched = world.Launch(create);
            Launcher.Start(world.Root, world.Id);
        };
        start.Should().Throw<MinicException>()
            .WithMessage("*error running hook: it was ended by SIGSYS, a bad system call*");
        Directory.Exists($"{world.Out}/directory").Should().BeFalse();
    }

    [Fact]
    public void A_filter_that_cannot_be_compiled_is_told_before_anything_is_made()
    {
        using var world = new ContainerWorld();
        world.Configure(
            s => s with
            {
                Linux = s.Linux! with { Seccomp = NoDirectories with { Architectures = ["SCMP_ARCH_S390X"] } },
            },
            "/bin/true");
        var launch = () => world.Launch();
        launch.Should().Throw<MinicException>().WithMessage("compile the seccomp filter: *s390x*");
        Directory.Exists(world.State).Should().BeFalse();
    }
}
