// Names of interfaces: what Linux takes, and that a refusal says why.

using MiniContainer.Kernel.Netlink;

namespace MiniContainer.Kernel.Tests.Netlink;

public class InterfaceNameTests
{
    [Theory]
    [InlineData("lo")]
    [InlineData("eth0.100")]
    [InlineData("...")]
    [InlineData("mc-0123456789ab")]
    [InlineData("brücke")]
    public void Accepts(string name) => InterfaceName.Check(name).Should().Be(name);

    [Theory]
    [InlineData("", "empty")]
    [InlineData(".", "directory")]
    [InlineData("..", "directory")]
    [InlineData("a/b", "'/'")]
    [InlineData("eth0:1", "':'")]
    [InlineData("veth%d", "'%'")]
    [InlineData("a b", "white space")]
    [InlineData("a\tb", "white space")]
    [InlineData("voilà", "white space")] // its last byte is 0xA0
    [InlineData("0123456789abcdef", "16 bytes long")]
    [InlineData("brücke-brücké", "16 bytes long")] // in 13 letters
    public void Refuses(string name, string why)
    {
        var refusal = () => InterfaceName.Check(name);
        refusal.Should().Throw<MinicException>().WithMessage($"*{why}*");
    }

    [Fact]
    public void Says_what_the_name_was_for()
    {
        var refusal = () => InterfaceName.Check("a-bridge-too-long", "bridge");
        refusal.Should().Throw<MinicException>().WithMessage(
            "use \"a-bridge-too-long\" as bridge name: it is 17 bytes long; an interface name has at most 15 "
                + "(IFNAMSIZ-1)");
    }
}
