// Names without Mono.Posix's own library: its enumerations have Linux's numbers.

using System.Reflection;

namespace MiniContainer.Kernel.Tests;

public class ErrnoTests
{
    public static IEnumerable<object[]> Numbers() => typeof(Errno).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(f => f.IsLiteral).Select(f => new object[] { f.Name, (int)f.GetRawConstantValue()! });

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Names_are_those_of_errno_3(string name, int number)
    {
        Errno.Name(number).Should().Be(name);
        Errno.Parse(name).Should().Be(number);
        Errno.Describe(number).Should().MatchRegex($"^{name} \\([A-Z].*\\)$");
    }

    [Fact]
    public void All_numbers_of_Linux_have_names_but_two() =>
    Enumerable.Range(1, 133).Where(n => Errno.Name(n).StartsWith("errno", StringComparison.Ordinal))
        .Should().Equal([41, 58], "EWOULDBLOCK and EDEADLOCK were there once");

    [Theory]
    [InlineData(4095)]
    [InlineData(0)]
    [InlineData(-1)]
    public void What_is_no_error_number_is_told_as_it_is(int number) =>
    Errno.Describe(number).Should().Be($"errno {number}");

    [Fact]
    public void Signals_have_the_names_of_signal_7()
    {
        string[] names = ["HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
            "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ",
            "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS"];
        for (var i = 0; i < names.Length; i++)
            Processes.ParseSignal(names[i]).Should().Be(i + 1, names[i]);
        Enumerable.Range(1, 31).Select(SignalText.Of).Should()
            .OnlyContain(n => n.StartsWith("SIG", StringComparison.Ordinal));
        SignalText.Of(9).Should().Be("SIGKILL");
        SignalText.Of(40).Should().Be("40");
    }
}
