// What the differences of --step look like, and that what they are made of can be told apart.

using MiniContainer.Observation;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;
using MiniContainer.Telling.Stepping;
using MiniContainer.Testing;

namespace MiniContainer.Telling.Tests.Stepping;

public sealed class DifferenceTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    private static readonly Difference Sample = new(
    [
        new("box", "host name", ["host"], ["box"]),
        new("box", "mounts",
            [.. Enumerable.Range(1, 30).Select(i => $"/mnt/{i}  ext4  /dev/sda{i}  rw,relatime,shared")],
            ["/proc  proc  proc  rw,nosuid,nodev,noexec,relatime"]),
        new("box", "capabilities",
            ["CapBnd DAC_READ_SEARCH, LINUX_IMMUTABLE, NET_BROADCAST, NET_ADMIN, IPC_LOCK, IPC_OWNER, SYS_MODULE, "
                + "SYS_RAWIO, SYS_PTRACE"], []),
    ]);

    public void Dispose() => File.Delete(path);

    [Fact]
    public void Wide() => Golden.Check(Text(Sample, 120, colour: false), "difference.txt");

    [Fact]
    public void Narrow_and_in_colour() => Golden.Check(Text(Sample, 50, colour: true), "difference-50.txt");

    [Theory]
    [InlineData(50)]
    [InlineData(80)]
    [InlineData(120)]
    public void No_line_is_wider_than_the_terminal(int width) =>
        Text(Sample, width, colour: false).Split('\n').Should().OnlyContain(l => l.Length <= width);

    [Fact]
    public void Nothing_is_said_to_be_nothing() =>
    Text(new Difference([]), 80, colour: false).Trim().Should().Be("nothing has changed that can be seen from here");

    [Fact]
    public void A_line_that_is_there_twice_is_gone_once()
    {
        Step[] steps = [new WriteFile(path, "12345")];
        var before = PlanSnapshot.Of(steps, [], steps[0]);
        File.WriteAllText(path, "12345");
        var after = PlanSnapshot.Of(steps, [], steps[0]);

        var part = after.Since(before).Parts.Should().ContainSingle().Which;

        part.Should()
            .BeEquivalentTo(new DifferencePart("the host", "files", [$"{path}, 0 bytes"], [$"{path}, 5 bytes"]));
        after.Since(after).Parts.Should().BeEmpty();
    }

    private static string Text(Difference difference, int width, bool colour)
    {
        var output = new StringWriter { NewLine = "\n" };
        new DifferenceText(output, width, colour).Write(difference, 11);
        return output.ToString();
    }
}
