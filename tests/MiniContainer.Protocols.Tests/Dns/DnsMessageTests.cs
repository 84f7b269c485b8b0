// DNS messages: what is read, what is refused, and the bytes of the answers.

using MiniContainer.Protocols.Dns;

namespace MiniContainer.Protocols.Tests.Dns;

public class DnsMessageTests
{
    [Fact]
    public void A_query_is_read()
    {
        var query = DnsQuery.Parse(Query("wWw.Example", 28))!;
        query.Should().BeEquivalentTo(new { ID = 0x1234, OPCODE = 0, RD = true, QNAME = "www.example.", QTYPE = 28 });
        query.Question.Should()
            .Equal(Query("wWw.Example", 28)[12..], "the case that the asker chose is sent back to it");
    }

    [Fact]
    public void The_root_is_a_name() => DnsQuery.Parse([.. Query("x", 1)[..12], 0, 0, 2, 0, 1])!.QNAME.Should().Be(".");

    [Fact]
    public void A_dot_within_a_label_is_told_from_one_between() =>
        DnsQuery.Parse([.. Query("x", 1)[..12], 3, (byte)'a', (byte)'.', (byte)'b', 0, 0, 1, 0, 1])!.QNAME.Should()
            .Be("a\\046b.");

    [Fact]
    public void What_is_no_query_is_refused()
    {
        var good = Query("www.example", 1);
        for (var length = 0; length < good.Length; length++)
            DnsQuery.Parse(good.AsSpan(0, length)).Should().BeNull($"{length} bytes are not enough");
        DnsQuery.Parse(With(good, 2, 0x81)).Should().BeNull("it is an answer");
        DnsQuery.Parse(With(good, 5, 0)).Should().BeNull("there is no question");
        DnsQuery.Parse(With(good, 5, 2)).Should().BeNull("there are two questions");
        DnsQuery.Parse(With(good, 12, 0xc0)).Should().BeNull("a pointer can point at nothing yet");
        DnsQuery.Parse(With(good, 12, 64)).Should().BeNull("a label has at most 63 bytes");
        DnsQuery.Parse(
            [.. good[..12], .. Enumerable.Repeat((byte[])[1, (byte)'a'], 127).SelectMany(l => l), 0, 0, 1, 0, 1])
                .Should().NotBeNull("255 bytes are allowed");
        DnsQuery.Parse(
            [.. good[..12], .. Enumerable.Repeat((byte[])[1, (byte)'a'], 128).SelectMany(l => l), 0, 0, 1, 0, 1])
                .Should().BeNull("257 are not");
    }

    [Fact]
    public void Noise_is_read_or_refused_and_never_more()
    {
        var random = new Random(1);
        var good = Query("www.example", 1);
        for (var i = 0; i < 20000; i++)
        {
            var noise = i % 2 == 0 ? new byte[random.Next(64)] : [.. good];
            if (i % 2 == 0) random.NextBytes(noise);
            else noise[random.Next(noise.Length)] = (byte)random.Next(256);
            if (DnsQuery.Parse(noise) is { } query)
                query.Answer(Rcode.NOERROR, []).Length.Should().BeGreaterThan(12);
            else if (DnsQuery.FormatError(noise) is { } refusal)
                refusal.Should().HaveCount(12);
        }
    }

    [Fact]
    public void What_cannot_be_read_is_told_so_and_answers_are_not_answered()
    {
        DnsQuery.FormatError(With(Query("www.example", 1), 12, 0xc0))
            .Should().Equal(0x12, 0x34, 0x81, 1, 0, 0, 0, 0, 0, 0, 0, 0);
        DnsQuery.FormatError(With(Query("www.example", 1), 2, 0x81)).Should().BeNull();
        DnsQuery.FormatError([1, 2, 3]).Should().BeNull();
    }

    [Fact]
    public void An_authority_is_two_names_and_five_numbers() =>
        new DnsAuthority("ns.x", "me.x", 1, 2, 3, 4, 60).RDATA.Should().Equal(
            2, (byte)'n', (byte)'s', 1, (byte)'x', 0, 2, (byte)'m', (byte)'e', 1, (byte)'x', 0,
            0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 60);

    private static byte[] Query(string name, int type) =>
        [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. DnsName.Encode(name), (byte)(type >> 8), (byte)type, 0, 1];

    private static byte[] With(byte[] message, int offset, byte value)
    {
        byte[] changed = [.. message];
        changed[offset] = value;
        return changed;
    }
}
