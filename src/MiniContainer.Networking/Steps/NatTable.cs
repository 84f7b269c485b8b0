// The rules of all minic networks: a handful, whatever the number of containers, since what differs from one to the
// next is an element of a set or a map. First comes the path of a packet through them. Labs 15-nat, 16-ports,
// 19-packet; nft(8).
//
//     from outside, or from a container:  prerouting  ->  (route)  ->  forward  ->  postrouting
//     from the host itself:               output      ->  (route again)         ->  postrouting
//
//     A firewall that drops what is forwarded (Docker sets that policy) drops it before postrouting: an accept of one
//     table does not overrule another's drop. Such a host must accept the bridge itself: in Docker's case,
//     iptables -I DOCKER-USER -i minic0 -j ACCEPT and the same with -o.

using System.Net;
using System.Net.Sockets;
using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Networking.Steps;

/// <summary>The nft table of all minic networks.</summary>
public static class NatTable
{
    /// <summary>Family and name.</summary>
    public const string Name = "inet minic";

    /// <summary>The end of the names of its sets and maps: "6" for IPv6, "4" for IPv4.</summary>
    public static string FamilyOf(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? "6" : "4";

    /// <summary>Addresses of containers whose traffic leaves under the host's address; with "6" for IPv6.</summary>
    public const string Masquerade = "masquerade";

    /// <summary>Which bridge each address lives behind.</summary>
    public const string Home = "home";

    /// <summary>
    /// Addresses with ports published to neighbours behind the same bridge, and to the host's 127.0.0.1.
    /// </summary>
    public const string Hairpin = "hairpin";

    /// <summary>
    /// Addresses that see the host's address as the source of all that comes through published ports.
    /// </summary>
    public const string HideAll = "hide_all";

    /// <summary>Ports published on all addresses of the host.</summary>
    public const string Ports = "ports";

    /// <summary>Ports published on one address of the host.</summary>
    public const string HostPorts = "host_ports";

    /// <summary>The whole table, in nft's own language.</summary>
    public const string Text = """
        table inet minic {
            # who is masqueraded
            set masquerade4 { type ipv4_addr; }
            set masquerade6 { type ipv6_addr; }
            # which bridge an address lives behind
            set home4 { type ipv4_addr . ifname; }
            set home6 { type ipv6_addr . ifname; }
            # published ports: on one address of the host, on all of them
            map host_ports4 { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }
            map host_ports6 { type ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service; }
            map ports4 { type inet_proto . inet_service : ipv4_addr . inet_service; }
            map ports6 { type inet_proto . inet_service : ipv6_addr . inet_service; }
            # whose published ports answer neighbours and the host's 127.0.0.1
            set hairpin4 { type ipv4_addr; }
            set hairpin6 { type ipv6_addr; }
            # whose published ports hide every client's address
            set hide_all4 { type ipv4_addr; }
            set hide_all6 { type ipv6_addr; }

            chain published {
                # ::1 never leaves the host: there is no route_localnet for IPv6
                ip6 daddr ::1 return
                meta l4proto { tcp, udp, sctp } dnat ip to ip daddr . meta l4proto . th dport map @host_ports4
                meta l4proto { tcp, udp, sctp } dnat ip to meta l4proto . th dport map @ports4
                meta l4proto { tcp, udp, sctp } dnat ip6 to ip6 daddr . meta l4proto . th dport map @host_ports6
                meta l4proto { tcp, udp, sctp } dnat ip6 to meta l4proto . th dport map @ports6
            }

            chain prerouting {
                type nat hook prerouting priority -100; policy accept;
                fib daddr type local jump published
            }

            chain output {
                type nat hook output priority -100; policy accept;
                fib daddr type local jump published
            }

            chain postrouting {
                type nat hook postrouting priority 100; policy accept;
                # a neighbour, or the container itself, would answer the client directly, who does not know it
                ct status dnat ip daddr @hairpin4 ip saddr . oifname @home4 masquerade
                ct status dnat ip6 daddr @hairpin6 ip6 saddr . oifname @home6 masquerade
                # 127.0.0.1 means another host on the other side
                ct status dnat ip daddr @hairpin4 ip saddr 127.0.0.0/8 masquerade
                ct status dnat ip daddr @hide_all4 masquerade
                ct status dnat ip6 daddr @hide_all6 masquerade
                # neighbours know each other
                ip saddr . oifname @home4 return
                ip6 saddr . oifname @home6 return
                ip saddr @masquerade4 ip daddr != 224.0.0.0/4 masquerade
                ip6 saddr @masquerade6 ip6 daddr != ff00::/8 masquerade
            }

            chain input {
                type filter hook input priority 0; policy accept;
                # route_localnet lets answers come back to 127.0.0.1; nothing else may come there from a wire
                iifname != "lo" ip daddr 127.0.0.0/8 ct state != { established, related } drop
            }
        }
        """;
}

/// <summary>Makes the nft table of all minic networks if it is missing.</summary>
/// <param name="Directory">The directory of what all networks share.</param>
/// <param name="Bridge">The bridge of the network for which it is made, for a warning.</param>
public sealed record MakeNatTable(string Directory, string Bridge) : SharedStep(Directory)
{
    /// <inheritdoc/>
    public override bool ChangesRules => true;

    /// <inheritdoc/>
    public override string Title => $"make the nft table {NatTable.Name}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts => NatTable.Text.Split('\n');

    /// <inheritdoc/>
    public override string Man => "nft(8)";

    /// <inheritdoc/>
    public override string Lab => "15-nat";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
    [
        $"nft list chain {NatTable.Name} postrouting >/dev/null 2>&1 || {{ echo 'nft delete table {NatTable.Name}'"
            + $" >> {ShellWord.Quote(ByHandFile)}; nft -f - <<'EOF'",
        .. NatTable.Text.Split('\n'), "EOF", "}",
    ];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> WayBack => [$"delete table {NatTable.Name}"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> WayBackByHand => [$"nft delete table {NatTable.Name} 2>/dev/null || :"];

    /// <inheritdoc/>
    public override bool IsSame(SharedStep other) => other is MakeNatTable;

    /// <inheritdoc/>
    public override StepResult Find(SharedThing thing) => new() { Made = !IsThere };

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        if (IsThere)
            return null;
        Nftables.Run(NatTable.Text);
        // Said once, not with each container.
        foreach (var chain in ForwardPolicy.Dropping())
            Warnings.Sink(ForwardPolicy.Warning(chain, Bridge));
        return null;
    }

    /// <inheritdoc/>
    public override void Undo(StepResult? facts)
    {
        if (IsOurs)
            _ = Nftables.TryRun($"delete table {NatTable.Name}");
    }

    // A chain and not the table: that would list a thousand containers' elements too.
    private static bool IsThere => Nftables.TryList($"chain {NatTable.Name} postrouting") is not null;
}
