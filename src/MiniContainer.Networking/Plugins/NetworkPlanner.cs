// From a CNI configuration to a plan: its plugins are walked in the order of the list, as CNI's runtimes call them for
// ADD, in process and as steps. DEL is their undo. Lab 22-cni;
// https://github.com/containernetworking/cni/blob/spec-v1.1.0/SPEC.md#section-3-execution-of-network-configurations
//
// All that does not need the container's namespace comes before it: the process waits less; and the undo, which goes
// backward, kills it first, so that the kernel takes the veth away by itself while nft is busy.

using MiniContainer.Kernel;
using MiniContainer.Kernel.Netlink;
using MiniContainer.Networking.Cni;
using MiniContainer.Plans;

namespace MiniContainer.Networking;

/// <summary>The steps of an attachment, in two parts, and what CNI calls its result.</summary>
/// <param name="Before">Steps that come before the container's process is made.</param>
/// <param name="Inside">Steps that are played once its namespace is there, before it is released.</param>
/// <param name="Result">Interfaces, addresses, routes, DNS.</param>
public sealed record PlannedAttachment(IReadOnlyList<Step> Before, IReadOnlyList<Step> Inside, Result Result);

/// <summary>Plans attachments to networks.</summary>
public static class NetworkPlanner
{
    /// <summary>Adds all steps of an attachment to a namespace that is there already.</summary>
    /// <returns>CNI's result.</returns>
    /// <exception cref="MinicException">
    /// The attachment cannot be: no address is free, a port is out of range ….
    /// </exception>
    public static Result Add(Plan plan, NetworkConfig config, Attachment attachment, NetworkFacts facts)
    {
        var planned = Plan(config, attachment, facts);
        foreach (var step in planned.Before.Concat(planned.Inside))
            plan.Add(step);
        return planned.Result;
    }

    /// <summary>Plans an attachment; the caller puts the making of the process between its two parts.</summary>
    /// <inheritdoc cref="Add(Plans.Plan, NetworkConfig, Attachment, NetworkFacts)" path="/exception"/>
    public static PlannedAttachment Plan(NetworkConfig config, Attachment attachment, NetworkFacts facts)
    {
        InterfaceName.Check(attachment.IfName);
        var chain = new Chain(config, attachment, facts);
        if (attachment.PortMappings.Count > 0 && !chain.Has("portmap"))
            throw new MinicException("publish ports", $"the network {config.Name} has no plugin portmap",
                "Add {\"type\": \"portmap\", \"capabilities\": {\"portMappings\": true}} to its plugins.");
        foreach (var plugin in config.Plugins)
            Add(plugin, chain);
        return chain.Planned();
    }

    // A plugin is a file beside this one, and a line here.
    private static void Add(PluginConfig plugin, Chain chain)
    {
        switch (plugin)
        {
            case BridgeConfig bridge:
                Bridge.Add(bridge, chain);
                break;
            case PortmapConfig portmap:
                Portmap.Add(portmap, chain);
                break;
            case { Type: "loopback" }:
                Loopback.Add(chain);
                break;
            default:
                throw new ArgumentException($"no plugin is called {plugin.Type}", nameof(plugin));
        }
    }
}
