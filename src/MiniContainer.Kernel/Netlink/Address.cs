// An address of a link. See ip-address(8).

using System.Net;

namespace MiniContainer.Kernel.Netlink;

/// <summary>An IPv4 or IPv6 address on a link, as `ip address show` shows it.</summary>
/// <param name="Local">IFA_LOCAL: the address.</param>
/// <param name="PrefixLength">ifa_prefixlen: how many of its bits name the network.</param>
public sealed record Address(IPAddress Local, int PrefixLength)
{
    /// <summary>The link that has it; filled in by lists.</summary>
    public string Dev { get; init; } = "";

    /// <summary>IFA_BROADCAST, IPv4 only; null for none.</summary>
    public IPAddress? Broadcast { get; init; }

    /// <summary>ifa_scope: 0 global, 253 link, 254 host (rtnetlink(7)); null leaves it to `ip`'s rule: host for
    /// loopback addresses, else global. IPv6 knows its scopes from the address.</summary>
    public byte? Scope { get; init; }

    /// <summary>IFA_F_*: how the address stands.</summary>
    public uint Flags { get; init; }

    /// <summary>IFA_F_NODAD: use it at once, without asking the link first whether another has it (IPv6, RFC 4862).
    /// Right where addresses are given out by an authority, as a container's are; else the first second is
    /// lost.</summary>
    public bool NoDad
    {
        get => (Flags & NetlinkAbi.IFA_F_NODAD) != 0;
        init => Flags = value ? Flags | NetlinkAbi.IFA_F_NODAD : Flags & ~NetlinkAbi.IFA_F_NODAD;
    }

    /// <summary>IFA_F_TENTATIVE: still asking whether another has it; not usable yet.</summary>
    public bool IsTentative => (Flags & NetlinkAbi.IFA_F_TENTATIVE) != 0;

    /// <summary>IFA_F_PERMANENT: a user gave it, for good; it was not learnt from a router or a server.</summary>
    public bool IsPermanent => (Flags & NetlinkAbi.IFA_F_PERMANENT) != 0;

    /// <summary>IFA_F_DADFAILED: another has it.</summary>
    public bool IsDuplicate => (Flags & NetlinkAbi.IFA_F_DADFAILED) != 0;

    /// <summary>Reads "10.0.0.1/24"; without a slash, all bits.</summary>
    /// <exception cref="MinicException">The text is no address.</exception>
    public static Address Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var local)) throw Bad("it is no IP address");
        var bits = local.GetAddressBytes().Length * 8;
        if (slash < 0) return new Address(local, bits);
        return byte.TryParse(text.AsSpan(slash + 1), out var length) && length <= bits
            ? new Address(local, length)
            : throw Bad($"the prefix length must be a number from 0 to {bits}");

        MinicException Bad(string problem) => new($"read the address \"{text}\"", problem);
    }

    /// <summary>"10.0.0.1/24".</summary>
    public override string ToString() => $"{Local}/{PrefixLength}";
}
