// What the name server knows: the zone example. (a name kept for such use, RFC 6761), in which every name is the web
// server, except ns.example. All else does not exist, and the answer says so with authority: there is no other
// internet.
//
//     example.    SOA   ns.example. lab.example. ...
//     *.example.  A     203.0.113.10
//     *.example.  AAAA  2001:db8::10

using System.Net;
using MiniContainer.Labs.Worlds;
using MiniContainer.Protocols.Dns;

namespace MiniContainer.Labs.Servers;

/// <summary>The zone.</summary>
internal static class DnsZone
{
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
        var authority = answers.Count > 0 ? null : Authority(DnsName.Encode(Apex));
        return (Rcode.NOERROR, query.Answer(Rcode.NOERROR, answers, authority));
    }

    private static List<DnsRecord> Records(DnsQuery query)
    {
        var records = new List<DnsRecord>();
        if (query.QNAME == Apex)
        {
            if (query.QTYPE is DnsType.SOA or DnsType.ANY)
                records.Add(Authority(DnsRecord.QuestionName));
            return records;
        }

        var addresses = query.QNAME == "ns." + Apex ? WorldNetwork.Dns : WorldNetwork.Web;
        if (query.QTYPE is DnsType.A or DnsType.ANY)
            records.Add(Address(DnsType.A, addresses[0]));
        if (query.QTYPE is DnsType.AAAA or DnsType.ANY)
            records.Add(Address(DnsType.AAAA, addresses[1]));
        return records;
    }

    private static DnsRecord Address(ushort type, string address) =>
        new(DnsRecord.QuestionName, type, Seconds, IPAddress.Parse(address).GetAddressBytes());

    private static DnsRecord Authority(byte[] name) =>
        new(name, DnsType.SOA, Seconds,
            new DnsAuthority("ns." + Apex, "lab." + Apex, 1, 3600, 600, 86400, Seconds).RDATA);
}
