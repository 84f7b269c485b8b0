// Namespaces: made, named so that `ip netns` knows them, entered and left; settings of /proc/sys inside.

using System.Runtime.InteropServices;
using MiniContainer.Kernel.Netlink;
using static MiniContainer.Kernel.Errno;

namespace MiniContainer.Kernel.Tests.Netlink;

public class NetworkNamespaceTests
{
    private const int CLONE_NEWNS = 0x20000;

    private string[] covered = [];

    [Fact]
    public void Run_comes_back_also_when_the_body_throws()
    {
        using var world = NetworkWorld.Make();
        var home = Here();
        var there = NetworkNamespace.Run(world.Netns, Here);
        there.Should().NotBe(home);
        var fails = () => NetworkNamespace.Run(world.Netns, () => throw new InvalidOperationException("inside"));
        fails.Should().Throw<InvalidOperationException>().WithMessage("inside");
        Here().Should().Be(home);
    }

    [Fact]
    public void A_socket_stays_in_the_namespace_that_it_was_opened_in()
    {
        using var world = NetworkWorld.Make();
        world.Kernel.AddBridge("only-here");
        using var same = world.Kernel.Namespace();
        NetworkNamespace.Run(same, Here).Should().Be(NetworkNamespace.Run(world.Netns, Here));
        using var home = RtNetlink.Open();
        home.FindLink("only-here").Should().BeNull();
    }

    [Fact]
    public void A_named_namespace_is_one_for_ip_netns_and_the_other_way_round() => InPrivateRun(() =>
    {
        const string path = "/run/netns/minic-test";
        using (var netns = NetworkNamespace.CreateAndPin(path))
        using (var kernel = RtNetlink.OpenIn(netns))
            kernel.AddBridge("br0");
        NetworkWorld.Shell("ip netns exec minic-test ip -br link show br0").Should().StartWith("br0");
        NetworkWorld.Shell("ip netns add by-ip && ip -n by-ip link add br1 type bridge").Should().BeEmpty();
        using (var netns = NetworkNamespace.Open("/run/netns/by-ip"))
        using (var kernel = RtNetlink.OpenIn(netns))
            kernel.FindLink("br1").Should().NotBeNull();

        Mounts("/run/netns ").Should().ContainSingle("two makers share one mount").Which.Should().Contain("shared:");
        var taken = () => NetworkNamespace.CreateAndPin(path);
        taken.Should().Throw<MinicException>().Which.Errno.Should().Be(EEXIST);
        NetworkNamespace.Unpin(path).Should().BeTrue();
        NetworkNamespace.Unpin(path).Should().BeFalse();
        NetworkNamespace.Unpin("/run/netns/by-ip").Should().BeTrue();
        Mounts("/run/netns/").Should().BeEmpty();
        NetworkWorld.Shell("ip netns list").Should().BeEmpty();
    });

    [Fact]
    public void Many_makers_at_once_share_one_mount_with_ip_among_them() => InPrivateRun(() =>
    {
        // Threads, not the pool: they inherit the mounts of the thread that makes them.
        var makers = Enumerable.Range(0, 6).Select(i => new Thread(() =>
        {
            if (i % 2 == 0) NetworkNamespace.CreateAndPin($"/run/netns/n{i}").Dispose();
            else NetworkWorld.Shell($"ip netns add n{i}");
        })).ToList();
        makers.ForEach(maker => maker.Start());
        makers.ForEach(maker => maker.Join());
        Mounts("/run/netns ").Should().ContainSingle();
        for (var i = 0; i < 6; i++)
        {
            NetworkWorld.Shell($"ip -n n{i} -br link show lo").Should().StartWith("lo");
            NetworkNamespace.Unpin($"/run/netns/n{i}").Should().BeTrue();
        }
    });

    [Fact]
    public void What_is_no_namespace_is_not_opened()
    {
        var missing = () => NetworkNamespace.Open("/run/netns/there/is/none");
        missing.Should().Throw<MinicException>()
            .WithMessage("open the network namespace /run/netns/there/is/none: open(*ENOENT*");
        var other = () => NetworkNamespace.Open("/proc/self/ns/uts");
        other.Should().Throw<MinicException>().WithMessage("*not a network namespace*");
        var file = () => NetworkNamespace.Open("/etc/hostname");
        file.Should().Throw<MinicException>().WithMessage("*leftover*");
    }

    [Fact]
    public void Settings_belong_to_the_namespace()
    {
        using var world = NetworkWorld.Make();
        var home = Sysctl.Read("net.ipv4.ip_forward");
        var other = Sysctl.Read("net.ipv4.ip_forward", world.Netns) == "1" ? "0" : "1";
        Sysctl.Write("net.ipv4.ip_forward", other, world.Netns);
        world.Inside("cat /proc/sys/net/ipv4/ip_forward").Should().Be(other);
        Sysctl.Read("net.ipv4.ip_forward").Should().Be(home);
        world.Kernel.AddBridge("br0.100");
        Sysctl.Write("net/ipv4/conf/br0.100/forwarding", "1", world.Netns);
        world.Inside("cat /proc/sys/net/ipv4/conf/br0.100/forwarding").Should().Be("1");
    }

    [Fact]
    public void Settings_that_cannot_be_set()
    {
        using var world = NetworkWorld.Make();
        Message(() => Sysctl.Write("net.ipv4.no_such_thing", "1", world.Netns)).Should()
            .StartWith("set net.ipv4.no_such_thing = 1: the kernel has no setting net.ipv4.no_such_thing");
        Message(() => Sysctl.Write("net.ipv4.ip_forward", "nonsense", world.Netns)).Should()
            .StartWith("set net.ipv4.ip_forward = nonsense: /proc/sys/net/ipv4/ip_forward: Invalid argument");
        Message(() => Sysctl.Read("net/../kernel/hostname")).Should().Contain("part of the name");

        static string Message(Action action) => action.Should().Throw<MinicException>().Which.Message;
    }

    private static string Here() => new FileInfo("/proc/thread-self/ns/net").LinkTarget!;

    // Those that the body of the test has made: what a machine has had mounted there before, by ip netns too, the table
    // still shows, though another /run covers it.
    private string[] Mounts(string prefix) =>
        [.. AllMounts(prefix).Where(line => !covered.Contains(line.Split(' ')[0]))];

    private static IEnumerable<string> AllMounts(string prefix) =>
        File.ReadLines("/proc/thread-self/mountinfo")
            .Where(line => (line.Split(' ')[4] + " ").StartsWith(prefix, StringComparison.Ordinal));

    // A thread with mounts of its own, and an empty /run there: the machine's /run/netns is not ours to write to.
    private void InPrivateRun(Action body)
    {
        NetworkWorld.RequireNamespaces();
        NetworkWorld.RequireTool("ip", "iproute2");
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                unshare(CLONE_NEWNS).Should().Be(0);
                NetworkWorld.Shell("mount --make-rprivate / && mount -t tmpfs none /run");
                covered = [.. AllMounts("/run/netns").Select(line => line.Split(' ')[0])];
                body();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null) throw new InvalidOperationException(failure.Message, failure);
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int unshare(int flags);
}
