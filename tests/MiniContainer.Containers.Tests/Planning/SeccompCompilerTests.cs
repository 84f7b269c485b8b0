// Profiles compiled by libseccomp: asked in a machine of the tests' own, and loaded into a child that then calls.

using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Planning;
using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Tests.Planning;

public sealed class SeccompCompilerTests : IDisposable
{
    private const uint Allow = 0x7fff0000;
    private const uint KillThread = 0;
    private const uint Errno_ = 0x00050000;

    private readonly string directory = Directory.CreateTempSubdirectory("minic-seccomp-").FullName;

    public SeccompCompilerTests() =>
        Assert.SkipUnless(File.Exists("/usr/lib/x86_64-linux-gnu/libseccomp.so.2"),
            "needs the Debian package libseccomp2, on x86-64");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void Each_rule_gets_its_action_and_the_rest_the_default()
    {
        var program = Compile(new LinuxSeccomp
        {
            DefaultAction = "SCMP_ACT_ERRNO",
            DefaultErrnoRet = 38,
            Syscalls =
            [
                Rule("SCMP_ACT_ALLOW", "getpid", "write"),
                Rule("SCMP_ACT_ERRNO", "mkdir") with { ErrnoRet = 28 },
                Rule("SCMP_ACT_KILL_PROCESS", "reboot"),
                Rule("SCMP_ACT_TRACE", "ptrace") with { ErrnoRet = 7 },
                Rule("SCMP_ACT_LOG", "kexec_load"),
                Rule("SCMP_ACT_TRAP", "bpf"),
            ],
        });
        Ask(program, "getpid").Should().Be(Allow);
        Ask(program, "write").Should().Be(Allow);
        Ask(program, "mkdir").Should().Be(Errno_ | 28);
        Ask(program, "reboot").Should().Be(0x80000000);
        Ask(program, "ptrace").Should().Be(0x7ff00007);
        Ask(program, "kexec_load").Should().Be(0x7ffc0000);
        Ask(program, "bpf").Should().Be(0x00030000);
        Ask(program, "read").Should().Be(Errno_ | 38);
        FilterMachine.Ask(program, FilterMachine.I386, 20).Should()
            .Be(KillThread, "getpid of i386 is another calling convention, and was not asked for");
    }

    [Fact]
    public void Errno_is_EPERM_where_none_is_given()
    {
        var program = Compile(new LinuxSeccomp
        {
            DefaultAction = "SCMP_ACT_ALLOW",
            Syscalls = [Rule("SCMP_ACT_ERRNO", "mkdir")],
        });
        Ask(program, "mkdir").Should().Be(Errno_ | 1);
        Ask(program, "getpid").Should().Be(Allow);
    }

    [Fact]
    public void Other_architectures_have_their_own_numbers()
    {
        var program = Compile(new LinuxSeccomp
        {
            DefaultAction = "SCMP_ACT_ERRNO",
            Architectures = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
            Syscalls = [Rule("SCMP_ACT_ALLOW", "getpid", "waitpid")],
        });
        Ask(program, "getpid").Should().Be(Allow);
        FilterMachine.Ask(program, FilterMachine.I386, 20).Should().Be(Allow);
        FilterMachine.Ask(program, FilterMachine.I386, 7).Should().Be(Allow, "only i386 has waitpid");
        FilterMachine.Ask(program, FilterMachine.I386, 39).Should()
            .Be(Errno_ | 38, "39 is getpid on x86-64 alone, and here above all that is named");
    }

    [Theory]
    [InlineData("SCMP_CMP_NE", 5ul, new ulong[] { 4ul, 6ul }, new ulong[] { 5ul })]
    [InlineData("SCMP_CMP_LT", 5ul, new ulong[] { 0ul, 4ul }, new ulong[] { 5ul, 6ul, ulong.MaxValue })]
    [InlineData("SCMP_CMP_LE", 5ul, new ulong[] { 0ul, 5ul }, new ulong[] { 6ul, 1ul << 40 })]
    [InlineData("SCMP_CMP_EQ", 5ul, new ulong[] { 5ul }, new ulong[] { 4ul, (1ul << 32) + 5 })]
    [InlineData("SCMP_CMP_GE", 5ul, new ulong[] { 5ul, 1ul << 40 }, new ulong[] { 4ul })]
    [InlineData("SCMP_CMP_GT", 5ul, new ulong[] { 6ul }, new ulong[] { 5ul, 0ul })]
    public void Conditions_look_at_all_64_bits(string op, ulong value, ulong[] allowed, ulong[] denied)
    {
        var program = Compile(Conditional([new(0, value, op)]));
        allowed.Should().OnlyContain(a => Ask(program, "personality", a) == Allow);
        denied.Should().OnlyContain(a => Ask(program, "personality", a) == (Errno_ | 1));
    }

    [Fact]
    public void Masked_compares_what_the_mask_leaves()
    {
        var program = Compile(Conditional([new(0, 0xf0, "SCMP_CMP_MASKED_EQ", 0x30)]));
        Ask(program, "personality", 0x3f).Should().Be(Allow);
        Ask(program, "personality", 0x4f).Should().Be(Errno_ | 1);
    }

