// How far a topology is, and whose it is: its journal says it, and the mount table whether it can be entered from here.
// There is no other file (lab 12-oci; docs/decisions/0031).

using MiniContainer.Kernel;
using MiniContainer.Nodes.Steps;
using MiniContainer.Plans;

namespace MiniContainer.Nodes.Lifecycle;

/// <summary>What has become of a topology.</summary>
public static class TopologyState
{
    /// <summary>Whether it is up, and can be entered from here.</summary>
    /// <remarks>
    /// A topology that was made in another mount namespace, or that lost some of its mounts, is not; nor is a topology
    /// that goes with its owner, when the owner has gone.
    /// </remarks>
    /// <param name="root">The directory of all topologies.</param>
    /// <param name="path">Its directory.</param>
    public static bool IsUp(StateRoot root, string path)
    {
        try
        {
            using var journal = Journal.Open(System.IO.Path.Combine(path, Journal.FileName), root.Kinds);
            return journal is { Up: true, Down: false, Header: { } header }
                && (!header.Foreground || header.Owner.Alive)
                && journal.Entries.Select(e => e.Step).OfType<PinNamespaces>().All(p => p.Holds);
        }
        catch (MinicException)
        {
            // There is none.
            return false;
        }
    }

    /// <summary>Whether no process is left that would take it down.</summary>
    /// <param name="directory">Its directory, locked: so no process is building it, nor taking it down.</param>
    public static bool IsLeftOver(StateDirectory directory)
    {
        // A process that dies between the claim and the journal leaves an empty directory. A directory with something
        // in it was made by a version that had no journal, and is none of ours.
        if (!directory.HasJournal)
            return !Directory.EnumerateFileSystemEntries(directory.Path).Any();
        using var journal = directory.OpenJournal();
        return journal.LeftOver;
    }
}
