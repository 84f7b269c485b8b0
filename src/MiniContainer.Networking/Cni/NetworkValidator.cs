// The rules of a network configuration that its types cannot express, and what minic does not do yet: better refused
// here, with a line and a column, than passed over in silence.

using System.Net.Sockets;
using MiniContainer.Documents;

namespace MiniContainer.Networking.Cni;

/// <summary>Finds every rule that a network configuration breaks.</summary>
internal static class NetworkValidator
{
    // IFNAMSIZ of the kernel is 16, with the NUL at its end.
    private const int MaxInterfaceName = 15;

    /// <summary>Adds a problem for each broken rule.</summary>
    public static void Check(NetworkConfigJson list, IReadOnlyList<(string Path, PluginConfig Plugin)> plugins,
        Problems problems)
    {
        CheckVersion(list, problems);
        if (list.Name.Length == 0 || !char.IsAsciiLetterOrDigit(list.Name[0])
            || !list.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-'))
        {
            problems.Add("$.name", $"\"{list.Name}\" is no network's name",
                "Begin it with a letter or digit, then letters, digits, '_', '.' and '-'.");
        }

        if (list.Plugins is { Count: 0 })
        {
            problems.Add("$.plugins", "the list is empty", "Add a plugin: {\"type\": \"bridge\"}.");
        }

        foreach (var twice in plugins.GroupBy(part => part.Plugin.Type).Where(group => group.Count() > 1))
        {
            problems.Add(twice.Last().Path, $"the plugin {twice.Key} is given more than once", "Keep one of them.");
        }

        if (plugins is [(var first, PortmapConfig), ..])
        {
            problems.Add(first, "the plugin portmap comes first, where there is no address to publish yet",
                "Put it behind the plugin that gives the container its addresses.");
        }

        foreach (var (path, plugin) in plugins)
        {
            CheckPlugin(plugin, path, problems);
        }
    }

    private static void CheckVersion(NetworkConfigJson list, Problems problems)
    {
        var all = (list.CniVersions ?? []).Append(list.CniVersion).ToList();
        if (!all.Any(NetworkConfig.Versions.Contains))
        {
            problems.Add("$.cniVersion", $"minic does not speak version \"{list.CniVersion}\"",
                $"It speaks {string.Join(", ", NetworkConfig.Versions)}.");
        }
    }

    private static void CheckPlugin(PluginConfig plugin, string path, Problems problems)
    {
        if (plugin is BridgeConfig bridge)
        {
            CheckBridge(bridge, path, problems);
        }
        else if (plugin.Ipam is not null)
        {
            problems.Add($"{path}.ipam", $"the plugin {plugin.Type} gives no addresses", "Move it to the bridge.");
        }

        if (plugin is PortmapConfig { Backend: not (null or "nftables") and var backend })
        {
            problems.Add($"{path}.backend", $"minic publishes ports with nftables, not {backend}",
                "Remove it, or write \"nftables\".");
        }

        if (plugin.Ipam is { } ipam)
        {
            CheckIpam(ipam, $"{path}.ipam", problems);
        }

        foreach (var (server, i) in (plugin.Dns?.Nameservers ?? []).Select((server, i) => (server, i)))
        {
            if (!RangeReader.TryAddress(server, out _))
            {
                problems.Add($"{path}.dns.nameservers[{i}]", $"\"{server}\" is no address",
                    "A resolver needs the address, not the name, of its server.");
            }
        }
    }

    private static void CheckBridge(BridgeConfig bridge, string path, Problems problems)
    {
        if (bridge.Bridge is { } name)
        {
            CheckInterfaceName(name, $"{path}.bridge", problems);
        }

        if (bridge.HairpinMode && bridge.PromiscMode)
        {
            problems.Add($"{path}.promiscMode", "hairpinMode and promiscMode exclude each other", "Keep hairpinMode.");
        }

        if (bridge.Mtu is < 68 or > 65535)
        {
            problems.Add($"{path}.mtu", $"an MTU of {bridge.Mtu} is out of range",
                "It lies between 68 and 65535; IPv6 needs 1280.");
        }

        if (bridge.IpMasqBackend is not (null or "nftables") and var backend)
        {
            problems.Add($"{path}.ipMasqBackend", $"minic masquerades with nftables, not {backend}",
                "Remove it, or write \"nftables\".");
        }

        Refuse(bridge.Vlan is not (null or 0), "vlan", "VLANs");
        Refuse(bridge.VlanTrunk is { Count: > 0 }, "vlanTrunk", "VLANs");
        Refuse(bridge.Macspoofchk, "macspoofchk", "checks of MAC addresses");
        if ((bridge.IsGateway || bridge.IsDefaultGateway) && bridge.Ipam is null)
        {
            problems.Add(path, "the bridge is to be a gateway, but has no addresses",
                "Add \"ipam\", or remove isGateway and isDefaultGateway.");
        }

        void Refuse(bool asked, string member, string what)
        {
            if (asked)
            {
                problems.Add($"{path}.{member}", $"minic's bridge does no {what} yet", "Remove it.");
            }
        }
    }

    private static void CheckInterfaceName(string name, string path, Problems problems)
    {
        var bytes = System.Text.Encoding.UTF8.GetByteCount(name);
        if (bytes is 0 or > MaxInterfaceName)
        {
            problems.Add(path, $"\"{name}\" is {bytes} bytes long",
                $"An interface's name has 1 to {MaxInterfaceName}.");
        }

        if (name is "." or ".." || name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '/' or ':'))
        {
            problems.Add(path, $"\"{name}\" is no interface's name", "Use letters, digits, '-', '_' and '.'.");
        }
    }

    private static void CheckIpam(HostLocalConfig ipam, string path, Problems problems)
    {
        if (ipam.Type != "host-local")
        {
            problems.Add($"{path}.type", $"minic has no IPAM \"{ipam.Type}\"", "It has host-local.");
        }

        foreach (var (route, i) in (ipam.Routes ?? []).Select((route, i) => (route, i)))
        {
            CheckRoute(route, $"{path}.routes[{i}]", problems);
        }
    }

    private static void CheckRoute(Route route, string path, Problems problems)
    {
        var parts = route.Dst.Split('/');
        if (parts.Length != 2 || !RangeReader.TryAddress(parts[0], out var destination)
            || !int.TryParse(parts[1], out var length)
            || length < 0 || length > (destination.AddressFamily == AddressFamily.InterNetwork ? 32 : 128))
        {
            problems.Add($"{path}.dst", $"\"{route.Dst}\" is no network", "Write it like 0.0.0.0/0 or fd00:44::/64.");
        }
        else if (route.Gw is { } gateway
            && (!RangeReader.TryAddress(gateway, out var address)
                || address.AddressFamily != destination.AddressFamily))
        {
            problems.Add($"{path}.gw", $"\"{gateway}\" is no gateway for {route.Dst}",
                "Write an address of the same family.");
        }
    }
}
