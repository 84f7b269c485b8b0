// Children that play tapes: what they leave on them, how they fail, and that none outlives its parent unasked.

using System.Diagnostics;
using System.Globalization;

namespace MiniContainer.Kernel.Tests.Tape;

public class ChildTests
{
    private static readonly TapeCall True = new("execve", "/bin/true", new TapeArg.Strs(["true"]),
        new TapeArg.Strs([]));
    private static readonly TapeCall AwaitGo = new("read", 0, new TapeArg.Block(new byte[8], "..."), 1) { Least = 1 };

    [Fact]
    public void Results_and_stamps_can_be_read_afterwards()
    {
        using var child = Make(AwaitGo, new TapeCall("getpid"), new TapeCall("close", 77)
        {
            Allowed = [Errno.EBADF],
        }, new TapeCall("exit_group", 3));
        child.Go();
        child.WaitStatus().Should().BeFalse();
        Processes.Reap(child.Pid).Should().Be(3);
        var first = child.Prologue;
        child.Tape.Result(first).Should().Be(1, "the byte that let it go");
        child.Tape.Result(first + 1).Should().Be(child.Pid);
        child.Tape.Result(first + 2).Should().Be(-Errno.EBADF);
        child.Tape.Result(first + 3).Should().BeNull("exit_group does not return");
        child.Tape.Played.Should().Be(first + 3);
        child.Failure().Should().BeNull();
        child.Tape.Began.Should().BePositive();
        Enumerable.Range(0, first + 3).Select(child.Tape.Stamp).Should().BeInAscendingOrder().And
            .OnlyContain(s => s >= child.Tape.Began);
    }

    [Fact]
    public void A_failure_in_the_middle_ends_the_tape_and_is_told()
    {
        using var child = Make(AwaitGo, new TapeCall("getpid"), new TapeCall("chdir", "/no/such/directory"), True);
        child.Go();
        child.WaitStatus().Should().BeFalse();
        Processes.Reap(child.Pid).Should().Be(MinicException.ExitFailure);
        child.FailedCall.Should().Be(2);
        child.Failure()!.Message.Should()
            .StartWith("chdir: chdir(\"/no/such/directory\"): ENOENT (No such file or directory)");
        child.Tape.Result(child.Prologue + 3).Should().BeNull("what stands behind is not played");
    }

    [Fact]
    public void A_child_whose_filter_forbids_even_its_exit_ends_all_the_same()
    {
        // struct sock_filter: BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM, whatever the call is.
        var program = new TapeArg.Block(TapeArg.Ints(0x06, 0x0005_0001), "...");
        var filter = new TapeArg.Block(TapeArg.Longs(1, 0), "{len=1, filter=...}") { Pointers = [(8, program)] };
        using var child = Make(
            new TapeCall("prctl", TapeArg.Named(38, "PR_SET_NO_NEW_PRIVS"), 1, 0, 0, 0),
            new TapeCall("seccomp", TapeArg.Named(1, "SECCOMP_SET_MODE_FILTER"), 0, filter), True);
        Processes.WaitEnd(child.PidFd, 60_000).Should().BeTrue("it must not spin");
        Processes.Reap(child.Pid).Should().Be(128 + 4 /* SIGILL */);
        child.FailedCall.Should().Be(2);
        child.Failure()!.Errno.Should().Be(Errno.EPERM);
    }

    [Fact]
    public void End_of_file_where_a_byte_is_due_is_a_failure()
    {
        using var child = Make(AwaitGo, True);
        var pid = child.Pid;
        child.Dispose();
        Processes.Reap(pid).Should().Be(MinicException.ExitFailure, "nobody is left to let it go");
    }

    [Fact]
    public void A_tape_without_execve_ends_at_the_exit_behind_it()
    {
        using var child = Make(new TapeCall("getpid"));
        Processes.Reap(child.Pid).Should().Be(125);
        child.Failure().Should().BeNull();
    }

