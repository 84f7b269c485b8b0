// --net of `minic run --rootfs`: which network the container gets, what that changes in its configuration, and which
// steps attach it.
//   minic, or another name   a network of CNI (lab 22-cni)
//   none                     a network namespace of its own, with nothing in it but lo (lab 13-netns)
//   host                     the host's

using MiniContainer.Containers.Oci;
using MiniContainer.Networking;
using MiniContainer.Plans;

namespace MiniContainer.Cli;

/// <summary>A choice of network.</summary>
/// <param name="Name">As given to --net.</param>
internal sealed record NetworkChoice(string Name)
{
    /// <summary>The choice of the machine's root if none was given; other users have none.</summary>
    public const string Default = "minic";

    /// <summary>The choice that was made.</summary>
    /// <param name="name">As given to --net, or null.</param>
    /// <param name="caller">Who made it.</param>
    /// <exception cref="Kernel.MinicException">It is not the caller's to make.</exception>
    public static NetworkChoice Of(string? name, Kernel.Caller caller)
    {
        if (name is null)
            return new(caller.IsMachineRoot ? Default : "none");
        return caller.OwnsNetwork || name is "none" or "host"
            ? new(name)
            : throw new Kernel.MinicException($"attach to the network {name}",
                "you are not root of the machine: a bridge and its addresses are the host's",
                "Say --net none, the default then, or --net host; or sudo minic ....");
    }

    /// <summary>The configuration with this network.</summary>
    /// <param name="spec">The configuration.</param>
    /// <param name="directory">The container's state directory.</param>
    public Spec Apply(Spec spec, string directory) => Name switch
    {
        "host" => spec with
        {
            Linux = spec.Linux! with
            {
                Namespaces = [.. (spec.Linux.Namespaces ?? []).Where(n => n.Type != "network")],
            },
        },
        "none" => spec,
        _ => spec with
        {
            Mounts = [.. spec.Mounts ?? [], new Mount
            {
                Destination = "/etc/resolv.conf",
                Type = "bind",
                Source = ResolvConfAt(directory),
                Options = ["bind"],
            }],
        },
    };

    /// <summary>
    /// The steps that attach the container; null for the host's network, and for none. They hold a lock until they are
    /// played.
    /// </summary>
    /// <param name="root">The directory of all state.</param>
    /// <param name="id">The container's id, and its child's name in the plan.</param>
    /// <param name="directory">The container's state directory.</param>
    /// <param name="toLook">Whether the plan is only read: then no lock is taken.</param>
    /// <exception cref="Kernel.MinicException">There is no such network, or no address is free ….</exception>
    public NetworkSteps? Plan(StateRoot root, string id, string directory, bool toLook = false)
    {
        if (Name is "host" or "none")
            return null;
        var attachment = new Attachment(ContainerId.Known(id), "child:" + id);
        var (steps, result) = toLook
            ? AttachmentPlanner.PlanToLook(root.Path, Name, attachment)
            : AttachmentPlanner.Plan(root.Path, Name, attachment);
        return steps with { Before = [.. steps.Before, ResolvConf.Write(ResolvConfAt(directory), result.Dns)] };
    }

    private static string ResolvConfAt(string directory) => Path.Combine(directory, "resolv.conf");
}
