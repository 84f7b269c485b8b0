// Where mounts go, in which order they are made, and which namespaces are made where.

using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Planning;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;
using MiniContainer.Testing;

namespace MiniContainer.Containers.Tests.Planning;

public class MountPlanTests
{
    private const uint Link = 0xa1ff;

    private static Spec Default => DefaultSpec.Create("rootfs", ["sh"], "box");

    private static Mount Bind(string source, string destination, params string[] options) =>
        new() { Destination = destination, Source = source, Type = "bind", Options = ["bind", .. options] };

    private static Mount Tmpfs(string destination, params string[] options) =>
        new() { Destination = destination, Source = "tmpfs", Type = "tmpfs", Options = options };

    private static Plan PlanOf(Spec spec, Dictionary<string, FileLook>? image = null, Caller? caller = null)
    {
        var plan = new Plan();
        var facts = ContainerPlannerTests.Machine(Machines.V2) with
        {
            Caller = caller ?? Caller.Root,
            Look = (root, path) => image?.GetValueOrDefault(root == "/bundle/rootfs" ? path : root + path),
        };
        ContainerPlanner.Add(plan, new Bundle("/bundle", spec), new ContainerSetup("box", "/run/minic/containers/box"),
            facts);
        return plan;
    }

    private static Spec With(params Mount[] mounts) => Default with { Mounts = [.. Default.Mounts!, .. mounts] };

    private static FileLook LinkTo(string target) => new(Link) { Link = target };

    private static List<string> Calls(Plan plan) => [.. plan.Steps.SelectMany(s => s.CallTexts)];

    private static List<string> Targets(Plan plan) =>
        [.. Calls(plan).Where(c => c.StartsWith("move_mount", StringComparison.Ordinal)).Select(c => c.Split('"')[3])];

    [Theory]
    [InlineData("/etc/resolv.conf", "/run/x/r", "/run/x/r")]
    [InlineData("/etc/resolv.conf", "../run/r", "/run/r")]
    [InlineData("/etc/resolv.conf", "../../../../run/r", "/run/r")]
    [InlineData("/etc/resolv.conf/below", "/run", "/run/below")]
    [InlineData("/etc/resolv.conf/../x", "/run/a", "/run/x")]
    [InlineData("relative", "-", "/relative")]
    [InlineData("//etc/./x/", "-", "/etc/x")]
    public void A_mount_goes_where_the_links_of_the_image_lead_within_it(string destination, string link,
        string target) =>
        Targets(PlanOf(With(Bind("/data/app.conf", destination)), new() { ["/etc/resolv.conf"] = LinkTo(link) }))
            .Should().Contain(target);

    [Fact]
    public void A_loop_of_links_is_left_to_the_kernel_to_tell_of() =>
        Targets(PlanOf(With(Bind("/data", "/a")), new() { ["/a"] = LinkTo("b"), ["/b"] = LinkTo("/a") })).Should()
            .Contain(t => t == "/a" || t == "/b");

    [Fact]
    public void A_link_in_a_volume_is_followed_in_the_container() =>
        Targets(PlanOf(With(Bind("/vol", "/data"), Bind("/x", "/data/link/sub")), new()
        {
            ["/vol/link"] = LinkTo("/etc"),
        })).Should().Contain("/etc/sub");

    [Fact]
    public void A_link_below_a_new_file_system_is_none_of_the_images() =>
        Targets(PlanOf(With(Tmpfs("/data"), Bind("/x", "/data/link")), new() { ["/data/link"] = LinkTo("/etc") }))
            .Should().Contain("/data/link");

    [Theory]
    [InlineData("/proc/1/root/etc")]
    [InlineData("../proc/self/cwd")]
    public void No_link_of_the_image_leads_into_a_proc(string link)
    {
        var image = new Dictionary<string, FileLook> { ["/data"] = LinkTo(link) };
        foreach (var spec in
            new[] { With(Bind("/x", "/data/sub")), With(Tmpfs("/data")), With(Bind("rootfs/data", "/y")), Default with
            {
                Process = Default.Process! with { Cwd = "/data/x" },
            } })
            FluentActions.Invoking(() => PlanOf(spec, image)).Should().Throw<MinicException>()
                .WithMessage("*into a proc*");
        FluentActions.Invoking(() => PlanOf(With(Bind("/x", "/proc/self")), image)).Should().NotThrow();
    }