    [Fact]
    public void Reports_come_in_their_order_and_execve_ends_them()
    {
        using var child = Make(new TapeCall("write", 1, "r", 1), AwaitGo, new TapeCall("write", 1, "r", 1), True);
        child.WaitStatus().Should().BeTrue();
        child.Go();
        child.WaitStatus().Should().BeTrue();
        child.WaitStatus().Should().BeFalse();
        Processes.Reap(child.Pid).Should().Be(0);
        var late = () => child.Go();
        late.Should().Throw<MinicException>("nobody reads any more").Which.Errno.Should().Be(Errno.EPIPE);
    }

    [Fact]
    public void A_later_process_reads_from_the_tapes_file_what_became_of_it()
    {
        var path = Path.GetTempFileName();
        try
        {
            using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite))
            {
                using var child =
                    Child.Clone(
                        new ChildOptions(
                            [AwaitGo,
                                new TapeCall("execve", "/no/such/program", new TapeArg.Strs(["x"]),
                                    new TapeArg.Strs([]))])
                {
                    Descriptors = [ChildDescriptor.Go, ChildDescriptor.Status],
                    Kept = 0,
                    TapeFile = file,
                });
                TapeFile.Failure(path).Should().BeNull("it waits");
                child.Go();
                Processes.Reap(child.Pid).Should().Be(MinicException.ExitFailure);
            }

            var failure = TapeFile.Failure(path)!;
            failure.Message.Should().StartWith("execute the command: execve(\"/no/such/program\", ...): ENOENT");
            failure.ExitCode.Should().Be(MinicException.ExitNotFound);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Descriptors_get_the_numbers_that_the_tape_counts_on()
    {
        using var a = MemoryFile.Create("a", "A"u8);
        using var b = MemoryFile.Create("b", "B"u8);
        // What is 5 and 3 here is 3 and 4 there, and the table behind is empty: the next open gives 5.
        using var child = Child.Clone(new ChildOptions(
        [
            AwaitGo, Read(3), Read(4), new TapeCall("openat", TapeArg.AtFdCwd, "/dev/null", 0, 0),
            new TapeCall("close", 6) { Allowed = [Errno.EBADF] }, new TapeCall("exit_group", 0),
        ])
        {
            Descriptors = [ChildDescriptor.Go, ChildDescriptor.Status, new("b", b), new("a", a), new("b", b)],
            Kept = 0,
        });
        child.Go();
        Processes.Reap(child.Pid).Should().Be(0, $"{child.Failure()?.Message}");
        Enumerable.Range(child.Prologue + 1, 4).Select(child.Tape.Result).Should().Equal(1, 1, 5, -Errno.EBADF);

        static TapeCall Read(int fd) => new("read", fd, new TapeArg.Block(new byte[8], "..."), 1) { Least = 1 };
    }

    [Fact]
    public void A_child_that_waits_ends_when_its_parent_is_killed()
    {
        using var helper = Helper("wait");
        var pid = int.Parse(helper.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
        using var waiting = Processes.OpenPidFd(pid);
        waiting.Should().NotBeNull();
        Processes.WaitEnd(waiting!, 0).Should().BeFalse("it waits");
        helper.Kill();
        helper.WaitForExit();
        Processes.WaitEnd(waiting!, 60_000).Should().BeTrue("it reads end of file, and its tape ends");
    }

    [Fact]
    public void Children_start_while_another_thread_allocates_and_collects()
    {
        var count = Environment.GetEnvironmentVariable("MINIC_STRESS") == "1" ? 10_000 : 300;
        using var helper = Helper("spawn", count.ToString(CultureInfo.InvariantCulture));
        var output = helper.StandardOutput.ReadToEnd();
        helper.WaitForExit();
        helper.ExitCode.Should().Be(0, output);
        output.Should().StartWith($"{count} children, 0 hangs, 0 failures");
    }

    private static Child Make(params TapeCall[] calls) =>
        Child.Clone(new ChildOptions(calls) { Descriptors = [ChildDescriptor.Go, ChildDescriptor.Status], Kept = 0 });

    // Another process, so that it can be killed, and so that a hang is not ours.
    private static Process Helper(params string[] args) =>
        Process.Start(
            new ProcessStartInfo("dotnet",
                ["exec", Path.Combine(AppContext.BaseDirectory, "SpawnStress.dll"), .. args])
                {
                    RedirectStandardOutput = true,
                })!;
}
