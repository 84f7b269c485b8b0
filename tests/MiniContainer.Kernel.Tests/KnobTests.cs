namespace MiniContainer.Kernel.Tests;

public class KnobTests
{
    [Fact]
    public void What_is_to_stand_in_a_file_is_no_part_of_an_error()
    {
        var write = () => Knob.Write("/dev/full", "PASSWORD=secret", create: true);
        write.Should().Throw<MinicException>().Which.Message.Should()
            .StartWith("write /dev/full: write(\"/dev/full\", 15 bytes): ENOSPC (No space left on device)").And
            .NotContain("secret");
    }

    [Fact]
    public void An_order_that_the_kernel_refuses_is()
    {
        var order = () => Knob.Write("/dev/full", "-1");
        order.Should().Throw<MinicException>().Which.Message.Should()
            .StartWith("write /dev/full: write(\"/dev/full\", \"-1\"): ENOSPC");
        var list = () => Knob.Write("/dev/full", new string('x', 5000));
        list.Should().Throw<MinicException>().Which.Message.Should().Contain("5000 bytes").And.NotContain("xxx");
    }
}
