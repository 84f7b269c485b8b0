// Two clocks, one axis.

using System.Diagnostics;

namespace MiniContainer.Kernel.Tests.Tape;

public class TimeStampCounterTests
{
    [Fact]
    public void A_moment_between_two_others_is_found_again()
    {
        var first = TimeStampCounter.ReadBoth();
        Thread.Sleep(5);
        var before = Stopwatch.GetTimestamp();
        var ticks = TimeStampCounter.Read();
        var after = Stopwatch.GetTimestamp();
        Thread.Sleep(5);
        var last = TimeStampCounter.ReadBoth();

        var found = TimeStampCounter.ToTimestamp(ticks, first, last);

        // Both readings are some nanoseconds wide; a wrong rate or origin would be off by milliseconds.
        var slack = Stopwatch.Frequency / 5000;
        found.Should().BeInRange(before - slack, after + slack);
    }
}
