// The addresses of every world. They are those set apart for documentation (RFC 5737, RFC 3849), so a packet that should
// ever leave a world would not get far. Labs 13-netns to 18-ipv6 build on this picture:
//
//     host                                              internet
//     eth0 203.0.113.2/24, 2001:db8::2/64  ---------->  eth0 203.0.113.1/24, 2001:db8::1/64      the router
//     default via 203.0.113.1, 2001:db8::1                   203.0.113.10, 2001:db8::10          the web server
//                                                            203.0.113.53, 2001:db8::53          the name server
//                                                            no default route: 10.0.0.0/8 is unknown there

using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.InteropServices;
using MiniContainer.Kernel;
using MiniContainer.Kernel.Netlink;

namespace MiniContainer.Labs.Worlds;

/// <summary>The network of a world.</summary>
internal static class Topology
{
    /// <summary>Where the web server is.</summary>
    public static readonly IReadOnlyList<string> Web = ["203.0.113.10", "2001:db8::10"];

    /// <summary>Where the name server is.</summary>
    public static readonly IReadOnlyList<string> Dns = ["203.0.113.53", "2001:db8::53"];

    /// <summary>The host's /etc/resolv.conf.</summary>
    public const string ResolvConf = "# The name server of the lab world.\nnameserver 203.0.113.53\n";

    private static readonly string[] HostAddresses = ["203.0.113.2/24", "2001:db8::2/64"];
    private static readonly string[] InternetAddresses = ["203.0.113.1/24", "203.0.113.10/24", "203.0.113.53/24", "2001:db8::1/64", "2001:db8::10/64", "2001:db8::53/64"];
    private static readonly string[] Gateways = ["203.0.113.1", "2001:db8::1"];

    /// <summary>Lays the cable between the two places and configures its ends.</summary>
    /// <remarks>
    /// The internet has no route but that of its link: what comes from a private address is not answered. Pods need a
    /// masquerade to be heard, as in the world outside.
    /// </remarks>
    public static void Build(SafeHandle host, SafeHandle internet)
    {
        Set(host, forward: "0");
        Set(internet, forward: "1");
        using var here = RtNetlink.OpenIn(host);
        using var there = RtNetlink.OpenIn(internet);
        // Fixed addresses of the locally administered kind (02:...), so that transcripts show the same ones everywhere.
        here.AddVeth(
            new VethEnd("eth0") { Mac = PhysicalAddress.Parse("02-00-CB-00-71-02") },
            new VethEnd("eth0") { Netns = internet, Mac = PhysicalAddress.Parse("02-00-CB-00-71-01") });
        Configure(there, InternetAddresses);
        Configure(here, HostAddresses);
        foreach (var gateway in Gateways)
            here.AddRoute(Route.Default(IPAddress.Parse(gateway), "eth0"));
    }

    // A new network namespace begins with the machine's IPv4 settings: here every world is made the same. Before there is
    // a link, since links take over "default" when they are made.
    private static void Set(SafeHandle netns, string forward)
    {
        Sysctl.Write("net.ipv4.ip_forward", forward, netns);
        Sysctl.Write("net.ipv4.conf.default.rp_filter", "2", netns);
        Sysctl.Write("net.ipv6.conf.default.accept_dad", "0", netns);
    }

    private static void Configure(RtNetlink place, IReadOnlyList<string> addresses)
    {
        place.SetUp("lo");
        // Addresses first, then up; IPv6 ones without the second of duplicate detection, in which they cannot be used.
        foreach (var address in addresses)
            place.AddAddress("eth0", Address.Parse(address) with { NoDad = address.Contains(':', StringComparison.Ordinal) });
        place.SetUp("eth0");
    }
}
