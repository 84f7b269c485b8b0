using MiniContainer.Containers.Oci;

namespace MiniContainer.Containers.Tests.Oci;

public class SpecVersionTests
{
    private static Spec Default => DefaultSpec.Create();

    [Fact]
    public void The_default_configuration_needs_the_first_version() => SpecVersion.Of(Default).Should().Be("1.0.0");

    [Fact]
    public void The_latest_member_decides()
    {
        SpecVersion.Of(Default with { Hooks = new Hooks { CreateRuntime = [new Hook { Path = "/h" }] } }).Should()
            .Be("1.0.2");
        SpecVersion.Of(Default with { Domainname = "example.org" }).Should().Be("1.1.0");
        SpecVersion.Of(Default with { Mounts = [new Mount { Destination = "/m", Options = ["rbind", "rro"] }] })
            .Should().Be("1.1.0");
        SpecVersion.Of(Default with { Mounts = [new Mount { Destination = "/m", Options = ["rbind", "idmap"] }] })
            .Should().Be("1.2.0");
        SpecVersion.Of(Default with
        {
            Domainname = "d",
            Linux = Default.Linux! with { MemoryPolicy = new LinuxMemoryPolicy("MPOL_LOCAL") },
        }).Should().Be("1.3.0");
        SpecVersion.Of(Default with
        {
            Linux = Default.Linux! with { Resources = new LinuxResources { Pids = new LinuxPids() } },
        }).Should().Be("1.3.0");
        SpecVersion.Of(Default with
        {
            Linux = Default.Linux! with { Resources = new LinuxResources { Pids = new LinuxPids(5) } },
        }).Should().Be("1.0.0");
    }
}