    [Fact]
    public void Conditions_on_different_arguments_must_all_hold_and_on_the_same_one_any()
    {
        var both = Compile(Conditional([new(0, 1, "SCMP_CMP_EQ"), new(1, 2, "SCMP_CMP_EQ")]));
        Ask(both, "personality", 1, 2).Should().Be(Allow);
        Ask(both, "personality", 1, 3).Should().Be(Errno_ | 1);
        var any = Compile(Conditional([new(0, 1, "SCMP_CMP_EQ"), new(0, 2, "SCMP_CMP_EQ")]));
        Ask(any, "personality", 1).Should().Be(Allow);
        Ask(any, "personality", 2).Should().Be(Allow);
        Ask(any, "personality", 3).Should().Be(Errno_ | 1);
    }

    [Fact]
    public void Unknown_names_and_rules_that_repeat_the_default_are_passed_over()
    {
        var program = Compile(new LinuxSeccomp
        {
            DefaultAction = "SCMP_ACT_ERRNO",
            Syscalls = [Rule("SCMP_ACT_ALLOW", "a_call_of_tomorrow", "getpid"), Rule("SCMP_ACT_ERRNO", "mkdir")],
        });
        Ask(program, "getpid").Should().Be(Allow);
        Ask(program, "mkdir").Should().Be(Errno_ | 1);
    }

    [Fact]
    public void A_call_newer_than_all_that_the_profile_names_does_not_exist()
    {
        const uint Enosys = Errno_ | 38;
        const uint X32 = 0x40000000;
        var profile = new LinuxSeccomp
        {
            DefaultAction = "SCMP_ACT_ERRNO",
            Architectures = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
            Syscalls = [Rule("SCMP_ACT_ALLOW", "getpid", "statx")],
        };
        var program = Compile(profile);
        // statx is 332, and 383 on i386.
        FilterMachine.Ask(program, FilterMachine.X64, 332).Should().Be(Allow);
        FilterMachine.Ask(program, FilterMachine.X64, 333).Should().Be(Enosys);
        FilterMachine.Ask(program, FilterMachine.X64, 83).Should().Be(Errno_ | 1, "mkdir is old, and denied");
        FilterMachine.Ask(program, FilterMachine.X64, (int)(X32 | 332)).Should().Be(Allow);
        FilterMachine.Ask(program, FilterMachine.X64, (int)(X32 | 333)).Should().Be(Enosys);
        FilterMachine.Ask(program, FilterMachine.I386, 383).Should().Be(Allow);
        FilterMachine.Ask(program, FilterMachine.I386, 384).Should().Be(Enosys);
        FilterMachine.Ask(program, FilterMachine.I386, 39).Should().Be(Errno_ | 1);
        FilterMachine.Ask(Compile(profile with { DefaultAction = "SCMP_ACT_LOG" }), FilterMachine.X64, 333).Should()
            .Be(0x7ffc0000, "it is let pass");
    }

    [Fact]
    public void What_cannot_be_compiled_says_why()
    {
        var foreign = () =>
            Compile(new LinuxSeccomp { DefaultAction = "SCMP_ACT_ALLOW", Architectures = ["SCMP_ARCH_S390X"] });
        foreign.Should().Throw<MinicException>("big-endian programs do not run here")
            .WithMessage("*seccomp_arch_add(ctx, s390x)*");
    }

    [Fact]
    public void A_filter_that_notifies_comes_with_a_listener()
    {
        var notify = new LinuxSeccomp
        {
            DefaultAction = "SCMP_ACT_ALLOW",
            ListenerPath = "/run/x",
            Flags = ["SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"],
            Syscalls = [Rule("SCMP_ACT_NOTIFY", "mkdir")],
        };
        Ask(Compile(notify), "mkdir").Should().Be(0x7fc00000);
        SeccompCompiler.Compile(notify, Cache).Flags.Should()
            .Be(1 | 8 | 16 | 32, "with a listener TSYNC needs TSYNC_ESRCH");
        SeccompCompiler.Compile(notify with { Syscalls = [] }, Cache).Flags.Should()
            .Be(1, "the kernel takes the flag of a listener only with one");
    }

    [Fact]
    public void Flags_are_those_asked_for_and_SPEC_ALLOW_where_nothing_was_said()
    {
        SeccompCompiler.Compile(new LinuxSeccomp { DefaultAction = "SCMP_ACT_ALLOW" }, Cache).Flags.Should().Be(4);
        SeccompCompiler.Compile(new LinuxSeccomp { DefaultAction = "SCMP_ACT_ALLOW", Flags = [] }, Cache).Flags.Should()
            .Be(0);
        SeccompCompiler.Compile(new LinuxSeccomp
        {
            DefaultAction = "SCMP_ACT_ALLOW",
            Flags = ["SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG"],
        }, Cache).Flags.Should().Be(3);
    }

