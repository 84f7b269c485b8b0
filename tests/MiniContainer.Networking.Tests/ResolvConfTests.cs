using MiniContainer.Networking.Cni;

namespace MiniContainer.Networking.Tests;

public class ResolvConfTests
{
    [Fact]
    public void The_networks_settings_win() =>
        ResolvConf.Text(new Dns
        {
            Nameservers = ["192.0.2.53", "2001:db8::53"],
            Search = ["a.example", "b.example"],
            Options = ["ndots:2"],
        })
            .Should()
            .Be("nameserver 192.0.2.53\nnameserver 2001:db8::53\nsearch a.example b.example\noptions ndots:2\n");

    [Fact]
    public void Reading_and_writing_are_inverses()
    {
        const string text = "nameserver 192.0.2.53\ndomain example\nsearch a.example\noptions ndots:2 rotate\n";
        ResolvConf.Compose(ResolvConf.Parse("# comment\n" + text + "sortlist 1.2.3.4\n")).Should().Be(text);
    }

    [Fact]
    public void Without_settings_the_hosts_servers_but_for_its_loopback() =>
        ResolvConf.Parse(ResolvConf.Text(null)).Nameservers.Should()
            .NotContain(s => s.StartsWith("127.", StringComparison.Ordinal));
}
