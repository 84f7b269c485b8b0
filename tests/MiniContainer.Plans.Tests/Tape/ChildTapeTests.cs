using MiniContainer.Plans.ChildSteps;
using MiniContainer.Testing;

namespace MiniContainer.Plans.Tests.Tape;

public class ChildTapeTests
{
    [Fact]
    public void Descriptors_are_known_while_the_tape_is_written()
    {
        var plan = new Plan();
        var tape = plan.Tape("box", ["stdin", "stdout", "stderr", "go", "status"]);

        var first = tape.OpenTree("/a", recursive: true, "one");
        var second = tape.OpenTree("/b", recursive: false, "two");
        tape.Attach(first, "/mnt/a", "back");
        var third = tape.OpenTree("/c", recursive: false, "three");

        (first, second, third).Should().Be((5, 6, 5), "the next open returns the lowest free number");
        tape.Descriptor("status").Should().Be(4);
    }

    // A play that goes step by step waits for the place of one on the tape.
    [Fact]
    public void Steps_that_say_the_same_are_two()
    {
        var plan = new Plan();
        var tape = plan.Tape("box", ["go"]);
        tape.MakeDirectories("/dev", 0x1ed, "w");
        tape.MakeDirectories("/dev", 0x1ed, "w");

        plan.Steps[0].Should().NotBe(plan.Steps[1]).And.Be(plan.Steps[0]);
        plan.Steps.Distinct().Should().HaveCount(2);
    }

    // EROFS means that the place is missing, and tells more than the ENOENT of the mount that would follow.
    [Fact]
    public void A_place_to_mount_on_is_missing_only_where_nothing_is_there()
    {
        var plan = new Plan();
        var tape = plan.Tape("box", ["volume"]);
        tape.MakeDirectories("/a/b", 0x1ed, "w");
        tape.MakeEmptyFile("/a/c", 0x1a4, "w");
        tape.MakeMountPoint("/a/d", "volume", "w");

        var calls = plan.StepsOf("box").SelectMany(step => step.Calls).ToList();

        calls.Should().HaveCount(6).And.OnlyContain(call => call.Allowed.SequenceEqual(new[] { Kernel.Errno.EEXIST }));
    }

    [Fact]
    public void A_tape_reads_as_strace_would_print_it()
    {
        var text = string.Concat(Everything().Steps
            .Select(s =>
                $"# {s.Title}\n{string.Concat(s.CallTexts.Select(c => $"    {c}\n"))}"
                    + $"{string.Concat(s.ByHand.Select(l => $"  $ {l}\n"))}"));
        Golden.Check(text, "tape.txt");
    }

