using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;

namespace MiniContainer.Cli.Tests;

public sealed class RootfsOptionsTests : IDisposable
{
    private readonly string rootfs = Directory.CreateTempSubdirectory("minic-test-").FullName;

    public RootfsOptionsTests()
    {
        Directory.CreateDirectory(Path.Combine(rootfs, "etc"));
        File.WriteAllText(Path.Combine(rootfs, "etc/passwd"),
            "root:x:0:0::/root:/bin/sh\nann:x:1000:100::/home/ann:/bin/sh\n");
        File.WriteAllText(Path.Combine(rootfs, "etc/group"), "staff:x:50:\n");
    }

    public void Dispose() => Directory.Delete(rootfs, recursive: true);

    [Fact]
    public void Without_options_and_network_it_is_the_default_configuration()
    {
        var spec = Build("--net", "none").Spec;
        spec.Hostname.Should().Be("box", "the id is the host name where none is given");
        spec.Should().BeEquivalentTo(DefaultSpec.Create(rootfs, ["sh", "-c", "true"], "box"));
    }

    [Fact]
    public void Limits_reach_the_configuration()
    {
        var resources = Build("--memory", "100m", "--pids", "20", "--cpus", "0.5").Spec.Linux!.Resources!;
        resources.Memory!.Limit.Should().Be(100 << 20);
        resources.Pids!.Limit.Should().Be(20);
        resources.Cpu!.Quota.Should().Be(50_000);
        resources.Devices.Should().NotBeEmpty("the rules of the default configuration stay");
    }

    [Fact]
    public void The_process_is_as_asked()
    {
        var process = Build("-e", "A=1", "-eB=2", "-w", "/tmp", "-u", "ann", "-it").Spec.Process!;
        process.Env.Should().Contain(["A=1", "B=2", "TERM=xterm"]);
        process.Cwd.Should().Be("/tmp");
        process.User.Should().Be(new User { Uid = 1000, Gid = 100 });
        process.Terminal.Should().BeTrue();
    }

    [Theory]
    [InlineData("5", 5, 0)]
    [InlineData("5:6", 5, 6)]
    [InlineData("ann", 1000, 100)]
    [InlineData("ann:staff", 1000, 50)]
    [InlineData("ann:7", 1000, 7)]
    public void Users_are_numbers_or_names_of_the_container(string text, uint uid, uint gid) =>
        UserOption.Parse(text, new User(), rootfs).Should().Be(new User { Uid = uid, Gid = gid });

    // 4294967295 is -1, "no id" to the kernel: whoever became that stayed root (CVE-2024-40635).
    [Theory]
    [InlineData("4294967295", "there can be no user 4294967295")]
    [InlineData("-1", "there can be no user -1")]
    [InlineData("+5", "there can be no user +5")]
    [InlineData("4294967296", "there can be no user 4294967296")]
    [InlineData("99999999999999999999", "there can be no user 99999999999999999999")]
    [InlineData("5:4294967295", "there can be no group 4294967295")]
    [InlineData("5:-1", "there can be no group -1")]
    [InlineData("ann:4294967296", "there can be no group 4294967296")]
    [InlineData("none", "gives \"none\" the user id \"4294967295\"")]
    [InlineData("wrap", "gives \"wrap\" the user id \"4294967296\"")]
    [InlineData("minus", "gives \"minus\" the user id \"-1\"")]
    [InlineData("empty", "gives \"empty\" the user id \"\"")]
    [InlineData("word", "gives \"word\" the user id \"root\"")]
    [InlineData("nogroup", "gives \"nogroup\" the group id \"4294967295\"")]
    [InlineData("5:none", "gives \"none\" the group id \"4294967295\"")]
    [InlineData("5:word", "gives \"word\" the group id \"x\"")]
    [InlineData("", "the container has no user \"\"")]
    [InlineData("5:", "the container has no group \"\"")]
    public void An_id_that_means_none_is_refused_wherever_it_comes_from(string text, string said)
    {
        File.WriteAllText(Path.Combine(rootfs, "etc/passwd"), """
            ann:x:1000:100::/home/ann:/bin/sh
            none:x:4294967295:0::/:/bin/sh
            wrap:x:4294967296:0::/:/bin/sh
            minus:x:-1:0::/:/bin/sh
            empty:x::0::/:/bin/sh
            word:x:root:0::/:/bin/sh
            nogroup:x:5:4294967295::/:/bin/sh
            -1:x:0:0::/:/bin/sh
            4294967296:x:0:0::/:/bin/sh
            :x:0:0::/:/bin/sh

            """);
        File.WriteAllText(Path.Combine(rootfs, "etc/group"), "none:x:4294967295:\nword:x:x:\n-1:x:0:\n:x:0:\n");
        FluentActions.Invoking(() => UserOption.Parse(text, new User(), rootfs)).Should()
            .Throw<MinicException>().Which.Message.Should().Contain(said);
    }

