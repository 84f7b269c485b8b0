using MiniContainer.Kernel;

namespace MiniContainer.Cli.Tests;

public class GoDurationTests
{
    [Theory]
    [InlineData("5s", 5000)]
    [InlineData("100ms", 100)]
    [InlineData("1m30s", 90000)]
    [InlineData("1.5h", 5400000)]
    [InlineData("5000us", 5)]
    [InlineData("0.5s", 500)]
    public void Durations_are_read_as_Go_writes_them(string text, long milliseconds) =>
        GoDuration.Parse(text, "--interval").TotalMilliseconds.Should().BeApproximately(milliseconds, 0.001);

    [Theory]
    [InlineData("5")]
    [InlineData("")]
    [InlineData("-1s")]
    [InlineData("0s")]
    [InlineData("1 s")]
    [InlineData("48h")]
    public void Others_are_refused(string text) =>
        FluentActions.Invoking(() => GoDuration.Parse(text, "--interval")).Should().Throw<MinicException>()
            .WithMessage("read --interval*");
}
