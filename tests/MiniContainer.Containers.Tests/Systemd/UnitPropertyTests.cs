// Values of properties: masks of processors, and GVariant's text format of annotations.

using MiniContainer.Containers.Systemd;
using MiniContainer.Kernel;

namespace MiniContainer.Containers.Tests.Systemd;

public class UnitPropertyTests
{
    [Theory]
    [InlineData("0", "1 1")]
    [InlineData("0-2,7", "1 135")]
    [InlineData("8", "2 0 1")]
    [InlineData("0, 15", "2 1 128")]
    public void A_list_of_processors_is_a_mask(string list, string words) =>
        string.Join(' ', UnitProperty.Mask("AllowedCPUs", list).Words).Should().Be(words);

    [Theory]
    [InlineData("x")]
    [InlineData("2-1")]
    [InlineData("1-2-3")]
    [InlineData("70000")]
    public void What_is_no_list_is_refused(string list) =>
        ((Action)(() => UnitProperty.Mask("AllowedCPUs", list))).Should().Throw<MinicException>();

    [Theory]
    [InlineData("TimeoutStopUSec", "uint64 123456789", "TimeoutStopUSec t 123456789")]
    [InlineData("TimeoutStopSec", "uint64 2", "TimeoutStopUSec t 2000000")]
    [InlineData("TimeoutStopSec", "1.5", "TimeoutStopUSec t 1500000")]
    [InlineData("CollectMode", "'inactive-or-failed'", "CollectMode s inactive-or-failed")]
    [InlineData("CollectMode", "\"a \\\"b\"", "CollectMode s a \"b")]
    [InlineData("SendSIGKILL", " true ", "SendSIGKILL b true")]
    [InlineData("After", "['a.target', 'b.target']", "After as 2 a.target b.target")]
    [InlineData("After", "@as []", "After as 0")]
    [InlineData("OOMScoreAdjust", "-5", "OOMScoreAdjust i -5")]
    [InlineData("Mode", "uint32 0x1ff", "Mode u 511")]
    [InlineData("DeviceAllow", "[('/dev/null', 'rw'), ('/dev/zero', 'r')]",
        "DeviceAllow a(ss) 2 /dev/null rw /dev/zero r")]
    [InlineData("AllowedCPUs", "[byte 1, 2]", "AllowedCPUs ay 2 1 2")]
    [InlineData("AllowedCPUs", "@ay [1, 2]", "AllowedCPUs ay 2 1 2")]
    [InlineData("TimeoutStopSec", "uint64 -1", null)]
    [InlineData("Byte", "byte 256", null)]
    [InlineData("After", "[]", null)]
    [InlineData("After", "['a'", null)]
    [InlineData("After", "'a", null)]
    [InlineData("After", "'a' 'b'", null)]
    [InlineData("After", "", null)]
    [InlineData("After", "@", null)]
    [InlineData("After", "nonsense", null)]
    [InlineData("x/y", "true", null)]
    [InlineData("", "true", null)]
    public void An_annotation_says_a_value_in_gvariants_format(string name, string text, string? read)
    {
        var reading = () => VariantText.Read(name, text);
        if (read is null)
            reading.Should().Throw<MinicException>().Which.Message.Should().Contain("org.systemd.property." + name);
        else
            $"{reading().Name} {reading().Type} {string.Join(' ', reading().Words)}".Should().Be(read);
    }

    [Fact]
    public void Endless_nesting_is_refused() =>
        ((Action)(() => VariantText.Read("After", new string('[', 1_000_000)))).Should().Throw<MinicException>();
}
