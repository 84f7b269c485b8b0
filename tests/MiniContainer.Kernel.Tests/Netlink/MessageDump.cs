// Prints a netlink message for people: offset, bytes, meaning. Knows by itself where attributes nest, so it is a second
// opinion on the lengths that NetlinkMessage writes.

using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using MiniContainer.Kernel.Netlink;

namespace MiniContainer.Kernel.Tests.Netlink;

internal sealed class MessageDump
{
    private static readonly Dictionary<string, long> Constants = typeof(NetlinkAbi)
        .GetFields(BindingFlags.Static | BindingFlags.Public)
        .ToDictionary(field => field.Name,
            field => Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture));

    private readonly byte[] bytes;
    private readonly StringBuilder text = new();
    private string kind = "";

    private MessageDump(byte[] bytes) => this.bytes = bytes;

    public static string Of(NetlinkMessage message)
    {
        var dump = new MessageDump(message.Bytes.ToArray());
        dump.Message();
        return dump.text.ToString();
    }

    private void Message()
    {
        var type = Name("RTM_", Number(4, 2));
        Number(0, 4).Should().Be(bytes.Length, "nlmsg_len is the whole message");
        Line(0, 4, 0, $"nlmsg_len {Number(0, 4)}");
        Line(4, 2, 0, $"nlmsg_type {type}");
        Line(6, 2, 0, $"nlmsg_flags {Flags((int)Number(6, 2), type)}");
        Line(8, 4, 0, $"nlmsg_seq {Number(8, 4)}");
        Line(12, 4, 0, $"nlmsg_pid {Number(12, 4)}");
        var (structure, prefix) = type[7..] switch
        {
            "LINK" => (typeof(ifinfomsg), "IFLA_"),
            "ADDR" => (typeof(ifaddrmsg), "IFA_"),
            "ROUTE" => (typeof(rtmsg), "RTA_"),
            _ => (typeof(ndmsg), "NDA_"),
        };
        var end = Structure(structure, 16, 0);
        Attributes(end, bytes.Length, prefix, 0);
    }

    private int Structure(Type structure, int at, int depth)
    {
        foreach (var field in structure.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            var size = Marshal.SizeOf(field.FieldType);
            var offset = at + (int)Marshal.OffsetOf(structure, field.Name);
            Line(offset, size, depth, $"{field.Name} {Number(offset, size)}");
        }

        return at + Marshal.SizeOf(structure);
    }

    private void Attributes(int at, int end, string prefix, int depth)
    {
        while (at < end)
        {
            var length = (int)Number(at, 2);
            var type = Name(prefix, Number(at + 2, 2) & NetlinkAbi.NLA_TYPE_MASK);
            var nested = (Number(at + 2, 2) & NetlinkAbi.NLA_F_NESTED) != 0 ? "|NLA_F_NESTED" : "";
            length.Should().BeInRange(4, end - at, $"rta_len of {type} stays within what it is in");
            Line(at, 4, depth, $"{type}{nested}, {length} bytes");
            Payload(type, at + 4, at + length, depth + 1);
            at += (length + 3) & ~3;
        }
    }

    private void Payload(string type, int at, int end, int depth)
    {
        if (type == "IFLA_INFO_KIND") kind = Encoding.UTF8.GetString(bytes, at, end - at - 1);
        var inside = type switch
        {
            "IFLA_LINKINFO" => "IFLA_INFO_",
            "IFLA_PROTINFO" => "IFLA_BRPORT_",
            "IFLA_INFO_DATA" => kind switch { "veth" => "VETH_INFO_", _ => $"IFLA_{kind.ToUpperInvariant()}_" },
            "VETH_INFO_PEER" => "IFLA_",
            _ => null,
        };
        if (inside is null) Line(at, end - at, depth, Value(type, at, end));
        else Attributes(type == "VETH_INFO_PEER" ? Structure(typeof(ifinfomsg), at, depth) : at, end, inside, depth);
    }

    private string Value(string type, int at, int end) => type switch
    {
        "IFLA_IFNAME" or "IFLA_INFO_KIND" => $"\"{Encoding.UTF8.GetString(bytes, at, end - at - 1)}\"",
        "IFLA_ADDRESS" or "NDA_LLADDR" => Convert.ToHexStringLower(bytes, at, end - at),
        "IFA_LOCAL" or "IFA_ADDRESS" or "IFA_BROADCAST" or "RTA_DST" or "RTA_GATEWAY" or "RTA_PREFSRC" or "NDA_DST"
            or "IFLA_VXLAN_LOCAL" or "IFLA_VXLAN_LOCAL6" =>
            new System.Net.IPAddress(bytes.AsSpan(at, end - at)).ToString(),
        "IFLA_VXLAN_PORT" => $"{(bytes[at] << 8) | bytes[at + 1]} (network byte order)",
        _ => $"{Number(at, end - at)}",
    };

    private void Line(int at, int count, int depth, string meaning)
    {
        for (var start = 0; start < count; start += 8)
        {
            var hex = string.Join(' ',
                bytes.Skip(at + start).Take(Math.Min(8, count - start))
                    .Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));
            var line = $"{at + start:x4}  {hex,-23}  {new string(' ', depth * 2)}{(start == 0 ? meaning : "")}";
            text.Append(line.TrimEnd()).Append('\n');
        }
    }

    private long Number(int at, int size) => size switch
    {
        1 => bytes[at],
        2 => BitConverter.ToUInt16(bytes, at),
        _ => BitConverter.ToInt32(bytes, at),
    };

    private static string Flags(int flags, string type)
    {
        string[] names = type.Contains("GET", StringComparison.Ordinal)
            ? ["NLM_F_REQUEST", "NLM_F_ACK", "NLM_F_DUMP"]
            : ["NLM_F_REQUEST", "NLM_F_ACK", "NLM_F_REPLACE", "NLM_F_EXCL", "NLM_F_CREATE"];
        return string.Join('|', names.Where(name => (flags & Constants[name]) == Constants[name]));
    }

    private static string Name(string prefix, long value)
    {
        string[] longer = ["IFLA_INFO_", "IFLA_BRPORT_", "IFLA_VXLAN_", "IFLA_MACVLAN_", "IFA_F_", "RTM_F_"];
        return Constants.FirstOrDefault(c =>
            c.Value == value
            && c.Key.StartsWith(prefix, StringComparison.Ordinal)
            && !Array.Exists(longer,
                l => l != prefix && l.Length > prefix.Length && c.Key.StartsWith(l, StringComparison.Ordinal))).Key
            ?? $"{prefix}? {value}";
    }
}
