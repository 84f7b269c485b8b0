// Sizes, CPUs, volumes, variables and ids, as they are given on the command line; and Golden/bad-options.txt, the
// messages for those that cannot be.

using System.Text;
using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;
using MiniContainer.Testing;

namespace MiniContainer.Containers.Tests.Oci;

public class OptionsTests
{
    [Theory]
    [InlineData("1048576", 1 << 20)]
    [InlineData("100b", 100)]
    [InlineData("64k", 64 << 10)]
    [InlineData("64K", 64 << 10)]
    [InlineData("100m", 100 << 20)]
    [InlineData("100MiB", 100 << 20)]
    [InlineData("100mb", 100 << 20)]
    [InlineData("1.5g", 3L << 29)]
    [InlineData("2t", 2L << 40)]
    [InlineData("-1", -1)]
    public void Sizes_are_binary_as_dockers(string text, long bytes) =>
    MemorySize.Parse(text, "--memory").Should().Be(bytes);

    [Theory]
    [InlineData("0.5", 50_000, 512)]
    [InlineData("500m", 50_000, 512)]
    [InlineData("2", 200_000, 2048)]
    [InlineData("0.001", 1000, 2)]
    [InlineData("1000", 100_000_000, 262_144)]
    public void Cpus_become_quota_and_shares(string text, long quota, ulong shares)
    {
        var cpus = CpuQuantity.Parse(text, "--cpus");
        cpus.Quota.Should().Be(quota);
        cpus.Shares.Should().Be(shares);
        cpus.ToLimit().Should().Be(new LinuxCpu { Quota = quota, Period = 100_000 });
    }

    [Fact]
    public void A_volume_becomes_a_private_bind_mount()
    {
        VolumeOption.Parse("/srv:/data").ToMount().Options.Should().Equal("rbind", "rprivate");
        var mount = VolumeOption.Parse("/srv:/data:ro,rslave").ToMount();
        mount.Should()
            .BeEquivalentTo(new Mount
            {
                Destination = "/data",
                Type = "bind",
                Source = "/srv",
                Options = ["rbind", "ro", "rslave"],
            });
        VolumeOption.Parse("srv:/data").ToMount().Source.Should().Be(Path.GetFullPath("srv"));
    }

    [Fact]
    public void Variables_are_given_or_handed_on()
    {
        EnvOption.Parse("A=b=c", _ => "no").Should().Be("A=b=c");
        EnvOption.Parse("A=", _ => "no").Should().Be("A=");
        EnvOption.Parse("HOME", name => name == "HOME" ? "/root" : null).Should().Be("HOME=/root");
        EnvOption.Parse("NOT_SET", _ => null).Should().BeNull();
    }

    [Fact]
    public void A_variable_given_again_keeps_its_place()
    {
        EnvOption.Set(["PATH=/bin", "A=1"], "PATH=/sbin").Should().Equal("PATH=/sbin", "A=1");
        EnvOption.Set(["PATHS=/bin"], "PATH=/sbin").Should().Equal("PATHS=/bin", "PATH=/sbin");
    }

    [Theory]
    [InlineData("box")]
    [InlineData("A-b_c+d.e")]
    [InlineData("...")]
    public void Ids_are_runcs(string id) => ContainerId.Check(id).Should().Be(id);

    [Fact]
    public void Bad_options_are_refused_in_words_worth_reading()
    {
        var text = new StringBuilder();
        foreach (var size in
            new[] { "", "m", "abc", "10x", "-5", "1,5m", "0", "99999999t", "1e3", "5 m", "-1m", "0.1b" })
        {
            Tell(text, () => MemorySize.Parse(size, "--memory"));
        }

        foreach (var cpus in new[] { "", "half", "0", "-1", "0.0001", "9999999999", "m" })
        {
            Tell(text, () => CpuQuantity.Parse(cpus, "--cpus"));
        }

        foreach (var volume in
            new[] { "/srv", ":/data", "/srv:data", "/srv:/data:rx", "/srv:/data:z", "/a:/b:ro:rw", "" })
        {
            Tell(text, () => VolumeOption.Parse(volume));
        }

        foreach (var variable in new[] { "", "=x", "A B=c" })
        {
            Tell(text, () => EnvOption.Parse(variable, _ => null));
        }

        foreach (var id in new[] { "", ".", "..", "a/b", "my box", "ü", new string('x', 256) })
        {
            Tell(text, () => ContainerId.Check(id));
        }

        Golden.Check(text.ToString(), "bad-options.txt");
    }

    private static void Tell<T>(StringBuilder text, Func<T> read) =>
        text.Append(FluentActions.Invoking(read).Should().Throw<MinicException>().Which.Message).Append('\n');
}
