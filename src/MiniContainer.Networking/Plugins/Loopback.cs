// The plugin loopback: a network of oneself alone. A new network namespace has lo, but it is down.
// Lab 13-netns.

using MiniContainer.Networking.Steps;
using MiniContainer.Plans;

namespace MiniContainer.Networking;

/// <summary>Plans a namespace with lo alone.</summary>
internal static class Loopback
{
    /// <summary>Adds what the plugin does.</summary>
    public static void Add(Chain chain) => chain.Inside.Add(Step(chain.Attachment.NetworkNamespace));

    /// <summary>The step that sets lo up.</summary>
    /// <param name="networkNamespace">"child:NAME", or a path.</param>
    public static Step Step(string networkNamespace) =>
        new SetLinkUp(networkNamespace, "lo")
        {
            Why = "A new network namespace has a loopback interface, but it is down: not even 127.0.0.1 answers.",
        };
}
