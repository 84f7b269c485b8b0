// Entries of a tape in C's shape: that they print as strace(1) does, and that a small container made of them works.

using static MiniContainer.Kernel.TapeCalls;

namespace MiniContainer.Kernel.Tests.Tape;

public class TapeCallsTests
{
    [Fact]
    public void Each_prints_as_strace_shows_the_call()
    {
        TapeCall[] calls =
        [
            sethostname("bøx"), mount(null, "/", null, MS_PRIVATE | MS_REC), mount("proc", "/proc", "proc", 0),
            umount2(".", MNT_DETACH),
            pivot_root(".", "."), mkdir("x", 0x1ed), setns(5, CLONE_NEWUSER | CLONE_NEWNS), setgroups(),
            setgroups(4, 20), setresuid(0, 0, 0),
            prctl(PR_CAPBSET_DROP, "CAP_CHOWN"), prctl(PR_SET_NO_NEW_PRIVS, 1), seccomp(new byte[16]), read(3),
            write(4, "r"),
        ];
        string.Join('\n', calls.AsEnumerable()).Should().Be("""
            sethostname("bøx", 4)
            mount(NULL, "/", NULL, MS_REC|MS_PRIVATE, NULL)
            mount("proc", "/proc", "proc", 0, NULL)
            umount2(".", MNT_DETACH)
            pivot_root(".", ".")
            mkdirat(AT_FDCWD, "x", 0755)
            setns(5, CLONE_NEWNS|CLONE_NEWUSER)
            setgroups(0, NULL)
            setgroups(2, [4, 20])
            setresuid(0, 0, 0)
            prctl(PR_CAPBSET_DROP, CAP_CHOWN, 0, 0, 0)
            prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
            seccomp(SECCOMP_SET_MODE_FILTER, 0, {len=2, filter=...})
            read(3, ..., 1)
            write(4, "r", 1)
            """);
    }

    [Fact]
    public void A_command_without_a_slash_is_looked_for_in_the_environments_PATH()
    {
        execve(["sh", "-c", "true"], ["PATH=/usr/local/bin:/bin", "A=1"]).Skip(1).Select(c => c.ToString()).Should()
            .Equal(
            "execve(\"/usr/local/bin/sh\", [\"sh\", \"-c\", \"true\"], [/* 2 vars */])",
            "execve(\"/bin/sh\", [\"sh\", \"-c\", \"true\"], [/* 2 vars */])");
        execve(["./sh"], []).Skip(1).Should().ContainSingle().Which.Args[0].Should().Be(new TapeArg.Str("./sh"));
    }

    [Fact]
    public void A_child_of_them_waits_for_Go_reports_and_ends_with_its_commands_code()
    {
        using var child = Child.Clone([read(3), write(4, "r"), .. execve(["sh", "-c", "kill -PIPE $$; exit 3"])], 0);
        child.Tape.Result(child.Prologue).Should().BeNull("it waits");
        child.Go();
        child.WaitReport();
        child.WaitExit().Should().Be(128 + 13, "SIGPIPE, which the runtime ignores, ends a process again");
    }

    [Fact]
    public void A_child_that_fails_before_its_report_says_where()
    {
        using var child = Child.Clone([chdir("/no/such"), write(4, "r")], 0);
        child.Invoking(c => c.WaitReport()).Should().Throw<MinicException>()
            .WithMessage("chdir: chdir(\"/no/such\"): ENOENT*");
        child.Invoking(c => c.WaitExit()).Should().Throw<MinicException>().WithMessage("chdir: *");
        _ = Processes.Reap(child.Pid);
    }

    [Fact]
    public void A_command_that_is_nowhere_ends_with_127()
    {
        using var child = Child.Clone([.. execve(["no-such-command"], ["PATH=/bin:/usr/bin"])], 0);
        child.Invoking(c => c.WaitExit()).Should().Throw<MinicException>().Which.ExitCode.Should()
            .Be(MinicException.ExitNotFound);
        _ = Processes.Reap(child.Pid);
    }

    [Fact]
    public void Refused_calls_are_in_the_filter_and_unknown_ones_are_told()
    {
        Seccomp.Refuse(["mount", "unshare"]).Length.Should().BeGreaterThan(Seccomp.Refuse(["mount"]).Length);
        FluentActions.Invoking(() => Seccomp.Refuse(["mnt"])).Should().Throw<MinicException>()
            .WithMessage("*there is no system call mnt");
    }

    [Fact]
    public void The_cgroups_of_another_process_are_told_like_our_own() =>
        Cgroups.Hierarchies(Environment.ProcessId).Should().BeEquivalentTo(Cgroups.Hierarchies());
}
