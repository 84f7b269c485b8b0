// A network of oneself alone: CNI's plugin loopback, and `--net none`. A new network namespace has lo, but it is down.
// Lab 13-netns.

using MiniContainer.Plans;
using MiniContainer.Plans.Steps.Network;

namespace MiniContainer.Networking;

/// <summary>Plans a namespace with lo alone.</summary>
public static class LoopbackPlanner
{
    /// <summary>Adds the step that sets lo up.</summary>
    /// <param name="plan">Takes the step; the child, if any, is made before it.</param>
    /// <param name="networkNamespace">"child:NAME", or a path.</param>
    public static void Add(Plan plan, string networkNamespace) => plan.Add(Step(networkNamespace));

    internal static Step Step(string networkNamespace) =>
        new SetLinkUp(networkNamespace, "lo") { Why = "A new network namespace has a loopback interface, but it is down: not even 127.0.0.1 answers." };
}
