// The record by which a zone says who is in charge of it, SOA (RFC 1035, section 3.3.13). Negative answers carry it,
// since it says for how long they may be kept (RFC 2308).

using System.Buffers.Binary;

namespace MiniContainer.Protocols.Dns;

/// <summary>What an SOA record says.</summary>
/// <param name="MNAME">The name server in charge.</param>
/// <param name="RNAME">Whom to write to, the first dot for the @.</param>
/// <param name="SERIAL">The version of the zone.</param>
/// <param name="REFRESH">Seconds until a copy asks for news.</param>
/// <param name="RETRY">Seconds until it asks again, if that failed.</param>
/// <param name="EXPIRE">Seconds after which a copy is too old.</param>
/// <param name="MINIMUM">Seconds for which a "no" may be kept.</param>
public sealed record DnsAuthority(
    string MNAME, string RNAME, int SERIAL, int REFRESH, int RETRY, int EXPIRE, int MINIMUM)
{
    /// <summary>The bytes of its RDATA.</summary>
    public byte[] RDATA => [.. DnsName.Encode(MNAME), .. DnsName.Encode(RNAME), .. Numbers()];

    private byte[] Numbers()
    {
        int[] numbers = [SERIAL, REFRESH, RETRY, EXPIRE, MINIMUM];
        var bytes = new byte[4 * numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 * i), numbers[i]);
        return bytes;
    }
}
