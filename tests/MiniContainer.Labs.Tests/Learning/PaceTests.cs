using MiniContainer.Kernel;
using MiniContainer.Labs.Learning;

namespace MiniContainer.Labs.Tests.Learning;

public class PaceTests
{
    [Theory]
    [InlineData(10, 1)]
    [InlineData(80, 1)]
    [InlineData(81, 2)]
    [InlineData(1200, 15)]
    [InlineData(100_000, 50)]
    public void A_slow_machine_has_more_time(int milliseconds, int factor) =>
        Pace.Of(TimeSpan.FromMilliseconds(milliseconds)).Should().Be(factor);

    [Fact]
    public void This_machine_can_be_measured() => Pace.Factor.Should().BeInRange(1, 50);

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("7", 7)]
    public void The_variable_says_it(string? value, int? factor) => Pace.Asked(value).Should().Be(factor);

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("51")]
    [InlineData("fast")]
    [InlineData("1.5")]
    public void What_is_no_factor_is_refused(string value)
    {
        var asking = () => Pace.Asked(value);
        asking.Should().Throw<MinicException>().WithMessage($"read LAB_PACE: \"{value}\"*1 to 50*");
    }
}
