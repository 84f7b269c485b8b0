// From linux.cgroupsPath to a unit and its place (runc's docs/systemd.md, systemd.slice(5), systemd-escape(1)).

using MiniContainer.Containers.Systemd;
using MiniContainer.Kernel;

namespace MiniContainer.Containers.Tests.Systemd;

public class UnitNameTests
{
    [Theory]
    [InlineData(null, "minic-box.scope", "/system.slice/minic-box.scope")]
    [InlineData("", "minic-box.scope", "/system.slice/minic-box.scope")]
    [InlineData("machine.slice:libpod:0a1b", "libpod-0a1b.scope", "/machine.slice/libpod-0a1b.scope")]
    [InlineData("a-b-c.slice:cri-containerd:x", "cri-containerd-x.scope",
        "/a.slice/a-b.slice/a-b-c.slice/cri-containerd-x.scope")]
    [InlineData(":runc:x", "runc-x.scope", "/system.slice/runc-x.scope")]
    [InlineData("-:runc:x", "runc-x.scope", "/runc-x.scope")]
    [InlineData("-.slice:runc:x", "runc-x.scope", "/runc-x.scope")]
    [InlineData("system.slice::x", "x.scope", "/system.slice/x.scope")]
    [InlineData("system.slice:p:a+b c", @"p-a\x2bb\x20c.scope", @"/system.slice/p-a\x2bb\x20c.scope")]
    [InlineData("machine.slice:ignored:machine-pod.slice", "machine-pod.slice", "/machine.slice/machine-pod.slice")]
    public void It_names_a_unit_in_a_slice(string? cgroupsPath, string unit, string path) =>
        UnitName.Of(cgroupsPath, "box", user: false).Should().BeEquivalentTo(new { Name = unit, Path = path });

    [Fact]
    public void A_user_has_a_slice_of_another_name() =>
        UnitName.Of(null, "box", user: true).Path.Should().Be("/user.slice/minic-box.scope");

    [Theory]
    [InlineData("/minic/box")]
    [InlineData("minic/box")]
    [InlineData("system.slice:minic")]
    [InlineData("system.slice:minic:")]
    [InlineData("a:b:c:d")]
    [InlineData("system:minic:box")]
    [InlineData(".slice:minic:box")]
    [InlineData("a--b.slice:minic:box")]
    [InlineData("-a.slice:minic:box")]
    [InlineData("user.slice/user-1000.slice:minic:box")]
    [InlineData("system.slice:minic:..-x.slice/y.slice")]
    public void What_names_none_is_refused_with_its_place_and_what_to_write(string cgroupsPath) =>
        ((Action)(() => UnitName.Of(cgroupsPath, "box", user: false))).Should().Throw<MinicException>()
            .Which.Message.Should().Contain("$.linux.cgroupsPath").And.Contain(cgroupsPath)
            .And.Contain("system.slice:minic:box");

    [Fact]
    public void A_name_that_is_too_long_is_refused() =>
        ((Action)(() => UnitName.Of($"system.slice:p:{new string('x', 250)}", "box", user: false))).Should()
            .Throw<MinicException>();
}
