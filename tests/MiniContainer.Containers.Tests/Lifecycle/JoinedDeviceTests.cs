// A network device that is moved into a namespace of others: an engine that gave the namespace keeps the device.
// https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#network-devices

using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;
using MiniContainer.Kernel.Netlink;
using MiniContainer.Testing;

namespace MiniContainer.Containers.Tests.Lifecycle;

public class JoinedDeviceTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_device_stays_in_a_namespace_that_the_container_only_joined(bool ended)
    {
        using var world = new ContainerWorld();
        using var netns = NetworkNamespace.Create();
        using var devices = new Device(world.Id);
        Configure(world, netns, devices.Name, "/bin/sh", "-c", $": > /out/done; {(ended ? "true" : "exec sleep 100")}");
        using (var launched = world.Launch())
        {
            if (ended)
                Processes.Reap(launched.Init.Pid).Should().Be(0);
            SpinWait.SpinUntil(() => File.Exists(world.Out + "/done"), Pace.Seconds(20)).Should().BeTrue();
            launched.Delete();
        }

        using var inside = RtNetlink.OpenIn(netns);
        inside.FindLink("net0")!.IsUp.Should().BeTrue();
        inside.ListAddresses("net0").Select(a => a.ToString()).Should().Contain("192.0.2.7/24");
        devices.Kernel.FindLink(devices.Name).Should().BeNull();
    }

    [Fact]
    public void A_device_comes_back_if_the_start_fails()
    {
        using var world = new ContainerWorld();
        using var netns = NetworkNamespace.Create();
        using var devices = new Device(world.Id);
        Configure(world, netns, devices.Name, "/no/such/command");
        var launch = () => world.Launch();
        launch.Should().Throw<MinicException>();
        devices.Kernel.FindLink(devices.Name)!.IsUp.Should().BeTrue();
        devices.Kernel.ListAddresses(devices.Name).Select(a => a.ToString()).Should().Contain("192.0.2.7/24");
    }

    private static void Configure(ContainerWorld world, Microsoft.Win32.SafeHandles.SafeFileHandle netns, string device,
        params string[] args)
    {
        var path = $"/proc/{Environment.ProcessId}/fd/{netns.DangerousGetHandle()}";
        world.Configure(
            s => s with
            {
                Linux = s.Linux! with
                {
                    Namespaces = [.. s.Linux.Namespaces!.Where(n => n.Type != "network"),
                        new LinuxNamespace("network", path)],
                    NetDevices = new Dictionary<string, LinuxNetDevice> { [device] = new("net0") },
                },
            },
            args);
    }

    // A veth with an address; it goes with its other end, wherever it is.
    private sealed class Device : IDisposable
    {
        private readonly string peer;

        public Device(string id)
        {
            (Name, peer) = (id + "a", id + "b");
            Kernel.AddVeth(new VethEnd(Name), new VethEnd(peer));
            Kernel.AddAddress(Name, Address.Parse("192.0.2.7/24"));
            Kernel.SetUp(Name);
        }

        public string Name { get; }

        public RtNetlink Kernel { get; } = RtNetlink.Open();

        public void Dispose()
        {
            _ = Kernel.TryDeleteLink(peer);
            Kernel.Dispose();
        }
    }
}
