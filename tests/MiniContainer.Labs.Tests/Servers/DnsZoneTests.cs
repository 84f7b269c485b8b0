// What the name server answers, to good queries and to noise.

using MiniContainer.Labs.Servers;
using MiniContainer.Protocols.Dns;

namespace MiniContainer.Labs.Tests.Servers;

public class DnsZoneTests
{
    [Fact]
    public void Noise_does_no_harm()
    {
        var random = new Random(1);
        var good = Query("www.example", 1);
        for (var i = 0; i < 20000; i++)
        {
            var noise = i % 2 == 0 ? new byte[random.Next(64)] : [.. good];
            if (i % 2 == 0) random.NextBytes(noise);
            else noise[random.Next(noise.Length)] = (byte)random.Next(256);
            if (DnsQuery.Parse(noise) is { } query)
                DnsZone.Answer(query).Message.Length.Should().BeGreaterThan(12);
        }
    }

    [Fact]
    public void An_address_is_answered_with_a_pointer_to_the_name()
    {
        var query = DnsQuery.Parse(Query("www.example", 1))!;
        DnsZone.Answer(query).Message.Should().Equal(
            [0x12, 0x34, 0x85, 0x00, 0, 1, 0, 1, 0, 0, 0, 0, .. query.Question, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4,
                203, 0, 113, 10]);
    }

    [Theory]
    [InlineData("www.example", 1, Rcode.NOERROR, 1)]
    [InlineData("www.example", 28, Rcode.NOERROR, 1)]
    [InlineData("www.example", 255, Rcode.NOERROR, 2)]
    [InlineData("a.b.example", 1, Rcode.NOERROR, 1)]
    [InlineData("www.example", 16, Rcode.NOERROR, 0)]
    [InlineData("example", 6, Rcode.NOERROR, 1)]
    [InlineData("example", 1, Rcode.NOERROR, 0)]
    [InlineData("notexample", 1, Rcode.NXDOMAIN, 0)]
    [InlineData("www.example.com", 1, Rcode.NXDOMAIN, 0)]
    public void The_zone_knows_its_names(string name, int type, Rcode rcode, int answers)
    {
        var (code, message) = DnsZone.Answer(DnsQuery.Parse(Query(name, type))!);
        code.Should().Be(rcode);
        (message[3] & 15).Should().Be((int)rcode);
        message[7].Should().Be((byte)answers);
        message[9].Should()
            .Be((byte)(answers == 0 ? 1 : 0), "a no carries the zone's SOA, which says for how long it holds");
    }

    [Fact]
    public void What_cannot_be_read_is_told_so_and_answers_are_not_answered()
    {
        DnsServer.Answer(With(Query("www.example", 1), 12, 0xc0), "test").Should()
            .Equal(0x12, 0x34, 0x81, 1, 0, 0, 0, 0, 0, 0, 0, 0);
        DnsServer.Answer(With(Query("www.example", 1), 2, 0x81), "test").Should().BeNull();
        DnsServer.Answer([1, 2, 3], "test").Should().BeNull();
    }

    [Fact]
    public void Other_kinds_of_query_are_not_implemented() =>
        (DnsServer.Answer(With(Query("www.example", 1), 2, 0x10), "test")![3] & 15).Should().Be((int)Rcode.NOTIMP);

    private static byte[] Query(string name, int type) =>
        [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. DnsName.Encode(name), (byte)(type >> 8), (byte)type, 0, 1];

    private static byte[] With(byte[] message, int offset, byte value)
    {
        byte[] changed = [.. message];
        changed[offset] = value;
        return changed;
    }
}
