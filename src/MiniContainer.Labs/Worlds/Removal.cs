// `lab world down`: the way back from Building.cs, for a whole world as for a half-built one.
//
// There is no journal. All that a world consists of is named by the kernel itself: the mount table lists the namespaces bound
// to its files, /proc the processes in them; links, addresses and routes go with their namespaces. A record beside that
// could only be wrong. Whoever holds the lock of the directory may undo, as often as it takes.

using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Labs.Worlds;

/// <summary>Takes worlds down.</summary>
internal static class Removal
{
    /// <summary>Takes a world down, if it is there.</summary>
    /// <returns>False if it was not.</returns>
    /// <exception cref="MinicException">Something is left, and will be tried again the next time.</exception>
    public static bool Down(World world)
    {
        using (var directory = StateDirectory.Lock(world.Path))
        {
            if (directory is null)
                return false;
            TakeDown(world, directory);
        }

        Home.LeaveIfEmpty();
        return true;
    }

    /// <summary>Takes the worlds down whose owners died.</summary>
    public static void TakeDownLeftOvers()
    {
        foreach (var world in Home.Names().Select(n => new World(n)))
        {
            // One that is locked is somebody's who lives.
            using var directory = StateDirectory.TryLock(world.Path);
            if (directory is not null && WorldStatus.Read(world).IsLeftOver)
                TakeDown(world, directory);
        }
    }

    /// <summary>Takes a world down whose directory is locked.</summary>
    public static void TakeDown(World world, StateDirectory directory)
    {
        List<string> namespaces = [.. world.Places.SelectMany(MountTable.Namespaces)];
        Inhabitants.End(namespaces);
        if (Sweep.Needed(world.Host))
        {
            // Only inside do the host's journals mean what they say.
            _ = CommandRun.Run(world.Host, [.. Self.Command, "world", "sweep"]);
            Inhabitants.End(namespaces);
        }

        foreach (var pin in world.Places.SelectMany(place => Place.Kinds.Select(place.Pin)))
            _ = NetworkNamespace.Unpin(pin);
        directory.Remove(World.Root);
    }
}
