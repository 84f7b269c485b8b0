// The addresses of every world. They are those set apart for documentation (RFC 5737, RFC 3849), so a packet that
// should ever leave a world would not get far. Labs 13-netns to 18-ipv6 build on this picture:
//
//     host                                              internet
//     eth0 203.0.113.2/24, 2001:db8::2/64  ---------->  eth0 203.0.113.1/24, 2001:db8::1/64      the router
//     default via 203.0.113.1, 2001:db8::1                   203.0.113.10, 2001:db8::10          the web server
//                                                            203.0.113.53, 2001:db8::53          the name server
//                                                            no default route: 10.0.0.0/8 is unknown there

using MiniContainer.Nodes.Model;

namespace MiniContainer.Labs.Worlds;

/// <summary>The network of a world.</summary>
internal static class WorldNetwork
{
    /// <summary>Where the web server is.</summary>
    public static readonly IReadOnlyList<string> Web = ["203.0.113.10", "2001:db8::10"];

    /// <summary>Where the name server is.</summary>
    public static readonly IReadOnlyList<string> Dns = ["203.0.113.53", "2001:db8::53"];

    /// <summary>The host's /etc/resolv.conf.</summary>
    public const string ResolvConf = "# The name server of the lab world.\nnameserver 203.0.113.53\n";

    private static readonly string[] HostAddresses = ["203.0.113.2/24", "2001:db8::2/64"];
    private static readonly string[] Routers = ["203.0.113.1", "2001:db8::1"];

    /// <summary>The cable between the two places.</summary>
    /// <remarks>
    /// The internet has no route except that of its link: it does not answer what comes from a private address. Pods
    /// need a masquerade to be heard, as in the world outside.
    /// </remarks>
    public static Cable Cable(Node host, Node internet) => new(
        // Fixed addresses of the locally administered kind (02:...), so that transcripts show the same ones everywhere.
        new CableEnd(host, "eth0", "02:00:cb:00:71:02", HostAddresses) { Gateways = Routers },
        new CableEnd(internet, "eth0", "02:00:cb:00:71:01", [.. Of(0), .. Of(1)]));

    // The router's address first, of one family and then of the other.
    private static IEnumerable<string> Of(int family) =>
        new[] { Routers[family], Web[family], Dns[family] }.Select(a => $"{a}/{(family == 0 ? 24 : 64)}");
}
