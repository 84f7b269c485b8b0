// What is tried works here, tells a failure, and leaves nothing.

namespace MiniContainer.Kernel.Tests;

public class TrialTests
{
    [Fact]
    public void What_works_is_no_failure_and_leaves_no_mount_and_no_link()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        Trial.UserNamespace().Should().BeNull();
        Trial.Namespaces(CloneFlags.NEWUTS).Should().BeNull();
        Trial.Overlay(inUserNamespace: false).Should().BeNull();
        Trial.Calls(inUserNamespace: true).Should().BeNull();
        Trial.Filter().Should().BeNull();
        Trial.Bridge().Should().BeNull();
        Trial.Veth().Should().BeNull();
        Trial.Nftables().Should().BeNull();
        Left().Should().BeEmpty();
    }

    [Fact]
    public void What_fails_is_told_by_call_and_errno()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        // CLONE_NEWUSER with CLONE_FS: clone(2) has EINVAL for it.
        Trial.Namespaces(CloneFlags.NEWUTS | 0x200 | CloneFlags.NEWNS).Should().Be("clone3: EINVAL (Invalid argument)");
        Trial.IdMap("/proc").Should().StartWith("mount_setattr: EINVAL");
    }

    // Other tests mount and make links meanwhile: a trial's own have its name.
    private static IEnumerable<string> Left() =>
        File.ReadLines("/proc/self/mountinfo").Concat(Directory.GetDirectories("/sys/class/net"))
            .Where(l => l.Contains("trial", StringComparison.Ordinal));
}