    [Fact]
    public void Mounts_are_made_in_the_order_of_the_file_also_where_one_of_them_names_the_host()
    {
        var spec = With(Bind("/vol", "/vol"), Tmpfs("/late"));
        var made = Calls(PlanOf(spec))
            .Where(c => c.StartsWith("fsopen", StringComparison.Ordinal)
                || c.StartsWith("open_tree", StringComparison.Ordinal) && c.Contains("/vol", StringComparison.Ordinal)
            || c.StartsWith("mount(\"", StringComparison.Ordinal)
            && !c.Contains("MS_BIND", StringComparison.Ordinal)).Select(c => c.Split('"')[1]).ToList();
        made.Take(Default.Mounts!.Count + 2).Should()
            .Equal([.. Default.Mounts.Select(m => m.Type == "cgroup" ? "cgroup2" : m.Type!), "/vol", "tmpfs"]);
        Targets(PlanOf(spec)).Should().ContainInOrder(Default.Mounts.Select(m => m.Destination).Append("/vol"));
    }

    [Fact]
    public void What_lies_in_the_root_is_bound_once_the_earlier_mounts_are_there()
    {
        var titles = PlanOf(With(Tmpfs("/aa"), Bind("/bundle/rootfs/aa/b", "/bb"))).Steps.Select(s => s.Title).ToList();
        titles.Should()
            .ContainInOrder("let go of the old root", "mount tmpfs on /aa", "pick up /aa/b", "attach it to /bb");
        titles.Should().NotContain("pick up /bundle/rootfs/aa/b");
    }

    [Theory]
    [InlineData(0x4000 | 0x1c9u, null, "mode=711,size=1m")]
    [InlineData(0x4000 | 0x3ffu, null, "mode=1777,size=1m")]
    [InlineData(0x4000 | 0x1c9u, "mode=700", "size=1m,mode=700")]
    [InlineData(0u, null, "size=1m")]
    public void A_tmpfs_has_the_permissions_of_what_it_covers(uint covered, string? option, string data)
    {
        var image = covered == 0 ? [] : new Dictionary<string, FileLook> { ["/td"] = new(covered) };
        Calls(PlanOf(With(Tmpfs("/td", option is null ? ["size=1m"] : ["size=1m", option])), image)).Should()
            .Contain($"mount(\"tmpfs\", \"/td\", \"tmpfs\", 0, \"{data}\")");
    }

    [Fact]
    public void A_file_system_that_names_the_host_is_made_before_the_host_is_gone()
    {
        var spec = With(new Mount
        {
            Destination = "/ov",
            Type = "overlay",
            Source = "overlay",
            Options = ["lowerdir=/l", "upperdir=/u", "workdir=/w"],
        }, new Mount { Destination = "/disk", Type = "ext4", Source = "/dev/loop0", Options = ["ro"] });
        var calls = Calls(PlanOf(spec));
        var pivot = calls.IndexOf("pivot_root(\".\", \".\")");
        calls.IndexOf("mount(\"overlay\", \"/bundle/rootfs\", \"overlay\", 0, \"lowerdir=/l,upperdir=/u,workdir=/w\")")
            .Should().BeInRange(0, pivot);
        calls.FindIndex(c => c.Contains("\"/ov\", MOVE_MOUNT", StringComparison.Ordinal)).Should().BeGreaterThan(pivot);
        PlanOf(spec).Steps.OfType<MakeFileSystem>().Should().ContainSingle().Which.CallTexts.Should()
            .Contain("fsconfig(fs, FSCONFIG_SET_FLAG, \"ro\", NULL, 0)");
    }

