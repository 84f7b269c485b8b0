// Planning an attachment on this machine, now: the lock is taken, the facts are read, and the plan names concrete
// addresses, which are safe until a step of it gives the lock up (lab 22-cni; SharedLock.cs is the lock).
//
// minic takes the lock before the state directory of the container. That cannot end in a circle: a minic that claims a
// name waits only for a directory that has just been made and has no journal yet, and no minic that holds such a
// directory wants this lock.
//
//     take the lock                        SharedLock.Take
//     read leases in use, plan             NetworkFacts, NetworkPlanner
//     playing.Locks[lock.Path] = lock
//     join the network, lease the address  the lease's step gives the lock up: the rest needs it for moments only
//
// It is one lock for all networks, since they share the nft table and the forwarding settings. So there is no order in
// which to take several, and nothing to wait for in a circle.

using MiniContainer.Kernel;
using MiniContainer.Networking.Cni;
using MiniContainer.Plans;

namespace MiniContainer.Networking;

/// <summary>Plans attachments under the lock of the networks.</summary>
public static class AttachmentPlanner
{
    /// <summary>Plans to attach a child of a plan that is being made.</summary>
    /// <param name="stateRoot">The directory of all state, /run/minic.</param>
    /// <param name="network">The network's name.</param>
    /// <param name="attachment">Who is attached, and how.</param>
    /// <returns>The steps, which the caller disposes, and CNI's result.</returns>
    /// <exception cref="Kernel.MinicException">There is no such network, or no address is free ….</exception>
    public static (NetworkSteps Steps, Result Result) Plan(string stateRoot, string network, Attachment attachment) =>
        Locked(stateRoot, network, attachment);

    /// <summary>
    /// The same for those who only want to read the plan: no lock, so another may have the address when it is played.
    /// </summary>
    /// <inheritdoc cref="Plan" path="/exception"/>
    public static (NetworkSteps Steps, Result Result) PlanToLook(string stateRoot, string network,
        Attachment attachment)
    {
        var config = NetworkConfigs.Find(network);
        var planned = NetworkPlanner.Plan(config, attachment,
            Facts(NetworkFacts.NetworksOf(stateRoot), config, attachment));
        return (new NetworkSteps(planned.Before, planned.Inside), planned.Result);
    }

    private static (NetworkSteps Steps, Result Result) Locked(string stateRoot, string network, Attachment attachment)
    {
        var config = NetworkConfigs.Find(network);
        if (config.Bridge is not null)
            Nftables.Require();
        var networks = NetworkFacts.NetworksOf(stateRoot);
        var held = SharedLock.Take(networks);
        try
        {
            var planned = NetworkPlanner.Plan(config, attachment, Facts(networks, config, attachment));
            return (new NetworkSteps(planned.Before, planned.Inside) { Lock = held }, planned.Result);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private static NetworkFacts Facts(string networks, NetworkConfig config, Attachment attachment)
    {
        var facts = NetworkFacts.Read(networks, config, attachment.PortMappings);
        // Said by the first container of the network alone.
        if (!facts.HasIPv6 && facts.BridgeMtu is null && config.RangeSets.Any(set => set.Ranges[0].IsV6))
            Warnings.Sink(
                $"this kernel runs without IPv6: containers of the network {config.Name} get their other addresses "
                    + "alone");
        return facts;
    }
}
