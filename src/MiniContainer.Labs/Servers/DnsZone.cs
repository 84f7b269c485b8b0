// What the name server knows: the zone example. (a name kept for such use, RFC 6761), in which every name is the web
// server, but for ns.example. All else does not exist, and the answer says so with authority: there is no other internet.
//
//     example.    SOA   ns.example. lab.example. ...
//     *.example.  A     203.0.113.10
//     *.example.  AAAA  2001:db8::10

using System.Net;
using System.Text;
using MiniContainer.Labs.Worlds;

namespace MiniContainer.Labs.Servers;

/// <summary>The zone.</summary>
internal static class DnsZone
{
    private const ushort A = 1, SOA = 6, AAAA = 28, ANY = 255;
    private const int Seconds = 60;
    private const string Apex = "example.";

    /// <summary>Answers a query.</summary>
    public static (Rcode Rcode, byte[] Message) Answer(DnsQuery query)
    {
        if (query.OPCODE != 0)
            return (Rcode.NOTIMP, query.Answer(Rcode.NOTIMP, []));
        if (query.QNAME != Apex && !query.QNAME.EndsWith("." + Apex, StringComparison.Ordinal))
            return (Rcode.NXDOMAIN, query.Answer(Rcode.NXDOMAIN, [], Authority("\0"u8.ToArray())));
        var answers = Records(query);
        // No record of that type, but the name exists: NOERROR without answers, or clients would give up on its others.
        return (Rcode.NOERROR, query.Answer(Rcode.NOERROR, answers, answers.Count > 0 ? null : Authority(Encode(Apex))));
    }

    /// <summary>The name of a type, for the log.</summary>
    public static string TypeName(ushort type) => type switch { A => "A", SOA => "SOA", AAAA => "AAAA", ANY => "ANY", 12 => "PTR", 15 => "MX", 16 => "TXT", 33 => "SRV", _ => $"TYPE{type}" };

    /// <summary>A name as messages have it: "www.example." is 3 w w w 7 e x a m p l e 0.</summary>
    public static byte[] Encode(string name) =>
        [.. name.TrimEnd('.').Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];

    private static List<DnsRecord> Records(DnsQuery query)
    {
        var records = new List<DnsRecord>();
        if (query.QNAME == Apex)
        {
            if (query.QTYPE is SOA or ANY)
                records.Add(Authority(DnsRecord.QuestionName));
            return records;
        }

        var addresses = query.QNAME == "ns." + Apex ? Topology.Dns : Topology.Web;
        if (query.QTYPE is A or ANY)
            records.Add(Address(A, addresses[0]));
        if (query.QTYPE is AAAA or ANY)
            records.Add(Address(AAAA, addresses[1]));
        return records;
    }

    private static DnsRecord Address(ushort type, string address) => new(DnsRecord.QuestionName, type, Seconds, IPAddress.Parse(address).GetAddressBytes());

    // RDATA: MNAME, RNAME, SERIAL, REFRESH, RETRY, EXPIRE, MINIMUM; the last is for how long a "no" may be kept.
    private static DnsRecord Authority(byte[] name) =>
        new(name, SOA, Seconds, [.. Encode("ns." + Apex), .. Encode("lab." + Apex), .. new[] { 1, 3600, 600, 86400, Seconds }.SelectMany(n => (byte[])[(byte)(n >> 24), (byte)(n >> 16), (byte)(n >> 8), (byte)n])]);
}
