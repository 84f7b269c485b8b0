// What is done inside a container's network namespace, from outside: links up, addresses, routes. None of it needs an
// undo, since it goes away with the interface. Labs 13-netns, 15-nat, 18-ipv6; ip-address(8), ip-route(8).

using System.Net;
using MiniContainer.Kernel.Netlink;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Networking.Steps;

/// <summary>A step inside a network namespace.</summary>
/// <param name="Netns">The namespace: see <see cref="NetnsPath"/>.</param>
public abstract record InsideStep(string Netns) : Step
{
    /// <inheritdoc/>
    public sealed override StepResult? Do(PlayContext playing)
    {
        using var netns = NetnsPath.Open(Netns, playing);
        using var kernel = RtNetlink.OpenIn(netns);
        Make(kernel);
        return null;
    }

    private protected abstract void Make(RtNetlink kernel);
}

/// <summary>Sets a link up.</summary>
/// <param name="Netns">Where.</param>
/// <param name="Name">The link.</param>
public sealed record SetLinkUp(string Netns, string Name) : InsideStep(Netns)
{
    /// <inheritdoc/>
    public override string Title => $"set {Name} up inside";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts => [$"RTM_SETLINK(ifname=\"{Name}\", IFF_UP)"];

    /// <inheritdoc/>
    public override string Man => "ip-link(8)";

    /// <inheritdoc/>
    public override string Lab => "13-netns";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Network, "set # links up inside", Name);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [$"{NetnsPath.Enter(Netns)} ip link set {Name} up"];

    private protected override void Make(RtNetlink kernel) => kernel.SetUp(Name);
}

/// <summary>Gives a link inside an address.</summary>
/// <param name="Netns">Where.</param>
/// <param name="Name">The link.</param>
/// <param name="Cidr">The address with its prefix length: "10.44.0.2/16".</param>
public sealed record AddAddress(string Netns, string Name, string Cidr) : InsideStep(Netns)
{
    private bool IsV6 => Cidr.Contains(':', StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string Title => $"give {Name} the address {Cidr}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
        [$"RTM_NEWADDR(dev=\"{Name}\", local={Cidr}{(IsV6 ? ", flags=IFA_F_NODAD" : "")})"];

    /// <inheritdoc/>
    public override string Man => "ip-address(8)";

    /// <inheritdoc/>
    public override string Lab => IsV6 ? "18-ipv6" : "14-bridge";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Network, $"give {Name} # addresses", Cidr);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [$"{NetnsPath.Enter(Netns)} ip address add {Cidr} dev {Name}{(IsV6 ? " nodad" : "")}"];

    private protected override void Make(RtNetlink kernel) =>
        kernel.AddAddress(Name, Address.Parse(Cidr) with { NoDad = IsV6 });
}

/// <summary>Adds a route inside.</summary>
/// <param name="Netns">Where.</param>
/// <param name="Destination">The network: "0.0.0.0/0".</param>
/// <param name="Name">The link.</param>
/// <param name="Gateway">The router; null for what is on the link.</param>
public sealed record AddRoute(string Netns, string Destination, string Name, string? Gateway = null) : InsideStep(Netns)
{
    /// <summary>The metric; null for the kernel's.</summary>
    public int? Metric { get; init; }

    /// <summary>The routing table; null for the main one.</summary>
    public int? Table { get; init; }

    /// <inheritdoc/>
    public override string Title => $"route {Words}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
        [$"RTM_NEWROUTE(dst={Destination}{(Gateway is null ? "" : $", gateway={Gateway}")}, "
            + $"dev=\"{Name}\"{(Metric is null ? "" : $", priority={Metric}")}"
            + $"{(Table is null ? "" : $", table={Table}")})"];

    /// <inheritdoc/>
    public override string Man => "ip-route(8)";

    /// <inheritdoc/>
    public override string Lab => Destination.Contains(':', StringComparison.Ordinal) ? "18-ipv6" : "15-nat";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Network, "add # routes", Words);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
    [
        $"{NetnsPath.Enter(Netns)} ip route add {Words}{(Metric is null ? "" : $" metric {Metric}")}"
            + (Table is null ? "" : $" table {Table}"),
    ];

    private string Words => $"{Destination}{(Gateway is null ? "" : $" via {Gateway}")} dev {Name}";

    private protected override void Make(RtNetlink kernel) => kernel.AddRoute(new Route(IPNetwork.Parse(Destination))
    {
        Gateway = Gateway is null ? null : IPAddress.Parse(Gateway),
        Dev = Name,
        Metric = Metric,
        Table = Table ?? Route.MainTable,
    });
}
