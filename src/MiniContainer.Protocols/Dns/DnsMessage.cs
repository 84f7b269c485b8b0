// A DNS message, as far as a small authoritative server needs it (RFC 1035, section 4.1). Names are the RFC's. The
// labs' name server answers by it (lab 13-netns).
//
//                                     1  1  1  1  1  1
//       0  1  2  3  4  5  6  7  8  9  0  1  2  3  4  5
//     +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
//     |                      ID                       |
//     |QR|   OPCODE  |AA|TC|RD|RA|   Z    |   RCODE   |
//     |                    QDCOUNT                    |   questions
//     |                    ANCOUNT                    |   answers
//     |                    NSCOUNT                    |   authority records
//     |                    ARCOUNT                    |   additional records
//     +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
//     question: QNAME (labels: a length byte and as many bytes; 0 ends them), QTYPE, QCLASS
//     record:   NAME, TYPE, CLASS, TTL (32 bits, seconds), RDLENGTH, RDATA

using System.Buffers.Binary;
using System.Text;

namespace MiniContainer.Protocols.Dns;

/// <summary>RCODE: what became of a query.</summary>
public enum Rcode
{
    /// <summary>The name exists.</summary>
    NOERROR = 0,

    /// <summary>The query cannot be understood.</summary>
    FORMERR = 1,

    /// <summary>There is no such name.</summary>
    NXDOMAIN = 3,

    /// <summary>The kind of query is not supported.</summary>
    NOTIMP = 4,
}

/// <summary>A query with one question.</summary>
/// <param name="ID">What ties the answer to it.</param>
/// <param name="OPCODE">0 for a standard query.</param>
/// <param name="RD">Whether recursion is desired.</param>
/// <param name="QNAME">The name, in lower case, with the final dot.</param>
/// <param name="QTYPE">1 for A, 28 for AAAA.</param>
/// <param name="Question">The question's bytes, to be sent back as they are.</param>
public sealed record DnsQuery(ushort ID, int OPCODE, bool RD, string QNAME, ushort QTYPE, byte[] Question)
{
    private const int HeaderLength = 12;
    private const int MostLabelBytes = 63;
    private const int MostNameBytes = 255;

    /// <summary>Reads a query.</summary>
    /// <returns>
    /// Null if it is none: too short, an answer, cut off, not one question, or a name beyond the limits.
    /// </returns>
    public static DnsQuery? Parse(ReadOnlySpan<byte> message)
    {
        if (message.Length < HeaderLength)
            return null;
        var flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        var questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        if ((flags & 0x8000) != 0 || questions != 1 || ReadName(message[HeaderLength..]) is not { } name)
            return null;
        var end = HeaderLength + name.Length + 4;
        if (message.Length < end)
            return null;
        return new DnsQuery(
            BinaryPrimitives.ReadUInt16BigEndian(message), (flags >> 11) & 15, (flags & 0x0100) != 0, name.Text,
            BinaryPrimitives.ReadUInt16BigEndian(message[(end - 4)..]), message[HeaderLength..end].ToArray());
    }

    /// <summary>The answer's bytes.</summary>
    /// <param name="rcode">RCODE.</param>
    /// <param name="answers">Records of the name that was asked for.</param>
    /// <param name="authority">A record of the zone, as negative answers carry it (RFC 2308); or null.</param>
    public byte[] Answer(Rcode rcode, IReadOnlyList<DnsRecord> answers, DnsRecord? authority = null)
    {
        const int QR = 0x8000, AA = 0x0400;
        var flags = QR | AA | (OPCODE << 11) | (RD ? 0x0100 : 0) | (int)rcode;
        var message = new List<byte>();
        foreach (var field in (int[])[ID, flags, 1, answers.Count, authority is null ? 0 : 1, 0])
            Add(message, field);
        message.AddRange(Question);
        foreach (var record in answers)
            Add(message, record);
        if (authority is not null)
            Add(message, authority);
        return [.. message];
    }

    /// <summary>
    /// What is said to a message that <see cref="Parse"/> refuses: a header alone, since the question may be what
    /// cannot be read.
    /// </summary>
    /// <returns>
    /// Null to what is too short to be answered, and to an answer: two servers could go on for ever.
    /// </returns>
    public static byte[]? FormatError(ReadOnlySpan<byte> message) =>
        message.Length < HeaderLength || (message[2] & 0x80) != 0
            ? null
            : [message[0], message[1], (byte)(0x80 | (message[2] & 0x79)), (byte)Rcode.FORMERR, .. new byte[8]];

    // A query's only name is its first, so there is nothing earlier that a compression pointer could mean: the two high
    // bits of a length are refused. Every step checks that the bytes are there.
    private static (string Text, int Length)? ReadName(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        var offset = 0;
        while (offset < bytes.Length && offset < MostNameBytes)
        {
            int length = bytes[offset++];
            if (length == 0)
                return (text.Length == 0 ? "." : text.ToString(), offset);
            if (length > MostLabelBytes || offset + length > bytes.Length)
                return null;
            text.Append(Printable(bytes.Slice(offset, length))).Append('.');
            offset += length;
        }

        return null;
    }

    // As master files show it (RFC 1035, section 5.1): a dot or space within a label must not look like anything else.
    private static string Printable(ReadOnlySpan<byte> label)
    {
        var text = new StringBuilder();
        foreach (var b in label)
            _ = b is > 32 and < 127 and not (byte)'.' and not (byte)'\\'
                ? text.Append(char.ToLowerInvariant((char)b))
                : text.Append($"\\{b:000}");
        return text.ToString();
    }

    private static void Add(List<byte> message, int value) => message.AddRange([(byte)(value >> 8), (byte)value]);

    private static void Add(List<byte> message, DnsRecord record)
    {
        message.AddRange(record.NAME);
        Add(message, record.TYPE);
        Add(message, 1); // CLASS IN
        Add(message, record.TTL >> 16);
        Add(message, record.TTL);
        Add(message, record.RDATA.Length);
        message.AddRange(record.RDATA);
    }
}

/// <summary>A resource record.</summary>
/// <param name="NAME">The owner's name, encoded.</param>
/// <param name="TYPE">1 for A, 6 for SOA, 28 for AAAA.</param>
/// <param name="TTL">Seconds for which it may be kept.</param>
/// <param name="RDATA">What it says.</param>
public sealed record DnsRecord(byte[] NAME, ushort TYPE, int TTL, byte[] RDATA)
{
    /// <summary>A pointer to byte 12, where the question's name begins (RFC 1035, section 4.1.4).</summary>
    public static readonly byte[] QuestionName = [0xc0, 12];
}
