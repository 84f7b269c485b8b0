// A netlink socket: one request out, its answers in. The conversation has three shapes:
//
//     a change        request, NLM_F_ACK  ->              <-  NLMSG_ERROR, error 0 (the acknowledgement) or -errno
//     a question      request, NLM_F_ACK  ->   <- answer, <-  NLMSG_ERROR, likewise
//     a dump          request, NLM_F_DUMP ->   <- answer, answer, ... (several datagrams) <-  NLMSG_DONE
//
// See netlink(7).

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static MiniContainer.Kernel.Netlink.NetlinkAbi;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel.Netlink;

/// <summary>A conversation in netlink: sequence numbers, acknowledgements, parts.</summary>
internal sealed unsafe class NetlinkSocket : IDisposable
{
    private const int ENOBUFS = 105; // the socket overflowed, and datagrams were lost

    // A kernel never puts more than 32 KiB into one datagram of a dump.
    private readonly byte[] buffer = GC.AllocateUninitializedArray<byte>(64 * 1024);
    private readonly SafeFileHandle handle;
    private readonly uint portId;
    private uint sequence;

    private NetlinkSocket(SafeFileHandle handle)
    {
        this.handle = handle;

        // Ask for the kernel's own words about an error; without the request's bytes repeated in front of them;
        // and to have a malformed question refused rather than half understood.
        Set(NETLINK_EXT_ACK, "NETLINK_EXT_ACK");
        Set(NETLINK_CAP_ACK, "NETLINK_CAP_ACK");
        Set(NETLINK_GET_STRICT_CHK, "NETLINK_GET_STRICT_CHK");
        portId = Bind();
    }

    /// <summary>Gets one message of an answer: its type and what follows the nlmsghdr.</summary>
    internal delegate void Receiver(ushort nlmsg_type, ReadOnlySpan<byte> body);

    /// <summary>What the kernel said in the end.</summary>
    /// <param name="Errno">0, or a positive error number.</param>
    /// <param name="KernelText">The text of the extended acknowledgement, if there was one.</param>
    /// <param name="Interrupted">A dump that changed under way: some of it may be missing or be there twice.</param>
    internal readonly record struct Answer(int Errno, string? KernelText, bool Interrupted);

    /// <summary>Opens a socket of NETLINK_ROUTE in the calling thread's network namespace, where it stays.</summary>
    public static NetlinkSocket Open() => Open(NETLINK_ROUTE);

