// Every row of Hints.cs, met by provoking its error: in a child's tape, or in a network namespace of the test's own.

using System.Net;
using System.Runtime.InteropServices;
using MiniContainer.Kernel.Netlink;
using MiniContainer.Kernel.Tests.Netlink;
using static MiniContainer.Kernel.Errno;

namespace MiniContainer.Kernel.Tests;

public sealed class HintsTests : IDisposable
{
    private const ulong NEWUSER = 0x10000000;
    private const ulong NEWNS = 0x20000;
    private const ulong NEWUTS = 0x4000000;
    private const uint Nobody = 65534;

    private static readonly TapeCall BecomeNobody = new("setresuid", Nobody, Nobody, Nobody);
    private readonly string directory = Directory.CreateTempSubdirectory("minic-hints-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    public static IEnumerable<object[]> Rows() => Hints.All.Keys.Select(k => new object[] { k.Call, k.Errno });

    [Theory]
    [MemberData(nameof(Rows))]
    public void Each_hint_is_met(string call, int errno)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        var met = Provoke(call, errno);
        met.Should().NotBeNull("the provocation should fail");
        met!.Errno.Should().Be(errno, met.Message);
        met.Call.Should().StartWith(call + "(");
        met.Hint.Should().Be(Hints.For(call, errno)).And.NotBeNull();
        met.Message.Should().EndWith(met.Hint);
    }

    private static MinicException? InRemovedDirectory()
    {
        MinicException? met = null;
        HostPathTests.InRemoved(() => met = Thrown(() => _ = HostPath.Absolute("x", "look")));
        return met;
    }

    private MinicException? Provoke(string call, int errno) => (call, errno) switch
    {
        ("clone3", EPERM) => Tape(0, BecomeNobody, Clone3(NEWUTS)),
        ("clone3", EINVAL) =>
            Thrown(() =>
                Child.Clone(new ChildOptions([new TapeCall("exit_group", 0)]) { Flags = NEWNS | 0x200 /* CLONE_FS */ })
                    .Dispose()),
        ("clone3", ENOSPC) => Tape(
            NEWUSER,
            new TapeCall("openat", TapeArg.AtFdCwd, "/proc/sys/user/max_uts_namespaces", 1, 0),
            new TapeCall("write", 0, "0", 1),
            Clone3(NEWUTS)),
        ("clone3", EAGAIN) => Tape(0, BecomeNobody, Limit(6 /* RLIMIT_NPROC */, 0), Clone3(0)),
        ("mount", EPERM) => Tape(NEWNS, BecomeNobody, Mount("none", directory, "tmpfs")),
        ("fsopen", EPERM) => Tape(NEWNS, BecomeNobody, new TapeCall("fsopen", "tmpfs", 0)),
        ("fsconfig", EPERM) =>
            Tape(NEWUSER | NEWNS, new TapeCall("fsopen", "proc", 0),
                new TapeCall("fsconfig", 0, 6, TapeArg.Null, TapeArg.Null, 0)),
        ("mount", ENODEV) => Tape(NEWNS, Mount("none", directory, "nosuchfs")),
        ("mount", ENOENT) => Tape(NEWNS, Mount("none", directory + "/nowhere", "tmpfs")),
        ("fsopen", ENODEV) => Tape(NEWNS, new TapeCall("fsopen", "nosuchfs", 1)),
        ("mkdirat", EROFS) =>
            Tape(NEWNS, Private, ReadOnly, new TapeCall("mkdirat", TapeArg.AtFdCwd, directory + "/sub", 0x1ed)),
        ("mknodat", EROFS) =>
            Tape(NEWNS, Private, ReadOnly, new TapeCall("mknodat", TapeArg.AtFdCwd, directory + "/file", 0x81a4, 0)),
        ("pivot_root", EINVAL) => Tape(
            NEWNS, Private, Mount("none", directory, "tmpfs"),
            new TapeCall("mkdirat", TapeArg.AtFdCwd, directory + "/sub", 0x1ed),
            new TapeCall("pivot_root", directory + "/sub", directory + "/sub")),
        ("pivot_root", EBUSY) => Tape(NEWNS, Private, new TapeCall("pivot_root", "/", "/")),
        ("getcwd", ENOENT) => InRemovedDirectory(),
        ("execve", ENOENT) => Tape(0, Execve(directory + "/nothing")),
        ("execve", EACCES) => Tape(0, Execve(FileOf("data", 0x1a4))),
        ("execve", ENOEXEC) => Tape(0, Execve(FileOf("no program", 0x1ed))),
        ("setresuid", EINVAL) => Tape(NEWUSER, new TapeCall("setresuid", 7, 7, 7)),
        ("setresgid", EINVAL) => Tape(NEWUSER, new TapeCall("setresgid", 7, 7, 7)),
        ("sethostname", EINVAL) => Tape(NEWUTS, new TapeCall("sethostname", new string('x', 65), 65)),
        ("prlimit64", EPERM) => Tape(0, Limit(7 /* RLIMIT_NOFILE */, 10), BecomeNobody, Limit(7, 20)),
        ("open_tree", ENOENT) => Tape(NEWNS, new TapeCall("open_tree", TapeArg.AtFdCwd, directory + "/nowhere", 1)),
        ("mount_setattr", EINVAL) => Thrown(() =>
        {
            using var tree = IdMappedTree.Open("/proc", recursive: false);
            using var userns = IdMappedTree.MakeUserNamespace("0 1000 1\n", "0 1000 1\n");
            IdMappedTree.Map(tree, userns, recursive: false);
        }),
        ("setns", EPERM) =>
            Tape(0, BecomeNobody, new TapeCall("openat", TapeArg.AtFdCwd, "/proc/self/ns/uts", 0, 0),
                new TapeCall("setns", 0, 0)),
        ("unshare", EPERM) => Tape(0, BecomeNobody, new TapeCall("unshare", (long)NEWUTS)),
        ("seccomp", EACCES) => Tape(0, BecomeNobody, AllowAll),
        ("capset", EPERM) => Tape(
            0,
            BecomeNobody,
            new TapeCall("capset", new TapeArg.Block(TapeArg.Ints(0x20080522, 0), "{}"),
                new TapeArg.Block(TapeArg.Ints(0, 1, 0, 0, 0, 0), "{permitted=1<<CAP_CHOWN}"))),
        ("bpf", EPERM) => Powerless(() => Bpf.AttachDeviceFilter("/", DeviceFilter.Assemble([]))),
        ("RTM_NEWLINK", EEXIST) => InNetwork(k => k.AddBridge("br0")),
        ("RTM_NEWLINK", EPERM) => InNetwork(k => throw Powerless(() => k.AddBridge("br1"))!),
        ("RTM_NEWADDR", EEXIST) => InNetwork(k => k.AddAddress("br0", Address.Parse("10.0.0.1/24"))),
        ("RTM_NEWROUTE", EEXIST) =>
            InNetwork(k =>
                k.AddRoute(new Route(IPNetwork.Parse("10.9.0.0/24")) { Gateway = IPAddress.Parse("10.0.0.2") })),
        ("RTM_NEWROUTE", ENETUNREACH) =>
            InNetwork(k =>
                k.AddRoute(new Route(IPNetwork.Parse("10.8.0.0/24")) { Gateway = IPAddress.Parse("192.0.2.1") })),
        _ => throw new NotSupportedException($"nobody provokes {call} {Errno.Name(errno)} here"),
    };

