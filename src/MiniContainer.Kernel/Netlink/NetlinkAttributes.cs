// Reads the attributes of a message that the kernel sent: the inverse of NetlinkMessage. It passes over attributes that
// the caller does not ask for, as netlink demands, since newer kernels send more. See rtnetlink(3).

using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.InteropServices;
using System.Text;

namespace MiniContainer.Kernel.Netlink;

/// <summary>One attribute.</summary>
internal readonly ref struct NetlinkAttribute(ushort type, ReadOnlySpan<byte> payload)
{
    /// <summary>rta_type without its flag bits.</summary>
    public ushort Type { get; } = type;

    /// <summary>The bytes after the header, without padding.</summary>
    public ReadOnlySpan<byte> Payload { get; } = payload;

    /// <summary>The payload as a number in the machine's byte order.</summary>
    public uint UInt32 => MemoryMarshal.Read<uint>(Payload);

    /// <summary>The payload as a string, without its final zero.</summary>
    public string String => Encoding.UTF8.GetString(Payload.TrimEnd((byte)0));

    /// <summary>The payload as an IPv4 or IPv6 address.</summary>
    public IPAddress IPAddress => new(Payload);

    /// <summary>The payload as a hardware address.</summary>
    public PhysicalAddress PhysicalAddress => new(Payload.ToArray());

    /// <summary>The attributes inside this one.</summary>
    public NetlinkAttributes Nested => new(Payload);
}

/// <summary>A row of attributes, for <c>foreach</c>.</summary>
internal ref struct NetlinkAttributes(ReadOnlySpan<byte> bytes)
{
    private const int HeaderBytes = 4;
    private ReadOnlySpan<byte> rest = bytes;

    /// <summary>The attribute that the loop stands on.</summary>
    public NetlinkAttribute Current { get; private set; }

    /// <summary>A fresh loop.</summary>
    public readonly NetlinkAttributes GetEnumerator() => this;

    /// <summary>Goes on to the next attribute; a broken length ends the loop.</summary>
    public bool MoveNext()
    {
        if (rest.Length < HeaderBytes) return false;
        var header = MemoryMarshal.Read<rtattr>(rest);
        if (header.rta_len < HeaderBytes || header.rta_len > rest.Length) return false;
        Current = new NetlinkAttribute(
            (ushort)(header.rta_type & NetlinkAbi.NLA_TYPE_MASK), rest[HeaderBytes..header.rta_len]);
        rest = rest[Math.Min(NetlinkMessage.Align(header.rta_len), rest.Length)..];
        return true;
    }
}