    // The kinds of a child's steps are in no journal, so the compiler's list of them is the one to go by.
    [Fact]
    public void Every_kind_of_step_is_tried_and_has_words_a_man_page_and_a_lab()
    {
        var steps = Everything().Steps.Cast<ChildStep>().ToList();

        steps.Select(s => s.GetType()).Distinct().Should().BeEquivalentTo(
            typeof(ChildStep).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(ChildStep)) && !t.IsAbstract));
        foreach (var step in steps)
        {
            var kind = step.GetType().Name;
            step.Title.Should().NotBeEmpty(kind);
            step.Calls.Should().NotBeEmpty(kind);
            step.ByHand.Should().NotBeEmpty(kind);
            step.Why.Should().NotBeEmpty(kind);
            step.Actor.Should().Be("box", kind);
            step.Man.Should().MatchRegex(@"^[a-z_0-9]+\([1-8]\)$", kind);
            step.Lab.Should().MatchRegex("^[0-9]{2}-[a-z]+$", kind);
            step.Subject.Chapter.Should().BeOneOf(Chapter.All, kind);
        }
    }

    // A tape with each kind of step at least once, in about the order in which a container has them.
    private static Plan Everything()
    {
        var plan = new Plan();
        var tape = plan.Tape("box",
            ["stdin", "stdout", "stderr", "go", "status", "console", "target", "own", "pause-program", "volume"]);
        tape.Await("go", "w");
        tape.DieWithParent("w");
        tape.ResetAffinity("w");
        tape.SetAffinity("0-1", [3, 0, 0, 0, 0, 0, 0, 0], "w");
        tape.SetMemoryPolicy("MPOL_BIND", 2, "0", [1, 0, 0, 0, 0, 0, 0, 0], "w");
        var offsets = tape.OpenTimeOffsets("w");
        tape.ExecuteStage2(3, "w");
        tape.BecomeRoot(setGroups: null, "w");
        tape.UnshareTime([new ClockOffset("boottime", -5, 7), new ClockOffset("monotonic", 1, 0)], "w", offsets);
        tape.Fork("w");
        tape.RaiseLoopback("w");
        tape.JoinKeyring("minic-box", "w");
        tape.SetDomainname("example", "w");
        tape.WriteKnob("/proc/sys/kernel/shmmax", "1", "set kernel.shmmax to 1", "w", "sysctl(8)", "12-oci");
        tape.OwnStreams([1, 2], 1000, "w");
        tape.JoinNamespaces("target", 0x48020000, "/proc/7/ns/@", "w");
        tape.JoinCgroup("/sys/fs/cgroup/minic/box/cgroup.procs", "w");
        tape.Unshare(0x2000000, "w");
        tape.SetHostname("box", "w");
        tape.Setsid("w");
        tape.Propagation("/", (1 << 19) | (1 << 14), "w");
        tape.Mount("proc", "/proc", "proc", 2 | 4 | 8, null, "w");
        tape.Mount("/r", "/r", null, 4096 | 16384, null, "w");
        tape.Mount("overlay", "/m", "overlay", 0, "lowerdir=/l,upperdir=/u,workdir=/w", "w");
        var tree = tape.OpenTree("/host dir", recursive: true, "w");
        tape.SetAttributes(tree, 1, 0, recursive: false, 0, "w");
        var device = tape.MakeMountAt("ext4", "/dev/sd", "/m", 0, "acl", "w");
        var made = tape.MakeMount("proc", "proc", 14, null, "w");
        tape.Chdir("/r", "w");
        tape.PivotRoot("w");
        tape.MoveRoot("w");
        tape.Attach(made, "/proc", "w");
        tape.Attach(device, "/data", "w");
        var covered = tape.OpenDirectory("/var", 8, "w");
        var covering = tape.OpenDirectory("/var", null, "w");
        tape.CloseDirectories(covered, covering, 8, "/var", "w");
        tape.MakeMountPoint("/v/x", "volume", "w");
        tape.SetAttributesBelow("/v/x", 1, 2, "w");
        tape.MakeDirectories("/a/b", 0x1ed, "w");
        tape.Attach(tree, "/a/b", "w");
        tape.MakeEmptyFile("/etc/hosts", 0x1a4, "w");
        tape.MakeNode("/dev/null", 'c', 1, 3, 0x1b6, null, "w");
        tape.MakeNode("/dev/sd", 'b', 259, 300, 0x1b0, (0, 6), "w");
        tape.Symlink("/proc/self/fd", "/dev/fd", "w");
        tape.OpenTerminal("console", 1000, "/dev/console", (24, 80), bareNewlines: false, "w");
        tape.MakeReadOnly("/proc/sys", 2 | 4 | 8, "w");
        tape.Mask("/proc/kcore", tape.OpenTree("/dev/null", false, "w"), "w");
        tape.DetachOldRoot("w");
        tape.Remount("/", 1, "w");
        tape.Umask(0x12, "w");
        tape.TryChdir("/home", "w");
        tape.SetScheduler("SCHED_DEADLINE", 6, 1, 2, 0, (10, 20, 30), "w");
        tape.SetIoPriority(2, 4, "w");
        tape.Personality(8, "PER_LINUX32", "w");
        tape.SetSecureBits(1, "w");
        tape.SetLimit("RLIMIT_NOFILE", 7, 1024, ulong.MaxValue, "w");
        tape.DropBounding([21, 12], "w");
        tape.KeepCapabilities("w");
        tape.BecomeUser(1000, 100, [5, 6], setGroups: true, "w");
        tape.SetCapabilities(1, 1 << 10, 0, "w");
        tape.SetAmbient([10], "w");
        tape.NoNewPrivileges("w");
        var listener = tape.Seccomp(new byte[16], 8, "w");
        tape.CloseListener(listener!.Value, "w");
        tape.ChdirAsUser("/home", "w");
        tape.DefaultSignals(1 << 12 | 1 << 1, 1, "w");
        tape.Report("status", "w");
        tape.ExecutePause("w");
        tape.Execve(["/bin/sh", "/usr/bin/sh"], ["sh", "-c", "echo \"hi\"\n"], ["A=1", "B=it's"], "w");
        return plan;
    }

    [Theory]
    [InlineData("plain-1.2/x", "plain-1.2/x")]
    [InlineData("", "''")]
    [InlineData("a b", "'a b'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("$HOME", "'$HOME'")]
    public void Words_are_quoted_where_a_shell_would_take_them_apart(string word, string quoted) =>
        ShellWord.Quote(word).Should().Be(quoted);

    [Fact]
    public void A_descriptor_that_was_not_given_is_a_bug_and_says_so()
    {
        var tape = new Plan().Tape("box", ["go"]);
        var ask = () => tape.Await("start", "w");
        ask.Should().Throw<ArgumentException>().WithMessage("child box has no descriptor start*");
    }
}
