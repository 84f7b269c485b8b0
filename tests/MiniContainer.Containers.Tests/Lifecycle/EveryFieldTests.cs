// What few containers ask for, seen from inside real ones, and on the host.

using System.Globalization;
using MiniContainer.Containers.Lifecycle;
using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;
using MiniContainer.Kernel.Netlink;
using MiniContainer.Testing;

namespace MiniContainer.Containers.Tests.Lifecycle;

public class EveryFieldTests
{
    private static void Run(ContainerWorld world, Func<Spec, Spec> change, string script)
    {
        File.SetUnixFileMode(world.Out, (UnixFileMode)511);
        world.Configure(change, "/bin/sh", "-c", script);
        using var launched = world.Launch();
        Processes.Reap(launched.Init.Pid).Should().Be(0, script);
    }

    private static CgroupHierarchy Hierarchy(string controller)
    {
        var found = Cgroups.Hierarchies().FirstOrDefault(h => h.Controllers.Contains(controller));
        Assert.SkipWhen(found is null, $"needs the controller {controller} in cgroup version 1");
        return found!;
    }

    private static Spec With(Spec spec, LinuxResources resources) => spec with
    {
        Linux = spec.Linux! with { Resources = resources },
    };

    [Fact]
    public void Limits_of_a_disk_are_in_its_file()
    {
        using var world = new ContainerWorld();
        var blkio = Hierarchy("blkio");
        var disk = Directory.GetFiles("/sys/block", "*").Concat(Directory.GetDirectories("/sys/block"))
            .Select(d => File.ReadAllText(d + "/dev").Trim()).First();
        var (major, minor) =
            (long.Parse(disk.Split(':')[0], CultureInfo.InvariantCulture),
                long.Parse(disk.Split(':')[1], CultureInfo.InvariantCulture));
        var io = new LinuxBlockIo
        {
            ThrottleReadBpsDevice = [new(major, minor, 1048576)],
            ThrottleWriteIopsDevice = [new(major, minor, 100)],
        };
        world.Configure(s => With(s, new LinuxResources { BlockIo = io }), "/bin/sleep", "100");
        using var launched = world.Launch();
        var directory = $"{blkio.Own}/minic/{world.Id}";
        File.ReadAllText($"{directory}/blkio.throttle.read_bps_device").Should().Be($"{disk} 1048576\n");
        File.ReadAllText($"{directory}/blkio.throttle.write_iops_device").Should().Be($"{disk} 100\n");
    }

    [Fact]
    public void A_real_time_budget_lets_a_real_time_process_run()
    {
        using var world = new ContainerWorld();
        var cpu = Hierarchy("cpu");
        Assert.SkipUnless(File.Exists($"{cpu.MountPoint}/cpu.rt_runtime_us"),
            "needs a kernel with CONFIG_RT_GROUP_SCHED");
        Run(
            world,
            s => With(s, new LinuxResources
            {
                Cpu = new LinuxCpu { RealtimePeriod = 1000000, RealtimeRuntime = 10000 },
            }) with
            {
                Linux = s.Linux! with
                {
                    CgroupsPath = "/" + world.Id,
                    Resources = new LinuxResources
                    {
                        Cpu = new LinuxCpu { RealtimePeriod = 1000000, RealtimeRuntime = 10000 },
                    },
                },
                Process = s.Process! with { Scheduler = new Scheduler { Policy = "SCHED_FIFO", Priority = 10 } },
            },
            "chrt -p $$ > /out/chrt");
        world.Read("chrt").Should().Contain("SCHED_FIFO").And.Contain("priority: 10");
    }

    [Fact]
    public void Network_classes_without_their_controller_are_refused()
    {
        using var world = new ContainerWorld();
        Assert.SkipWhen(Cgroups.Hierarchies().Any(h => h.Controllers.Contains("net_cls")),
            "needs a machine without the controller net_cls");
        world.Configure(s => With(s, new LinuxResources { Network = new LinuxNetwork { ClassId = 1 } }), "/bin/true");
        var launch = () => world.Launch();
        launch.Should().Throw<MinicException>().WithMessage("*this machine lacks the cgroup controller net_cls*");
        Directory.Exists(world.State).Should().BeFalse();
    }

    [Fact]
    public void Memory_comes_from_the_nodes_of_the_policy()
    {
        Assert.SkipUnless(File.Exists("/proc/self/numa_maps"), "needs a kernel with CONFIG_NUMA");
        using var world = new ContainerWorld();
        Run(world, s => s with
        {
            Linux = s.Linux! with { MemoryPolicy = new LinuxMemoryPolicy("MPOL_BIND", "0") },
        }, "cat /proc/self/numa_maps > /out/maps");
        world.Lines("maps").Should().Contain(l => l.Contains(" bind:0 ", StringComparison.Ordinal));
    }

