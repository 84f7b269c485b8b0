// --net of `minic run --rootfs`: which network the container gets. The one place to extend: a choice says what it changes
// in the configuration, and which steps it adds while the container's child waits (LaunchOptions.Network).
//   none   a network namespace of its own, with nothing in it but lo (lab 13-netns)
//   host   the host's

using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;
using MiniContainer.Kernel.Documents;
using MiniContainer.Plans;

namespace MiniContainer.Cli;

/// <summary>A choice of network.</summary>
/// <param name="Name">As given to --net.</param>
internal sealed record NetworkChoice(string Name)
{
    private static readonly string[] Known = ["none", "host"];

    /// <summary>The choice where none was given.</summary>
    public const string Default = "none";

    /// <summary>Adds the network's steps while the child of that name waits; null where there are none.</summary>
    public Action<Plan, string>? Steps { get; init; }

    /// <summary>Reads the option's value.</summary>
    /// <exception cref="MinicException">There is no such network.</exception>
    public static NetworkChoice Parse(string? text) => Known.Contains(text ?? Default)
        ? new NetworkChoice(text ?? Default)
        : throw new MinicException($"read --net {text}", "there is no such network", NearestName.Ask(text!, Known, $"Known are {string.Join(" and ", Known)}."));

    /// <summary>The configuration with this network.</summary>
    public Spec Apply(Spec spec) => Name == "host"
        ? spec with { Linux = spec.Linux! with { Namespaces = [.. (spec.Linux.Namespaces ?? []).Where(n => n.Type != "network")] } }
        : spec;
}
