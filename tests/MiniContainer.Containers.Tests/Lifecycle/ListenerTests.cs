// A filter that asks somebody else about a call, and the somebody: this test.

using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Win32.SafeHandles;
using MiniContainer.Containers.Lifecycle;
using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Steps;
using MiniContainer.Kernel;
using MiniContainer.Testing;

namespace MiniContainer.Containers.Tests.Lifecycle;

public sealed class ListenerTests : IDisposable
{
    // linux/seccomp.h: _IOWR('!', 0, struct seccomp_notif), 80 bytes, and _IOWR('!', 1, struct seccomp_notif_resp), 24
    // bytes.
    private const nuint SECCOMP_IOCTL_NOTIF_RECV = 0xc0502100;
    private const nuint SECCOMP_IOCTL_NOTIF_SEND = 0xc0182101;

    private static readonly TimeSpan Patience = Pace.Seconds(20);

    private readonly ContainerWorld world = new();
    private readonly Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private string SocketPath => world.Out + "/listener";

    public void Dispose()
    {
        socket.Dispose();
        world.Dispose();
    }

    private LinuxSeccomp Notify(params string[] flags) => new()
    {
        DefaultAction = "SCMP_ACT_ALLOW",
        ListenerPath = SocketPath,
        ListenerMetadata = "whatever",
        Flags = flags,
        Syscalls = [new() { Names = ["mkdir", "mkdirat"], Action = "SCMP_ACT_NOTIFY" }],
    };

    private void Configure(LinuxSeccomp seccomp, bool noNewPrivileges = true)
    {
        File.SetUnixFileMode(world.Out, (UnixFileMode)511);
        world.Configure(
            s => s with
            {
                Process = s.Process! with
                {
                    NoNewPrivileges = noNewPrivileges,
                    User = new User { Uid = 1000, Gid = 1000 },
                },
                Linux = s.Linux! with { Seccomp = seccomp },
            },
            "/bin/sh", "-c", "LC_ALL=C mkdir /out/directory 2> /out/error; echo $? > /out/code");
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task A_call_waits_for_the_answer_of_whoever_listens(bool noNewPrivileges, bool create)
    {
        Configure(Notify("SECCOMP_FILTER_FLAG_TSYNC"), noNewPrivileges);
        socket.Bind(new UnixDomainSocketEndPoint(SocketPath));
        socket.Listen();
        var answering = Task.Run(Answer, TestContext.Current.CancellationToken);
        using var launched = world.Launch(create);
        if (create)
            Launcher.Start(world.Root, world.Id);
        Processes.Reap(launched.Init.Pid).Should().Be(0);
        (await answering.WaitAsync(Patience, TestContext.Current.CancellationToken)).Should()
            .EndWith($"\"bundle\":\"{world.Bundle}\"}}}}").And.Contain("\"status\":\"creating\"");
        world.Lines("code").Should().Equal("1");
        world.Read("error").Should().Contain("Operation not supported", "that is the errno of the answer");
    }

    [Fact]
    public async Task A_process_of_exec_has_a_listener_of_its_own()
    {
        File.SetUnixFileMode(world.Out, (UnixFileMode)511);
        world.Configure(s => s, "/bin/sleep", "100");
        using var launched = world.Launch();
        socket.Bind(new UnixDomainSocketEndPoint(SocketPath));
        socket.Listen();
        var answering = Task.Run(Answer, TestContext.Current.CancellationToken);
        var init = ProcessIdentity.Of(launched.Init.Pid);
        var target = Execs.Target(init, [], null, world.Bundle + "/rootfs") with
        {
            Seccomp = Notify(),
            State = new HookState(Spec.CurrentVersion, world.Id, world.Bundle),
        };
        var process = DefaultSpec.Create("rootfs", ["/bin/sh", "-c", "LC_ALL=C mkdir /out/directory 2> /out/error"],
            "box").Process!;
        using var executed = Execs.Start(init, target, process, world.Root, world.State, foreground: true,
            console: null);
        Processes.Reap(executed.Child.Pid).Should().Be(1);
        (await answering.WaitAsync(Patience, TestContext.Current.CancellationToken)).Should()
            .Contain("\"status\":\"running\"").And.Contain($"\"pid\":{init.Pid}");
        world.Read("error").Should().Contain("Operation not supported");
    }

    [Fact]
    public void Nobody_who_listens_is_an_error_that_leaves_nothing()
    {
        Configure(Notify());
        var launch = () => world.Launch();
        launch.Should().Throw<MinicException>()
            .WithMessage(
                $"hand over the seccomp listener: failed to connect with seccomp agent: connect(\"{SocketPath}\")*");
        Directory.Exists(world.State).Should().BeFalse();
    }

    [Fact]
    public void The_other_side_is_told_as_the_specification_says()
    {
        var state = new HookState("1.3.0", "box", "/bundle")
        {
            Annotations = new Dictionary<string, string> { ["a"] = "b" },
        };
        var text = Encoding.UTF8.GetString(new HandListener("exec", 6, "/run/x", state, "running")
        {
            Metadata = "m",
            Init = 7,
        }.Json(8));
        JsonNode.DeepEquals(JsonNode.Parse(text), JsonNode.Parse("""
            { "ociVersion": "1.3.0", "fds": ["seccompFd"], "pid": 8, "metadata": "m",
              "state": { "ociVersion": "1.3.0", "id": "box", "status": "running", "pid": 7, "bundle": "/bundle", "annotations": { "a": "b" } } }
            """)).Should().BeTrue(text);
    }

    // Answers one notification with an errno; gives back what came with the listener, but for its first 64 bytes.
    private string Answer()
    {
        using var connection = socket.Accept();
        using var listener = Terminal.ReceiveDescriptor(connection.SafeHandle)!;
        var buffer = new byte[4096];
        var text = new StringBuilder();
        for (int count; (count = connection.Receive(buffer)) > 0;)
            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        var notification = new byte[80];
        Call(listener, SECCOMP_IOCTL_NOTIF_RECV, notification);
        // struct seccomp_notif_resp: id, val, error, flags.
        var answer = new byte[24];
        notification.AsSpan(0, 8).CopyTo(answer);
        BinaryPrimitives.WriteInt32LittleEndian(answer.AsSpan(16), -95);
        Call(listener, SECCOMP_IOCTL_NOTIF_SEND, answer);
        return text.ToString();
    }

    private static void Call(SafeFileHandle listener, nuint request, byte[] data)
    {
        var result = ioctl((int)listener.DangerousGetHandle(), request, data);
        if (result != 0)
            throw MinicException.FromErrno("answer", "ioctl", Marshal.GetLastPInvokeError());
    }

    [DllImport("libc.so.6", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ioctl(int fd, nuint request, [In, Out] byte[] data);
}