    private static readonly TapeCall Private = new("mount", TapeArg.Null, "/", TapeArg.Null,
        (1 << 18) | (1 << 14) /* MS_PRIVATE|MS_REC */, TapeArg.Null);

    // One instruction: ret SECCOMP_RET_ALLOW.
    private static readonly TapeCall AllowAll = new(
        "seccomp", 1, 0, new TapeArg.Block(TapeArg.Longs(1, 0), "{len=1}")
        {
            Pointers = [(8, new TapeArg.Block(TapeArg.Ints(6, 0x7fff0000), "ret"))],
        });

    private static TapeCall Clone3(ulong flags) =>
        new("clone3", new TapeArg.Block(TapeArg.Longs(flags, 0, 0, 0, 17, 0, 0, 0), "{...}"), 64);

    private TapeCall ReadOnly => new("mount", "none", directory, "tmpfs", 1 /* MS_RDONLY */, TapeArg.Null);

    private static TapeCall Mount(string source, string target, string type) =>
        new("mount", source, target, type, 0, TapeArg.Null);

    private static TapeCall Execve(string path) => new("execve", path, new TapeArg.Strs([path]), new TapeArg.Strs([]));

    private static TapeCall Limit(int resource, ulong limit) =>
        new("prlimit64", 0, resource, new TapeArg.Block(TapeArg.Longs(limit, limit), "{...}"), TapeArg.Null);

    private string FileOf(string content, int mode)
    {
        var path = $"{directory}/file";
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, (UnixFileMode)mode);
        return path;
    }

    private static MinicException? Tape(ulong flags, params TapeCall[] calls)
    {
        using var child = Child.Clone(new ChildOptions(calls) { Flags = flags, Kept = 0 });
        Processes.Reap(child.Pid).Should().Be(MinicException.ExitFailure);
        child.FailedCall.Should().Be(calls.Length - 1, $"the last call is the one to fail: {child.Failure()?.Message}");
        return child.Failure();
    }

    private static MinicException? InNetwork(Action<RtNetlink> action)
    {
        using var world = NetworkWorld.Make();
        world.Kernel.AddBridge("br0", up: true);
        world.Kernel.AddAddress("br0", Address.Parse("10.0.0.1/24"));
        world.Kernel.AddRoute(new Route(IPNetwork.Parse("10.9.0.0/24")) { Gateway = IPAddress.Parse("10.0.0.2") });
        return Thrown(() => action(world.Kernel));
    }

    // Capabilities belong to threads: this one ends without them.
    private static MinicException? Powerless(Action action)
    {
        MinicException? thrown = null;
        var thread = new Thread(() =>
        {
            capset([0x20080522, 0], new uint[6]).Should().Be(0);
            thrown = Thrown(action);
        });
        thread.Start();
        thread.Join();
        return thrown;
    }

    private static MinicException? Thrown(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (MinicException e)
        {
            return e;
        }
    }

    [DllImport("libc.so.6", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int capset(uint[] header, uint[] data);
}
