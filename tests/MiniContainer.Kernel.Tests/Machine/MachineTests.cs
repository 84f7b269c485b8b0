// Reading a machine: on this one what must be so, and on ones made of files what this one does not show.

using MiniContainer.Testing;

namespace MiniContainer.Kernel.Tests;

public sealed class MachineTests : IDisposable
{
    private readonly string files = Directory.CreateTempSubdirectory("minic-test-").FullName;

    public void Dispose() => Directory.Delete(files, recursive: true);

    [Theory]
    [InlineData("6.18.44-generic", "6.18")]
    [InlineData("5.15", "5.15")]
    [InlineData("6.1-rc3", "6.1")]
    [InlineData("", null)]
    [InlineData("6.x", null)]
    public void A_release_begins_with_its_version(string release, string? version) =>
        Machine.VersionOf(release)?.ToString().Should().Be(version);

    [Fact]
    public void This_machine_is_new_enough_and_has_namespaces()
    {
        Machine.VersionOf(Machine.Release).Should().BeGreaterThanOrEqualTo(Machine.OldestKernel);
        Machine.Namespaces.Should().Contain(["mnt", "pid", "net", "uts", "ipc"]);
        Machine.HasFileSystem("proc").Should().BeTrue();
        Machine.HasFileSystem("pro").Should().BeFalse();
    }

    [Theory]
    [InlineData("user/max_user_namespaces", "0", true, "sysctl -w user.max_user_namespaces=10000")]
    [InlineData("user/max_user_namespaces", "0", false, "sysctl -w user.max_user_namespaces=10000")]
    [InlineData("user/max_user_namespaces", "1", false, null)]
    [InlineData("kernel/unprivileged_userns_clone", "0", false, "sysctl -w kernel.unprivileged_userns_clone=1")]
    [InlineData("kernel/unprivileged_userns_clone", "0", true, null)]
    [InlineData("kernel/apparmor_restrict_unprivileged_userns", "1", false,
        "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0")]
    [InlineData("kernel/apparmor_restrict_unprivileged_userns", "0", false, null)]
    public void Each_setting_that_forbids_user_namespaces_is_known(
        string file, string value, bool toRoot, string? remedy)
    {
        Put(file, value + "\n");
        UserNamespaceBan.Find(toRoot, files)?.Remedy.Should().Be(remedy);
    }

    [Fact]
    public void A_module_would_be_loaded_if_it_is_on_disk_and_not_in_the_kernel()
    {
        Put("modules/modules.dep",
            "kernel/net/bridge/bridge.ko.xz: kernel/net/802/stp.ko.xz\nkernel/drivers/net/veth.ko:\n");
        Directory.CreateDirectory(Path.Combine(files, "loaded/veth"));
        Would("bridge").Should().BeTrue();
        Would("veth").Should().BeFalse("it is loaded");
        Would("stp").Should().BeFalse("only what it needs is named there");
        Would("overlay").Should().BeFalse("there is no such module");

        bool Would(string name) => KernelModule.WouldLoad(name, $"{files}/modules", $"{files}/loaded");
    }

    [Fact]
    public void The_version_of_cgroups_is_that_of_what_is_mounted()
    {
        var hybrid = new CgroupLayout(Machines.Hybrid, ["hugetlb"]);
        hybrid.Version.Should().Be(CgroupVersion.Hybrid);
        hybrid.Controllers.Should().Contain(["memory", "cpuacct", "hugetlb"]).And.NotContain("name=systemd");
        new CgroupLayout(Machines.V2, ["cpu"]).Version.Should().Be(CgroupVersion.V2);
        new CgroupLayout(Machines.V2, ["cpu"]).Has("memory").Should().BeFalse();
        new CgroupLayout([], []).Version.Should().Be(CgroupVersion.None);
        new CgroupLayout([Machines.Hybrid[0]], []).Version.Should().Be(CgroupVersion.V1);
    }

    private void Put(string file, string content)
    {
        var path = Path.Combine(files, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
