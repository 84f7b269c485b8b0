// The kernel asks the rules of network address translation for the first packet of a connection, and follows its memory
// for the rest: for UDP, all packets from one port to another are one connection. So when rules change, connections of
// before must be forgotten, else a client that never stops sending never meets the new rule.
// Labs 15-nat, 16-ports; conntrack(8).
//
//     add       forget the addresses   ->  add the elements     ->  forget what came to the ports meanwhile
//     remove    (nothing)              <-  remove the elements  <-
//               forget the addresses   <-

using System.Net;
using System.Net.Sockets;
using MiniContainer.Kernel;
using MiniContainer.Kernel.Netlink;
using MiniContainer.Plans;

namespace MiniContainer.Networking.Steps;

/// <summary>Forgets the connections of addresses, and forgets them again in the undo.</summary>
/// <param name="Addresses">The addresses of a container: "10.44.0.2".</param>
public sealed record ForgetConnections(IReadOnlyList<string> Addresses) : Step
{
    /// <inheritdoc/>
    public override string Title => $"forget connections of {string.Join(" and ", Addresses)}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
        ["IPCTNL_MSG_CT_GET(NLM_F_DUMP), if there are any",
            $"IPCTNL_MSG_CT_DELETE of those with {string.Join(" or ", Addresses)}"];

    /// <inheritdoc/>
    public override string Man => "conntrack(8)";

    /// <inheritdoc/>
    public override string Lab => "16-ports";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [.. Addresses.Select(a => $"for end in -s -d -r -q; do conntrack -D $end {a} >/dev/null 2>&1 || :; done")];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoCallTexts => CallTexts;

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoByHand => ByHand;

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        Forget();
        return null;
    }

    /// <inheritdoc/>
    public override void Undo(StepResult? facts) => Forget();

    private void Forget()
    {
        var addresses = Addresses.Select(IPAddress.Parse).ToList();
        Connections.Forget(entry => addresses.Exists(entry.Concerns));
    }
}

/// <summary>A port of the host that leads to a container.</summary>
/// <param name="Protocol">"tcp", "udp" or "sctp".</param>
/// <param name="Port">The host's port.</param>
/// <param name="Address">The container's address; its family is that of the mapping.</param>
/// <param name="HostIp">The one address of the host on which it is published; null for all.</param>
public sealed record LeadingPort(string Protocol, int Port, string Address, string? HostIp = null)
{
    /// <summary>"udp 8080", "udp 203.0.113.2:8080".</summary>
    public override string ToString() =>
        HostIp is null ? $"{Protocol} {Port}" : $"{Protocol} {new IPEndPoint(IPAddress.Parse(HostIp), Port)}";
}

/// <summary>Forgets connections to published ports that are older than the mapping.</summary>
/// <param name="Ports">The ports, which are published by now.</param>
public sealed record ForgetOlder(IReadOnlyList<LeadingPort> Ports) : Step
{
    /// <inheritdoc/>
    public override string Title =>
        $"forget older connections to {string.Join(", ", Ports.Select(p => p.ToString()).Distinct())}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
        ["IPCTNL_MSG_CT_GET(NLM_F_DUMP), if there are any",
            "IPCTNL_MSG_CT_DELETE of those with one of the host's addresses and these ports"];

    /// <inheritdoc/>
    public override string Man => "conntrack(8)";

    /// <inheritdoc/>
    public override string Lab => "16-ports";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [.. Ports.Select(Delete)];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        // What only passes through the host may go to the same port elsewhere, and stays.
        var local = new Lazy<IReadOnlyList<IPNetwork>>(Connections.LocalNetworks);
        Connections.Forget(
            entry => Ports.Any(port => IsOlder(port, entry)),
            entry => local.Value.Any(network => network.Contains(entry.Original.Destination)));
        return null;
    }

    // A connection that a process has accepted stays with that process. If the port is mapped on all addresses, a
    // connection that is translated already belongs to a mapping of one address, which goes before.
    private static bool IsOlder(LeadingPort port, ConntrackEntry entry) =>
        entry.Original.DestinationPort == port.Port && entry.Protocol == Number(port.Protocol)
        && IPAddress.Parse(port.Address) is var address && entry.Original.Source.AddressFamily == address.AddressFamily
        && !entry.Reply.Source.Equals(address)
        && (port.HostIp is { } one ? entry.Original.Destination.Equals(IPAddress.Parse(one)) : !entry.HasNewDestination)
        && (entry.Protocol == ProtocolType.Udp || entry.HasNewDestination || !entry.SeenReply);

    private static ProtocolType Number(string protocol) => protocol switch
    {
        "tcp" => ProtocolType.Tcp,
        "udp" => ProtocolType.Udp,
        _ => ConntrackEntry.Sctp,
    };

    private static string Delete(LeadingPort port)
    {
        var v6 = port.Address.Contains(':', StringComparison.Ordinal);
        var unanswered = port.Protocol == "udp" ? "" : " -u UNREPLIED";
        var command = $"conntrack -D -f {(v6 ? "ipv6" : "ipv4")} -p {port.Protocol} --orig-port-dst "
            + $"{port.Port}{unanswered} -d";
        return port.HostIp is { } one
            ? $"{command} {one} >/dev/null 2>&1 || :"
            : $"ip -{(v6 ? 6 : 4)} -o address show | while read -r _ _ _ cidr _; do "
                + $"{command} \"${{cidr%/*}}\" >/dev/null 2>&1 || :; done";
    }
}

/// <summary>What the two steps have in common.</summary>
internal static class Connections
{
    /// <summary>Forgets connections.</summary>
    /// <param name="wanted">Which of them.</param>
    /// <param name="besides">What must be true of them besides, where that is dear to find out.</param>
    public static void Forget(Func<ConntrackEntry, bool> wanted, Func<ConntrackEntry, bool>? besides = null)
    {
        if (Conntrack.IsEmpty)
            return;
        try
        {
            using var kernel = Conntrack.Open();
            foreach (var entry in kernel.List(wanted).Where(entry => besides?.Invoke(entry) != false))
                _ = kernel.TryDelete(entry);
        }
        catch (MinicException e) when (e.Errno is Errno.EINVAL or Errno.EOPNOTSUPP or Errno.EPROTONOSUPPORT)
        {
            Warnings.Sink(
                $"connections of before cannot be forgotten, so a client that goes on sending from its port may miss "
                + $"the container: {e.Message}. The kernel needs CONFIG_NF_CT_NETLINK (modprobe "
                + "nf_conntrack_netlink).");
        }
    }

    /// <summary>What is delivered to the host itself: its addresses, 127.0.0.0/8.</summary>
    public static IReadOnlyList<IPNetwork> LocalNetworks()
    {
        using var kernel = RtNetlink.Open();
        return kernel.ListLocalNetworks();
    }
}