    [Fact]
    public void A_large_filter_is_compiled_once()
    {
        var large = Large();
        var first = SeccompCompiler.Compile(large, Cache).Program;
        var file = Directory.GetFiles(directory).Should()
            .ContainSingle("the half-written file has been renamed").Subject;
        var key = SeccompCache.Key(large);
        File.ReadAllBytes(file).Should().Equal([.. key, .. first]);
        // What is kept is what is used; a filter that allows all shows it.
        byte[] marked = [0x06, 0, 0, 0, 0, 0, 0xff, 0x7f];
        File.WriteAllBytes(file, [.. key, .. marked]);
        SeccompCompiler.Compile(large, Cache).Program.Should().Equal(marked);
        SeccompCompiler.Compile(large with { DefaultErrnoRet = 5 }, Cache).Program.Should()
            .NotEqual(marked, "it is another filter");
        File.WriteAllBytes(file, [.. SeccompCache.Key(large with { DefaultErrnoRet = 5 }), .. marked]);
        SeccompCompiler.Compile(large, Cache).Program.Should()
            .Equal(first, "another filter of the same name is another filter");
        File.WriteAllBytes(file, [.. key, 1, 2, 3]);
        SeccompCompiler.Compile(large, Cache).Program.Should().Equal(first, "a broken file is no filter");
        Compile(new LinuxSeccomp { DefaultAction = "SCMP_ACT_ALLOW" });
        Directory.GetFiles(directory).Should().HaveCount(2, "a small filter is not worth keeping");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_child_meets_its_filter(bool noNewPrivileges)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess,
            "needs root: without no_new_privs a filter needs CAP_SYS_ADMIN");
        var plan = new Plan();
        var tape = plan.Tape("child", ["go", "status"]);
        tape.Await("go", "");
        if (noNewPrivileges)
            tape.NoNewPrivileges("");
        var compiled = SeccompCompiler.Compile(Large() with
        {
            Syscalls = [.. Large().Syscalls!, Rule("SCMP_ACT_ERRNO", "mkdirat") with { ErrnoRet = 28 }],
        }, Cache);
        tape.Seccomp(compiled.Program, compiled.Flags, "");
        List<TapeCall> calls =
        [
            .. plan.StepsOf("child").SelectMany(s => s.Calls),
            new("mkdirat", TapeArg.AtFdCwd, Path.Combine(directory, "denied"), 0x1ed) { Allowed = [Errno.ENOSPC] },
            new("getpid"),
            new("umask", 0) { Allowed = [Errno.EPERM] },
            new("exit_group", 7),
        ];
        using var child = Child.Clone(new ChildOptions(calls)
        {
            Descriptors = [ChildDescriptor.Go, ChildDescriptor.Status],
            Kept = 0,
        });
        child.Go();
        child.WaitStatus().Should().BeFalse();
        Processes.Reap(child.Pid).Should().Be(7, $"{child.Failure()?.Message}");
        var first = child.Prologue + calls.Count - 4;
        child.Tape.Result(first).Should().Be(-Errno.ENOSPC);
        child.Tape.Result(first + 1).Should().Be(child.Pid);
        child.Tape.Result(first + 2).Should().Be(-Errno.EPERM, "umask is not in the profile");
        Directory.Exists(Path.Combine(directory, "denied")).Should().BeFalse();
    }

    [Fact]
    public void The_condition_has_the_size_of_the_librarys() =>
    System.Runtime.CompilerServices.Unsafe.SizeOf<scmp_arg_cmp>().Should().Be(24);

    private SeccompCache Cache => new(directory);

    private byte[] Compile(LinuxSeccomp seccomp) => SeccompCompiler.Compile(seccomp, Cache).Program;

    private static uint Ask(byte[] program, string syscall, params ulong[] args) =>
        FilterMachine.Ask(program, FilterMachine.X64, Seccomp.Resolve(syscall)!.Value, args);

    private static LinuxSyscall Rule(string action, params string[] names) => new() { Names = names, Action = action };

    private static LinuxSeccomp Conditional(LinuxSeccompArg[] args) => new()
    {
        DefaultAction = "SCMP_ACT_ERRNO",
        Syscalls = [Rule("SCMP_ACT_ALLOW", "personality") with { Args = args }],
    };

    // Three architectures, and names enough to be worth keeping.
    private static LinuxSeccomp Large() => new()
    {
        DefaultAction = "SCMP_ACT_ERRNO",
        Architectures = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
        Syscalls =
        [
            Rule(
                "SCMP_ACT_ALLOW", "read", "write", "open", "close", "stat", "fstat", "lstat", "poll", "lseek", "mmap",
                "mprotect", "munmap", "brk",
                "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "ioctl", "pread64", "pwrite64", "readv", "writev",
                "access", "pipe", "select",
                "sched_yield", "mremap", "dup", "dup2", "pause", "nanosleep", "getpid", "sendfile", "socket", "connect",
                "accept", "execve", "exit",
                "wait4", "kill", "uname", "fcntl", "flock", "fsync", "getcwd", "chdir", "rename", "rmdir", "link",
                "unlink", "exit_group"),
        ],
    };
}