    /// <summary>The same for another protocol.</summary>
    /// <param name="protocol">NETLINK_ROUTE or NETLINK_NETFILTER.</param>
    public static NetlinkSocket Open(int protocol)
    {
        var fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
        var name = protocol == NETLINK_NETFILTER ? "NETLINK_NETFILTER" : "NETLINK_ROUTE";
        if (fd < 0) throw Failed("open a netlink socket", $"socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, {name})");
        var handle = new SafeFileHandle(fd, ownsHandle: true);
        try
        {
            return new NetlinkSocket(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();

    /// <summary>A handle of the network namespace that the socket lives in.</summary>
    public SafeFileHandle Namespace()
    {
        using var held = new HeldDescriptor(handle);
        var fd = ioctl(held.Number, SIOCGSKNS);
        return fd < 0
            ? throw Failed("ask for the namespace of a netlink socket", "ioctl(netlink, SIOCGSKNS)")
            : new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <summary>Sends a request, and reads until its end is told.</summary>
    /// <param name="message">The request; its sequence number is set here.</param>
    /// <param name="receiver">Called for each message of the answer.</param>
    public Answer Transact(NetlinkMessage message, Receiver? receiver = null)
    {
        message.Sequence = ++sequence;
        Send(message.Bytes);
        var interrupted = false;
        while (true)
        {
            ReadOnlySpan<byte> datagram = Receive();
            while (TakeMessage(ref datagram, out var header, out var body))
            {
                // What is left of an earlier, abandoned dump bears an older number.
                if (header.nlmsg_seq != sequence || header.nlmsg_pid != portId) continue;
                interrupted |= (header.nlmsg_flags & NLM_F_DUMP_INTR) != 0;
                switch (header.nlmsg_type)
                {
                    case NLMSG_NOOP: break;
                    case NLMSG_OVERRUN: return new Answer(ENOBUFS, null, message.IsDump);
                    case NLMSG_ERROR:
                    case NLMSG_DONE: return Ending(header, body, interrupted);
                    default: receiver?.Invoke(header.nlmsg_type, body); break;
                }
            }
        }
    }

    /// <summary>Subscribes to a group of notifications (rtnetlink(7)).</summary>
    public void Join(int group)
    {
        using var held = new HeldDescriptor(handle);
        if (setsockopt(held.Number, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(int)) < 0)
            throw Failed("listen for links", $"setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, {group})");
    }

    /// <summary>Waits for a notification and drops it: it is a reason to look again, no more.</summary>
    /// <returns>False if none came in time.</returns>
    public bool WaitForNotification(TimeSpan timeout)
    {
        using var held = new HeldDescriptor(handle);
        var poll = new pollfd { fd = held.Number, events = POLLIN };
        var ready = LibC.poll(&poll, 1, (int)Math.Clamp(Math.Ceiling(timeout.TotalMilliseconds), 0, int.MaxValue));
        if (ready < 0 && errno != Kernel.Errno.EINTR) throw Failed("wait for a link", "poll(netlink)");
        if (ready <= 0) return false;

        // ENOBUFS says that notifications were lost: the more reason to look again.
        fixed (byte* bytes = buffer)
        {
            var received = recv(held.Number, bytes, buffer.Length, MSG_DONTWAIT);
            if ((long)received < 0 && errno is not (ENOBUFS or Kernel.Errno.EAGAIN or Kernel.Errno.EINTR))
                throw Failed("wait for a link", "recv(netlink)");
        }

        return true;
    }

    private static Answer Ending(in nlmsghdr header, ReadOnlySpan<byte> body, bool interrupted)
    {
        // NLMSG_DONE carries the error alone, NLMSG_ERROR a header of the request besides; texts follow either.
        var errno = body.Length < sizeof(int) ? 0 : -MemoryMarshal.Read<int>(body);
        var fixedBytes = header.nlmsg_type == NLMSG_DONE ? sizeof(int) : sizeof(nlmsgerr);
        var hasText = (header.nlmsg_flags & NLM_F_ACK_TLVS) != 0 && body.Length > fixedBytes;
        return new Answer(errno, hasText ? Text(body[fixedBytes..]) : null, interrupted);
    }

    private static string? Text(ReadOnlySpan<byte> attributes)
    {
        string? message = null, offset = null, missing = null;
        foreach (var attribute in new NetlinkAttributes(attributes))
        {
            if (attribute.Type == NLMSGERR_ATTR_MSG) message = attribute.String;
            if (attribute.Type == NLMSGERR_ATTR_OFFS) offset = $"at byte {attribute.UInt32} of the request";
            if (attribute.Type == NLMSGERR_ATTR_MISS_TYPE) missing = $"attribute {attribute.UInt32} is missing";
        }

        var parts = new[] { message, missing, offset }.Where(part => part is not null);
        return message is null && missing is null && offset is null ? null : string.Join(", ", parts);
    }

    private static bool TakeMessage(ref ReadOnlySpan<byte> datagram, out nlmsghdr header, out ReadOnlySpan<byte> body)
    {
        header = default;
        body = default;
        if (datagram.Length < sizeof(nlmsghdr)) return false;
        header = MemoryMarshal.Read<nlmsghdr>(datagram);
        if (header.nlmsg_len < sizeof(nlmsghdr) || header.nlmsg_len > datagram.Length) return false;
        var length = (int)header.nlmsg_len;
        body = datagram[sizeof(nlmsghdr)..length];
        datagram = datagram[Math.Min(NetlinkMessage.Align(length), datagram.Length)..];
        return true;
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        using var held = new HeldDescriptor(handle);
        fixed (byte* start = bytes)
        {
            // Without an address a netlink socket speaks to the kernel. The kernel carries the request out before
            // send returns; the answer already waits in the socket then.
            while ((long)send(held.Number, start, bytes.Length, 0) < 0)
                if (errno != Kernel.Errno.EINTR) throw Failed("ask the kernel", $"send(netlink, {bytes.Length} bytes)");
        }
    }

    private Span<byte> Receive()
    {
        using var held = new HeldDescriptor(handle);
        fixed (byte* bytes = buffer)
        {
            while (true)
            {
                sockaddr_nl from;
                socklen_t fromBytes = sizeof(sockaddr_nl);

                // MSG_TRUNC makes the result the datagram's true length, even if the buffer is too small for it.
                var received = (long)recvfrom(
                    held.Number, bytes, buffer.Length, MSG_TRUNC, (sockaddr*)&from, &fromBytes);
                if (received < 0 && errno == Kernel.Errno.EINTR) continue;
                if (received < 0) throw Failed("read the kernel's answer", "recvfrom(netlink)");
                if (from.nl_pid != 0) continue; // some other process wrote to us
                return received <= buffer.Length
                    ? buffer.AsSpan(0, (int)received)
                    : throw new MinicException(
                        "read the kernel's answer", $"a netlink datagram of {received} bytes is too long");
            }
        }
    }

    private void Set(int option, string name)
    {
        using var held = new HeldDescriptor(handle);
        var on = 1;
        if (setsockopt(held.Number, SOL_NETLINK, option, &on, sizeof(int)) < 0)
            throw Failed("open a netlink socket", $"setsockopt(SOL_NETLINK, {name}, 1)");
    }

    // Port 0 lets the kernel choose a free one; we ask which, since answers bear it.
    private uint Bind()
    {
        using var held = new HeldDescriptor(handle);
        var address = new sockaddr_nl { nl_family = (ushort)AF_NETLINK };
        socklen_t bytes = sizeof(sockaddr_nl);
        if (bind(held.Number, (sockaddr*)&address, bytes) < 0)
            throw Failed("open a netlink socket", "bind(netlink, {AF_NETLINK, nl_pid=0})");
        if (getsockname(held.Number, (sockaddr*)&address, &bytes) < 0)
            throw Failed("open a netlink socket", "getsockname(netlink)");
        return address.nl_pid;
    }

    private static MinicException Failed(string doing, string call) => MinicException.FromErrno(doing, call, errno);
}
