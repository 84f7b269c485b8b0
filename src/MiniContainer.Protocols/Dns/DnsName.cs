// Names and types of DNS as messages have them (RFC 1035, sections 3.1 and 3.2.2; RFC 3596 for AAAA, RFC 2782 for SRV).

using System.Text;

namespace MiniContainer.Protocols.Dns;

/// <summary>The TYPE of a record, or what a query asks for.</summary>
public static class DnsType
{
    /// <summary>An IPv4 address.</summary>
    public const ushort A = 1;

    /// <summary>What a zone says of itself.</summary>
    public const ushort SOA = 6;

    /// <summary>An IPv6 address.</summary>
    public const ushort AAAA = 28;

    /// <summary>All records of a name; in queries only.</summary>
    public const ushort ANY = 255;

    /// <summary>The name of a type: "AAAA"; "TYPE65" for a type that is not known here (RFC 3597, section 5).</summary>
    public static string Name(ushort type) => type switch
    {
        A => "A",
        SOA => "SOA",
        AAAA => "AAAA",
        ANY => "ANY",
        12 => "PTR",
        15 => "MX",
        16 => "TXT",
        33 => "SRV",
        _ => $"TYPE{type}",
    };
}

/// <summary>Names in messages.</summary>
public static class DnsName
{
    /// <summary>The bytes of a name: "www.example." is 3 w w w 7 e x a m p l e 0.</summary>
    /// <param name="name">The name, with or without its final dot.</param>
    public static byte[] Encode(string name) =>
    [
        .. name.TrimEnd('.').Split('.')
            .SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]),
        0,
    ];
}
