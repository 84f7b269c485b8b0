// Brings a topology up: claims the name, and plays the plan onto a journal. If it fails, or is killed, on the way, the
// journal says what there is of it, and TopologyRemoval.cs takes that away. Lab 13-netns; namespaces(7).

using MiniContainer.Kernel;
using MiniContainer.Nodes.Model;
using MiniContainer.Plans;

namespace MiniContainer.Nodes.Lifecycle;

/// <summary>Brings topologies up.</summary>
/// <param name="Home">The directory of all topologies.</param>
/// <param name="What">What it is, for errors: "world box".</param>
/// <param name="Topology">What is to be there.</param>
/// <param name="Plan">The plan of it, which may say more than that.</param>
public sealed record TopologyLauncher(NodesHome Home, string What, Topology Topology, Plan Plan)
{
    /// <summary>Whether it is to go when this process goes.</summary>
    public bool Foreground { get; init; }

    /// <summary>Brings it up, unless it is; those that were left behind go first.</summary>
    /// <returns>False if it was up already.</returns>
    /// <exception cref="MinicException">
    /// It could not be built; nothing of it is left, or its journal says what.
    /// </exception>
    public bool Up()
    {
        TopologyRemoval.TakeDownLeftOvers(Home);
        using var processors = new CloneProcessors();
        while (true)
        {
            using (var entered = Home.Enter())
            {
                if (!Directory.Exists(Topology.Path))
                {
                    if (TryPlay(entered, processors))
                        return true;
                    continue;
                }
            }

            // Another process made it, and holds its lock while it builds it or takes it down. So we wait: then it is
            // up, gone, or left behind.
            using var existing = StateDirectory.Lock(Home.State, Topology.Path);
            if (existing is null)
                continue;
            if (TopologyState.IsUp(Home.State, Topology.Path))
                return false;
            TopologyRemoval.TakeDown(existing);
        }
    }

    // False if it is to be tried on another processor.
    private bool TryPlay(IDisposable entered, CloneProcessors processors)
    {
        var header = new JournalHeader
        {
            Kind = "topology", Id = Topology.Name, Owner = ProcessIdentity.Self, Foreground = Foreground,
            Created = DateTimeOffset.UtcNow,
        };
        using var playing = new PlayContext(Plan);
        try
        {
            new Transaction(Home.State, Topology.Path, What, header)
            {
                Claimed = entered.Dispose, Watch = processors,
            }.Play(playing);
            return true;
        }
        catch (MinicException e) when (CloneProcessors.Cause(e) && processors.Next())
        {
            return false;
        }
        finally
        {
            // A failure before the claim leaves it.
            entered.Dispose();
        }
    }
}