    [Fact]
    public void An_exec_stays_on_the_processors_that_the_container_says()
    {
        using var world = new ContainerWorld();
        world.Configure(s => s, "/bin/sleep", "100");
        using var launched = world.Launch();
        var init = ProcessIdentity.Of(launched.Init.Pid);
        var process = DefaultSpec.Create("rootfs",
            ["/bin/sh", "-c", "grep Cpus_allowed_list /proc/self/status > /out/cpus"], "box").Process! with
            {
                ExecCpuAffinity = new ExecCpuAffinity { Initial = "0", Final = "0" },
            };
        using var executed = Execs.Start(init, Execs.Target(init, [], null, world.Bundle + "/rootfs"), process,
            world.Root, world.State, foreground: true, console: null);
        Processes.Reap(executed.Child.Pid).Should().Be(0);
        world.Read("cpus").Trim().Should().Be("Cpus_allowed_list:\t0");
    }

    [Fact]
    public void A_tmpfs_with_tmpcopyup_begins_as_what_it_covers()
    {
        using var world = new ContainerWorld();
        var below = world.Bundle + "/rootfs/data/sub";
        Directory.CreateDirectory(below);
        File.WriteAllText(below + "/file", "content\n");
        File.SetUnixFileMode(below + "/file", (UnixFileMode)0x1a0);
        File.CreateSymbolicLink(world.Bundle + "/rootfs/data/link", "/etc/nowhere");
        File.SetUnixFileMode(world.Bundle + "/rootfs/data", (UnixFileMode)0x1c8);
        Run(
            world,
            s => s with
            {
                Mounts = [.. s.Mounts!, new()
                {
                    Destination = "/data",
                    Type = "tmpfs",
                    Source = "tmpfs",
                    Options = ["tmpcopyup", "nosuid"],
                }],
            },
            "cd /data; chown 7:8 sub/file; touch new; (find . | sort; cat sub/file; readlink link; stat -c '%a %n' . "
                + "sub/file; stat -fc %T .) > /out/data; ls /proc/self/fd > /out/fds");
        world.Lines("data").Should()
            .Equal([".", "./link", "./new", "./sub", "./sub/file", "content", "/etc/nowhere", "710 .", "640 sub/file",
                "tmpfs"]);
        world.Lines("fds").Should()
            .Equal(["0", "1", "2", "3"], "the container keeps no descriptor of it; 3 is the listing's own");
        File.Exists(world.Bundle + "/rootfs/data/new").Should().BeFalse("the image stays as it is");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Owners_are_others_through_a_mapped_mount(bool userNamespace)
    {
        using var world = new ContainerWorld();
        var source = Directory.CreateDirectory(world.Out + "/source").FullName;
        File.WriteAllText(source + "/file", "");
        Chown(source + "/file", 5, 6);
        List<LinuxIdMapping> maps = [new(0, 100000, 1000)];
        Mapped(world, userNamespace, new Mount
        {
            Destination = "/mapped",
            Type = "bind",
            Source = source,
            Options = userNamespace ? ["rbind", "idmap"] : ["rbind"],
            UidMappings = userNamespace ? null : maps,
            GidMappings = userNamespace ? null : maps,
        }, maps);
        // With a user namespace of the same maps they are, from inside, whom they belong to on disk.
        world.Lines("owner").Should().Equal(userNamespace ? "5 6" : "100005 100006");
        Owner(source + "/made").Should().Be(userNamespace ? "0 0" : "7 7");
    }

    private static void Mapped(ContainerWorld world, bool userNamespace, Mount mount, List<LinuxIdMapping> maps)
    {
        try
        {
            File.SetUnixFileMode(mount.Source!, (UnixFileMode)511);
            foreach (var directory in
                new[] { world.Bundle, world.Bundle + "/rootfs", Path.GetDirectoryName(world.Bundle)! })
                File.SetUnixFileMode(directory, (UnixFileMode)493);
            if (userNamespace)
                Chown(world.Bundle + "/rootfs", 100000, 100000);
            Run(
                world,
                s => s with
                {
                    Process = userNamespace ? s.Process : s.Process! with
                    {
                        User = new User { Uid = 100007, Gid = 100007 },
                    },
                    Mounts = [.. s.Mounts!, mount],
                    Linux = !userNamespace ? s.Linux : s.Linux! with
                    {
                        Namespaces = [.. s.Linux.Namespaces!, new("user")],
                        UidMappings = maps,
                        GidMappings = maps,
                    },
                },
                "stat -c '%u %g' /mapped/file > /out/owner; touch /mapped/made");
        }
        catch (MinicException e)
        when (e.Message.Contains("MOUNT_ATTR_IDMAP", StringComparison.Ordinal) && e.Errno == Errno.EINVAL)
        {
            Assert.SkipWhen(true, "needs a file system below /tmp whose ids can be mapped");
        }
    }

    private static void Chown(string path, int uid, int gid) => Tool("chown", "-h", $"{uid}:{gid}", path);

    private static string Owner(string path) => Tool("stat", "-c", "%u %g", path).Trim();

    private static string Tool(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
        })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0);
        return output;
    }

    [Fact]
    public void Attributes_of_mounts_are_those_that_were_asked_for()
    {
        using var world = new ContainerWorld();
        var source = Directory.CreateDirectory(world.Out + "/source").FullName;
        Run(
            world,
            s => s with
            {
                Mounts =
                [
                    .. s.Mounts!,
                    new() { Destination = "/bound", Type = "bind", Source = source,
                        Options = ["rbind", "noatime", "nosymfollow", "rprivate", "rnodev"] },
                    new() { Destination = "/tree", Type = "tmpfs", Source = "tmpfs", Options = ["rro", "strictatime"] },
                ],
            },
            "grep -E ' /(bound|tree) ' /proc/self/mountinfo | cut -d' ' -f5,6 | sort > /out/mounts");
        world.Lines("mounts").Should().Equal("/bound rw,nodev,noatime,nosymfollow", "/tree ro");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_network_device_goes_in_with_its_addresses_and_comes_back_with_them(bool ended)
    {
        using var world = new ContainerWorld();
        using var kernel = RtNetlink.Open();
        var (name, peer) = (world.Id + "a", world.Id + "b");
        kernel.AddVeth(new VethEnd(name), new VethEnd(peer));
        try
        {
            kernel.AddAddress(name, Address.Parse("192.0.2.7/24"));
            kernel.AddAddress(name, Address.Parse("2001:db8::7/64") with { NoDad = true });
            kernel.SetMtu(name, 1400);
            kernel.SetUp(name);
            world.Configure(
                s => s with
                {
                    Linux = s.Linux! with
                    {
                        NetDevices = new Dictionary<string, LinuxNetDevice> { [name] = new("net0") },
                    },
                },
                "/bin/sh", "-c",
                "ip -o address show dev net0 scope global | cut -d' ' -f2-7 > /out/addresses; ip -o link show dev "
                    + $"net0 > /out/link; : > /out/done; {(ended ? "true" : "exec sleep 100")}");
            using (var launched = world.Launch())
            {
                if (ended)
                    Processes.Reap(launched.Init.Pid).Should().Be(0);
                SpinWait.SpinUntil(() => File.Exists(world.Out + "/done"), Pace.Seconds(20)).Should().BeTrue();
                kernel.FindLink(name).Should().BeNull("the container has it");
                world.Lines("addresses").Should().Equal("net0    inet 192.0.2.7/24", "net0    inet6 2001:db8::7/64");
                world.Read("link").Should().Contain("mtu 1400").And.Contain(",UP");
                launched.Delete();
            }

            kernel.FindLink(name)!.IsUp.Should().BeTrue();
            kernel.ListAddresses(name).Where(a => a.IsPermanent).Select(a => a.ToString()).Should()
                .Contain(["192.0.2.7/24", "2001:db8::7/64"]);
            File.ReadAllText("/proc/self/mountinfo").Should().NotContain(world.Id);
        }
        finally
        {
            _ = kernel.TryDeleteLink(peer);
        }
    }

    [Fact]
    public void A_device_that_is_not_there_is_told_of_and_one_whose_name_is_taken_inside_stays()
    {
        using var world = new ContainerWorld();
        using var kernel = RtNetlink.Open();
        world.Configure(s => s with
        {
            Linux = s.Linux! with { NetDevices = new Dictionary<string, LinuxNetDevice> { [world.Id] = new("lo") } },
        }, "/bin/true");
        var launch = () => world.Launch();
        launch.Should().Throw<MinicException>()
            .WithMessage($"note the addresses of {world.Id}: there is no such device*");
        kernel.AddVeth(new VethEnd(world.Id), new VethEnd(world.Id + "b"));
        try
        {
            launch.Should().Throw<MinicException>().WithMessage("*there is a device lo inside already*");
            kernel.FindLink(world.Id).Should().NotBeNull();
            Directory.Exists(world.State).Should().BeFalse();
        }
        finally
        {
            _ = kernel.TryDeleteLink(world.Id);
        }
    }
}