    [Theory]
    [InlineData("rshared", "MS_SHARED|MS_REC")]
    [InlineData("shared", "MS_SHARED")]
    [InlineData("unbindable", "MS_UNBINDABLE")]
    public void The_root_gets_its_propagation_last_and_a_mounts_own_survives(string propagation, string flags)
    {
        var spec = With(Bind("/vol", "/vol", "rprivate"));
        var calls = Calls(PlanOf(spec with { Linux = spec.Linux! with { RootfsPropagation = propagation } }));
        var slave = calls.FindIndex(c => c.EndsWith("\"/\", NULL, MS_SLAVE|MS_REC, NULL)", StringComparison.Ordinal)
            || c.EndsWith("\"/\", NULL, MS_REC|MS_SLAVE, NULL)", StringComparison.Ordinal));
        var last = calls.FindLastIndex(c => c.StartsWith("mount(NULL, \"/\", NULL, ", StringComparison.Ordinal));
        calls.IndexOf("pivot_root(\".\", \".\")").Should().BeInRange(slave, last);
        calls[last].Split(", ")[3].Split('|').Should().BeEquivalentTo(flags.Split('|'));
        calls.FindIndex(c => c.StartsWith("open_tree(AT_FDCWD, \"/vol\"", StringComparison.Ordinal)).Should()
            .Match(i => propagation == "unbindable" ? i > slave : i < slave);
        calls.FindLastIndex(c => c.Contains("\"/vol\", NULL", StringComparison.Ordinal)).Should()
            .Match(i => propagation == "rshared" ? i > last : i < 0);
    }

    [Fact]
    public void What_minic_picked_up_among_the_hosts_mounts_is_no_peer_of_theirs()
    {
        var spec = With(Bind("/vol", "/vol", "rshared"));
        spec = spec with
        {
            Linux = spec.Linux! with
            {
                Namespaces = [.. spec.Linux.Namespaces!, new("user")],
                UidMappings = [new(0, 100000, 65536)],
                GidMappings = [new(0, 100000, 65536)],
            },
        };
        PlanOf(spec).Steps.Select(s => s.Title).Should()
            .ContainInOrder("pick up /vol", "make it rslave", "make it rshared", "attach it to /vol");
    }

    [Fact]
    public void Two_mounts_with_one_destination_are_two_mounts()
    {
        var spec = Default with
        {
            Mounts = [.. Default.Mounts!, .. Default.Mounts!, Bind("/x", "/x"), Bind("/y", "/x")],
        };
        foreach (var machine in new[] { Machines.V2, Machines.Hybrid })
        {
            var plan = new Plan();
            var own = spec with
            {
                Linux = spec.Linux! with { Namespaces = [.. spec.Linux.Namespaces!.Where(n => n.Type != "cgroup")] },
            };
            ContainerPlanner.Add(plan, new Bundle("/bundle", own),
                new ContainerSetup("box", "/run/minic/containers/box"), ContainerPlannerTests.Machine(machine));
            plan.Steps.Count(s => s.Title == "attach it to /x").Should().Be(2);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Namespaces_beside_a_joined_user_namespace_are_made_in_it(bool privileged)
    {
        var spec = Default with
        {
            Linux = Default.Linux! with
            {
                Namespaces = [new("mount"), new("pid"), new("uts"), new("ipc"), new("cgroup"), new("user", "/run/u"),
                    new("network", "/run/n")],
            },
        };
        var plan = PlanOf(spec, caller: privileged ? Caller.Root : new Caller(1000, 1000));
        plan.Steps.OfType<CloneChild>().Single().Flags.Should().Be(0);
        var titles = plan.Steps.Select(s => s.Title).ToList();
        string[] joins = ["join the namespaces of ns:/run/n", "join the namespaces of ns:/run/u"];
        titles.Should()
            .ContainInOrder(
                ["leave minic's program behind", .. privileged ? joins : joins.Reverse(), "become user 0, group 0",
            "unshare the mount, uts, ipc and pid namespaces", "make the process anew", "follow box to its new process",
            "unshare the cgroup namespace", "make / rslave"]);
        plan.Steps.OfType<MapIds>().Should().BeEmpty();
    }

    [Fact]
    public void Without_a_new_pid_namespace_the_child_stays_the_same_process()
    {
        var spec = Default with
        {
            Linux = Default.Linux! with { Namespaces = [new("mount"), new("pid", "/run/p"), new("user", "/run/u")] },
            Hostname = null,
        };
        PlanOf(spec).Steps.Should().NotContain(s => s is FollowFork);
        PlanOf(spec).Steps.OfType<CloneChild>().Single().PidNamespace.Should().Be("ns:/run/p");
        // Without privileges minic may not enter the pid namespace: the child does, once it has joined the user
        // namespace.
        PlanOf(spec, caller: new Caller(1000, 1000)).Steps.Should().Contain(s => s is FollowFork);
    }
}
