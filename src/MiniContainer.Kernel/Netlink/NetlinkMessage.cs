// Builds one netlink message. All that netlink knows are headers with a length and a type, and a padding to four bytes:
//
//      0               2               4               6               8
//      +-------------------------------+---------------+---------------+
//      |           nlmsg_len           |  nlmsg_type   |  nlmsg_flags  |  nlmsghdr, 16 bytes
//      +-------------------------------+---------------+---------------+
//      |           nlmsg_seq           |           nlmsg_pid           |
//      +-------------------------------+---------------+---------------+
//      |  ifinfomsg, ifaddrmsg, rtmsg or ndmsg: as nlmsg_type says     |
//      +---------------+---------------+-------------------------------+
//      |    rta_len    |   rta_type    |  payload ...   | 0 to 3 zeros |  attributes, each aligned to 4 bytes;
//      +---------------+---------------+-------------------------------+  the payload of a nested one is
//      |    rta_len    |   rta_type    |  payload ...                  |  more attributes
//
// See netlink(7), rtnetlink(7), and docs.kernel.org/userspace-api/netlink/intro.html.

using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace MiniContainer.Kernel.Netlink;

/// <summary>A request in the making: a header, a fixed structure, then attributes.</summary>
internal sealed class NetlinkMessage
{
    private const int HeaderBytes = 16;
    private byte[] buffer = new byte[256];
    private int length = HeaderBytes;

    /// <summary>Begins a request; NLM_F_REQUEST is always set.</summary>
    /// <param name="nlmsg_type">RTM_NEWLINK and the like.</param>
    /// <param name="nlmsg_flags">NLM_F_CREATE and the like.</param>
    public NetlinkMessage(ushort nlmsg_type, int nlmsg_flags)
    {
        Header.nlmsg_type = nlmsg_type;
        Header.nlmsg_flags = (ushort)(nlmsg_flags | NetlinkAbi.NLM_F_REQUEST);
    }

    /// <summary>The number that the answer will carry; the socket sets it.</summary>
    public uint Sequence
    {
        get => Header.nlmsg_seq;
        set => Header.nlmsg_seq = value;
    }

    /// <summary>True for a question whose answer comes in several parts, ended by NLMSG_DONE.</summary>
    public bool IsDump => (Header.nlmsg_flags & NetlinkAbi.NLM_F_DUMP) == NetlinkAbi.NLM_F_DUMP;

    private ref nlmsghdr Header => ref MemoryMarshal.AsRef<nlmsghdr>(buffer.AsSpan());

    /// <summary>The bytes to send, with nlmsg_len filled in.</summary>
    public ReadOnlySpan<byte> Bytes
    {
        get
        {
            Header.nlmsg_len = (uint)length;
            return buffer.AsSpan(0, length);
        }
    }

    /// <summary>Appends a fixed structure, such as ifinfomsg.</summary>
    public NetlinkMessage Struct<T>(in T value)
        where T : unmanaged
    {
        MemoryMarshal.Write(Reserve(Unsafe.SizeOf<T>()), value);
        return this;
    }

    /// <summary>Appends an attribute of raw bytes.</summary>
    public NetlinkMessage Add(ushort rta_type, ReadOnlySpan<byte> payload)
    {
        payload.CopyTo(Attribute(rta_type, payload.Length));
        return this;
    }

    /// <summary>Appends a string, with the final zero that C expects.</summary>
    public NetlinkMessage Add(ushort rta_type, string value) => Add(rta_type, Encoding.UTF8.GetBytes(value + '\0'));

    /// <summary>Appends a 32-bit number in the machine's byte order.</summary>
    public NetlinkMessage Add(ushort rta_type, uint value)
    {
        MemoryMarshal.Write(Attribute(rta_type, sizeof(uint)), value);
        return this;
    }

    /// <inheritdoc cref="Add(ushort, uint)"/>
    public NetlinkMessage Add(ushort rta_type, int value) => Add(rta_type, (uint)value);

    /// <summary>Appends one byte.</summary>
    public NetlinkMessage Add(ushort rta_type, byte value) => Add(rta_type, [value]);

    /// <summary>Appends a 16-bit number in network byte order, as ports travel.</summary>
    public NetlinkMessage AddBigEndian(ushort rta_type, ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(Attribute(rta_type, sizeof(ushort)), value);
        return this;
    }

    /// <summary>Appends an IP address: 4 or 16 bytes.</summary>
    public NetlinkMessage Add(ushort rta_type, IPAddress address) => Add(rta_type, address.GetAddressBytes());

    /// <summary>Appends a hardware address.</summary>
    public NetlinkMessage Add(ushort rta_type, PhysicalAddress address) => Add(rta_type, address.GetAddressBytes());

    /// <summary>Opens a nested attribute; what is added until its Dispose lies inside.</summary>
    public Nesting Nest(ushort rta_type)
    {
        var start = length;
        _ = Attribute(rta_type, 0);
        return new Nesting(this, start);
    }

    private Span<byte> Attribute(ushort rta_type, int payloadBytes)
    {
        const int header = 4;
        var span = Reserve(header + payloadBytes);
        MemoryMarshal.Write(span, new rtattr
        {
            rta_len = checked((ushort)(header + payloadBytes)),
            rta_type = rta_type,
        });
        return span[header..];
    }

    // The bytes come zeroed, so the padding that aligns the next header is zero as well.
    private Span<byte> Reserve(int bytes)
    {
        var start = length;
        length += Align(bytes);
        if (length > buffer.Length) Array.Resize(ref buffer, Math.Max(length, buffer.Length * 2));
        return buffer.AsSpan(start, bytes);
    }

    /// <summary>NLMSG_ALIGN and RTA_ALIGN: rounds up to four.</summary>
    internal static int Align(int bytes) => (bytes + 3) & ~3;

    /// <summary>An open nested attribute; Dispose writes its length.</summary>
    internal readonly struct Nesting(NetlinkMessage message, int start) : IDisposable
    {
        /// <summary>Closes it.</summary>
        public void Dispose() =>
            MemoryMarshal.Write(message.buffer.AsSpan(start), checked((ushort)(message.length - start)));
    }
}
