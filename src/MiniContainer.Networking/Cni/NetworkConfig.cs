// A network, read from a .conflist or .conf file of CNI and found valid, or minic's built-in one. What the planner of
// attachments starts from. https://github.com/containernetworking/cni/blob/spec-v1.1.0/SPEC.md   Lab: 22-cni.

using System.Text.Json;
using MiniContainer.Documents;
using MiniContainer.Kernel;

namespace MiniContainer.Networking.Cni;

/// <summary>A valid network configuration.</summary>
public sealed record NetworkConfig
{
    private const string Doing = "read the network's configuration";

    /// <summary>The version of CNI that minic speaks best.</summary>
    public const string CurrentVersion = "1.1.0";

    /// <summary>All versions that minic speaks.</summary>
    public static IReadOnlyList<string> Versions { get; } = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"];

    /// <summary>The version to answer in: the newest of the configuration's that minic speaks.</summary>
    public required string CniVersion { get; init; }

    /// <summary>The network's name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether CHECK is never to be called.</summary>
    public bool DisableCheck { get; init; }

    /// <summary>Whether GC is never to be called.</summary>
    public bool DisableGc { get; init; }

    /// <summary>
    /// The plugins, in the order of ADD: <see cref="BridgeConfig"/>, <see cref="PortmapConfig"/>, or a loopback.
    /// </summary>
    public required IReadOnlyList<PluginConfig> Plugins { get; init; }

    /// <summary>
    /// The sets of ranges of the bridge's addresses; an attachment gets one of each. Empty without IPAM.
    /// </summary>
    public IReadOnlyList<RangeSet> RangeSets { get; init; } = [];

    /// <summary>The bridge, or null for a network of loopback alone.</summary>
    public BridgeConfig? Bridge => Plugins.OfType<BridgeConfig>().FirstOrDefault();

    /// <summary>The publisher of ports, or null.</summary>
    public PortmapConfig? Portmap => Plugins.OfType<PortmapConfig>().FirstOrDefault();

    /// <summary>
    /// minic's built-in network: bridge minic0, addresses of 10.44.0.0/16 and fd00:44::/64, masqueraded, ports
    /// published.
    /// </summary>
    public static NetworkConfig Default { get; } = Parse("built-in network minic", DefaultJson);

    /// <summary>The text of <see cref="Default"/>, a file to start one's own from.</summary>
    public const string DefaultJson = """
        {
          "cniVersion": "1.1.0",
          "name": "minic",
          "plugins": [
            {
              "type": "bridge",
              "bridge": "minic0",
              "isGateway": true,
              "isDefaultGateway": true,
              "ipMasq": true,
              "hairpinMode": true,
              "ipam": {
                "type": "host-local",
                "ranges": [
                  [{ "subnet": "10.44.0.0/16", "gateway": "10.44.0.1" }],
                  [{ "subnet": "fd00:44::/64", "gateway": "fd00:44::1" }]
                ],
                "routes": [{ "dst": "0.0.0.0/0" }, { "dst": "::/0" }]
              }
            },
            { "type": "portmap", "capabilities": { "portMappings": true }, "snat": true }
          ]
        }

        """;

    /// <summary>Reads and validates a file.</summary>
    /// <param name="path">A .conflist or .conf file.</param>
    /// <exception cref="MinicException">
    /// It cannot be read, or every rule that it breaks, with line and column.
    /// </exception>
    public static NetworkConfig Load(string path) =>
        Read(JsonFile.Read(Doing, path, "Network configurations end in .conflist; --net none goes without."));

    /// <summary>Reads and validates a text.</summary>
    /// <param name="name">What to call it in errors.</param>
    /// <param name="json">The configuration.</param>
    /// <exception cref="MinicException">Every rule that it breaks, with line and column.</exception>
    public static NetworkConfig Parse(string name, string json) => Read(JsonFile.FromText(Doing, name, json));

    private static NetworkConfig Read(JsonFile file)
    {
        var list = file.As(CniJson.Default.NetworkConfigJson);
        var problems = new Problems();

        // A single plugin's configuration, the form before lists, is the list of that plugin.
        IReadOnlyList<(string Path, JsonElement Part)> parts = list.Plugins is null
            ? [("$", file.Element())]
            : [.. list.Plugins.Select((part, i) => ($"$.plugins[{i}]", part))];
        var plugins = parts.Select(part => (part.Path, Plugin: ReadPlugin(file, part.Path, part.Part, problems)))
            .Where(part => part.Plugin is not null).Select(part => (part.Path, Plugin: part.Plugin!)).ToList();
        NetworkValidator.Check(list, plugins, problems);
        var bridge = plugins.FirstOrDefault(part => part.Plugin is BridgeConfig);
        var ranges = bridge.Plugin?.Ipam is { } ipam ? RangeReader.Read(ipam, $"{bridge.Path}.ipam", problems) : [];
        return problems.All.Count > 0 ? throw file.Fail(problems) : new NetworkConfig
        {
            CniVersion = (list.CniVersions ?? []).Append(list.CniVersion).Where(Versions.Contains)
                .Max(StringComparer.Ordinal)!,
            Name = list.Name,
            DisableCheck = list.DisableCheck == true,
            DisableGc = list.DisableGc == true,
            Plugins = [.. plugins.Select(part => part.Plugin)],
            RangeSets = ranges,
        };
    }

    private static PluginConfig? ReadPlugin(JsonFile file, string path, JsonElement part, Problems problems)
    {
        var type = part.ValueKind == JsonValueKind.Object && part.TryGetProperty("type", out var name)
            && name.ValueKind == JsonValueKind.String
            ? name.GetString() : null;
        switch (type)
        {
            case "bridge":
                return file.Part(part, path, CniJson.Default.BridgeConfig, problems);
            case "portmap":
                return file.Part(part, path, CniJson.Default.PortmapConfig, problems);
            case null or "loopback":
                return file.Part(part, path, CniJson.Default.PluginConfig, problems);
            default:
                problems.Add($"{path}.type", $"minic has no plugin \"{type}\"",
                    NearestName.Ask(type, ["bridge", "portmap", "loopback"], "It has bridge, portmap and loopback."));
                return null;
        }
    }
}
