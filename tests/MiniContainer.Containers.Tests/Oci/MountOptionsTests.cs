// Mount options: printing and parsing are inverses, and the flags are those of the kernel's headers.

using MiniContainer.Containers.Oci;
using static Tmds.Linux.LibC;

namespace MiniContainer.Containers.Tests.Oci;

public class MountOptionsTests
{
    public static TheoryData<string> EveryName => [.. MountOptions.Known];

    [Theory]
    [MemberData(nameof(EveryName))]
    public void Each_option_is_printed_as_what_parses_to_the_same(string option)
    {
        var parsed = MountOptions.Parse([option]);
        MountOptions.Parse(parsed.Print()).Should().BeEquivalentTo(parsed);
        (option == "defaults" || parsed.Print().Count > 0).Should().BeTrue();
        parsed.Data.Should().BeEmpty($"{option} is not the file system's own");
    }

    [Theory]
    [InlineData("nosuid,nodev,noexec,ro")]
    [InlineData("rbind,rslave,ro,rro,rnosuid,rnoatime")]
    [InlineData("rw,nosuid,strictatime,mode=755,size=65536k")]
    [InlineData("bind,idmap,shared,private,tmpcopyup,newinstance,ptmxmode=0666")]
    [InlineData("ro,rw,suid,nosuid,ratime,rstrictatime,rnostrictatime")]
    public void Lists_come_back_the_same(string options)
    {
        var parsed = MountOptions.Parse(options.Split(','));
        MountOptions.Parse(parsed.Print()).Should().BeEquivalentTo(parsed, o => o.WithStrictOrdering());
        MountOptions.Parse(parsed.Print()).Print().Should().Equal(parsed.Print());
    }

    [Fact]
    public void Flags_are_the_kernels()
    {
        var parsed = MountOptions.Parse(["rbind", "ro", "nosuid", "suid", "rslave", "mode=755", "gid=5"]);
        parsed.Flags.Should().Be((ulong)MS_BIND | (ulong)MS_REC | (ulong)MS_RDONLY);
        parsed.Cleared.Should().Be((ulong)MS_NOSUID, "the later suid wins");
        parsed.Propagation.Should().Equal((ulong)MS_SLAVE | (ulong)MS_REC);
        parsed.Data.Should().Be("mode=755,gid=5");
        parsed.IsBind.Should().BeTrue();
        parsed.IsReadOnly.Should().BeTrue();
    }

    [Theory]
    [InlineData("rnoatime", 0x10)]
    [InlineData("rstrictatime", 0x20)]
    [InlineData("rrelatime", 0)]
    public void Atime_of_a_tree_clears_its_whole_field_first(string option, int set)
    {
        var parsed = MountOptions.Parse([option]);
        parsed.TreeSet.Should().Be((ulong)set);
        parsed.TreeClear.Should().Be(0x70, "mount_setattr(2) wants MOUNT_ATTR__ATIME cleared");
    }

    [Fact]
    public void No_options_are_no_flags() => MountOptions.Parse(null).Should().BeEquivalentTo(new MountOptions());
}
