// A hook that runs inside a container, and the container ends meanwhile.

using System.Diagnostics;
using MiniContainer.Containers.Steps;
using MiniContainer.Kernel;
using MiniContainer.Testing;
using static Tmds.Linux.LibC;

namespace MiniContainer.Containers.Tests.Steps;

public class RunHookTests
{
    private const int Tries = 200;

    // The hook is ours, and in the pid namespace of the container: until we reap it the container's first process
    // cannot end (pid_namespaces(7)). It is killed at each moment of the hook's short life.
    [Fact]
    public void A_hook_that_ends_with_the_container_does_not_keep_it_there()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        // The first compiles the code.
        var whole = Enumerable.Range(0, 4).Min(_ => Try(Timeout.InfiniteTimeSpan));
        for (var i = 0; i < Tries; i++)
            Try(whole * (i / (double)Tries));
    }

    private static TimeSpan Try(TimeSpan until)
    {
        using var first = Child.Clone([TapeCalls.read(3), new TapeCall("exit_group", 0)],
            CloneFlags.NEWPID | CloneFlags.NEWNS);
        var began = Stopwatch.StartNew();
        var killer = new Thread(() =>
        {
            while (began.Elapsed < until)
            {
            }

            if (until >= TimeSpan.Zero)
                _ = Processes.Signal(first.PidFd, SIGKILL);
        });
        killer.Start();
        var hook = new RunHook("createContainer", "/bin/true", new HookState("1.0.2", "box", "/"), "creating")
        {
            Namespaces = CloneFlags.NEWPID | CloneFlags.NEWNS,
        };
        var failure = Record.Exception(() => hook.Run(first.Pid, first.PidFd));
        var took = began.Elapsed;
        killer.Join();
        failure.Should().Match(e => e == null || e is MinicException);
        _ = Processes.Signal(first.PidFd, SIGKILL);
        Processes.WaitEnd(first.PidFd, (int)Pace.Seconds(5).TotalMilliseconds).Should().BeTrue("the hook was reaped");
        _ = first.End();
        return took;
    }
}