    [Theory]
    [InlineData("4294967295", "there can be no group 4294967295")]
    [InlineData("-1", "there can be no group -1")]
    [InlineData("staff", "it is no number")]
    public void Nor_is_it_a_further_group(string text, string said) =>
        FluentActions.Invoking(() => UserOption.GroupNumber("--additional-gids", text)).Should().Throw<MinicException>()
            .WithMessage($"*{said}*from 0 to 4294967294*");

    [Fact]
    public void The_largest_id_is_one() =>
        UserOption.Parse("4294967294:4294967294", new User(), rootfs).Should()
            .Be(new User { Uid = 4294967294, Gid = 4294967294 });

    [Fact]
    public void A_passwd_that_leads_out_of_the_root_is_not_followed()
    {
        File.Delete(Path.Combine(rootfs, "etc/passwd"));
        File.CreateSymbolicLink(Path.Combine(rootfs, "etc/passwd"), "/../../../../../../etc/passwd");
        // In the root this link means itself, so there is no user; on the host there is one called root.
        FluentActions.Invoking(() => UserOption.Parse("root", new User(), rootfs)).Should().Throw<MinicException>();
    }

    [Fact]
    public void Volumes_and_read_only_reach_the_configuration()
    {
        var spec = Build("-v", $"{rootfs}:/mnt:ro", "--read-only", "--net", "none").Spec;
        spec.Mounts![^1].Should()
            .BeEquivalentTo(new Mount
            {
                Destination = "/mnt",
                Type = "bind",
                Source = rootfs,
                Options = ["rbind", "ro", "rprivate"],
            });
        spec.Root!.Readonly.Should().BeTrue();
    }

    [Fact]
    public void A_network_brings_its_name_servers()
    {
        var spec = Build().Spec;
        spec.Mounts![^1].Should()
            .BeEquivalentTo(new Mount
            {
                Destination = "/etc/resolv.conf",
                Type = "bind",
                Source = "/state/resolv.conf",
                Options = ["bind"],
            }, o => o.Excluding(m => m.Source));
        spec.Mounts[^1].Source.Should().EndWith("/resolv.conf");
    }

    [Fact]
    public void The_host_network_is_no_namespace()
    {
        Build("--net", "none").Spec.Linux!.Namespaces.Should().Contain(n => n.Type == "network");
        Build("--net", "host").Spec.Linux!.Namespaces.Should().NotContain(n => n.Type == "network");
    }

    [Theory]
    [InlineData("--memory", "1q", "\"1q\" is no size")]
    [InlineData("--cpus", "0", "less than a thousandth")]
    [InlineData("--pids", "0", "no number of processes")]
    [InlineData("--user", "nobody", "no user \"nobody\"")]
    [InlineData("--workdir", "tmp", "Begin it with a slash")]
    [InlineData("-v", "/nonexistent:/x", "there is no /nonexistent")]
    [InlineData("--hostname", "a b", "hostname")]
    public void A_bad_value_is_told(string option, string value, string told) =>
        FluentActions.Invoking(() => Build(option, value)).Should().Throw<MinicException>()
            .Where(e => e.Message.Contains(told) && e.ExitCode == 125);

    [Fact]
    public void A_made_up_name_is_one_that_a_container_can_have()
    {
        for (var i = 0; i < 100; i++)
            ContainerId.Check(
                ContainerNames.Free(
                    new MiniContainer.Plans.StateRoot("/nonexistent", new MiniContainer.Plans.StepKinds(() => []))))
                        .Should().MatchRegex("^[a-z]+-[a-z]+$");
    }

    private Bundle Build(params string[] options)
    {
        var root = new MinicCommand();
        var hurry = new RootfsOptions();
        var command = new System.CommandLine.Command("run");
        foreach (var option in hurry.All)
            command.Add(option);
        var parsed = command.Parse(["--rootfs", rootfs, .. options], MinicCommand.Parsing);
        parsed.Errors.Should().BeEmpty();
        return hurry.Build(parsed, "box", "/run/minic/containers/box", ["sh", "-c", "true"]);
    }
}
