// The network devices of the host that config.json gives to a container (lab 13-netns; runtime-spec, "Network
// Devices"). The steps stand in MoveDevice.cs, which draws their order.

using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Steps;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Planning;

/// <summary>Plans the member netDevices of config.json.</summary>
internal static class NetDevicePlan
{
    /// <summary>Adds the moves.</summary>
    public static void Add(Plan plan, Spec spec, ContainerSetup setup)
    {
        if (spec.Linux?.NetDevices is not { Count: > 0 } devices)
            return;
        var given = spec.Linux.Namespaces?.FirstOrDefault(n => n.Type == "network")?.Path;
        var joined = !string.IsNullOrEmpty(given);
        var netns = joined ? given! : Path.Combine(setup.StateDirectory, "netns");
        var moves = devices
            .Select(d => new MovedDevice(d.Key, netns, string.IsNullOrEmpty(d.Value.Name) ? d.Key : d.Value.Name)
            {
                Joined = joined,
            })
            .ToList();
        foreach (var device in moves)
        {
            plan.Add(new NoteDevice(device)
            {
                Why = joined
                    ? "A move takes its addresses from it, and if the start fails it is to come back as it was."
                    : "A move takes its addresses from it, and it is to come back as it was.",
            });
        }

        if (!joined)
        {
            plan.Add(new HoldNamespace(setup.Child, netns, moves)
            {
                Why = "With the last process the namespace would go, and a device that is no hardware with it.",
            });
        }

        foreach (var device in moves)
            plan.Add(new MoveDevice(device)
            {
                Why = "The container has it to itself; whoever runs in there finds its addresses on it, and it is up.",
            });
    }
}
