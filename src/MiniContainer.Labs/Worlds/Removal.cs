// `lab world down`: the way back from Building.cs, for a whole world as for a half-built one.
//
// There is no journal. All that a world consists of is named by the kernel itself: the mount table lists the namespaces bound
// to its files, /proc the processes in them; links, addresses and routes go with their namespaces. A record beside that
// could only be wrong. Whoever holds the lock of the directory may undo, as often as it takes.

using MiniContainer.Kernel;
using MiniContainer.Plans;
using static Tmds.Linux.LibC;

namespace MiniContainer.Labs.Worlds;

/// <summary>Takes worlds down.</summary>
internal static class Removal
{
    /// <summary>Takes a world down, if it is there.</summary>
    /// <returns>False if it was not.</returns>
    /// <exception cref="MinicException">Something is left, and will be tried again the next time.</exception>
    public static bool Down(World world)
    {
        using (var directory = StateDirectory.Lock(Home.State, world.Path))
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
            using var directory = StateDirectory.TryLock(Home.State, world.Path);
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
            _ = CommandRun.Run(world.Host, new PlaceCommand([.. Self.Command, "world", "sweep"]));
            Inhabitants.End(namespaces);
        }

        Unmount(world);
        // Removing a file also takes away what copies of our mount namespace have mounted on it (umount2(2), since Linux
        // 3.18), so the namespaces go, wherever else their binding was copied to.
        directory.Remove();
    }

    /// <summary>Lets go of the world's namespaces.</summary>
    public static void Unmount(World world)
    {
        if (!MountTable.Read().Any(m => m.Point == world.Path))
            return;
        PlanPlay.InChild("unpin", tape => tape.Step(
            $"unmount {world.Path}", "With all that is bound below; lazily, since our lock is held open there.", "umount2(2)",
            [new TapeCall("umount2", world.Path, TapeArg.Named(MNT_DETACH, "MNT_DETACH"))], $"umount -l {world.Path}"));
    }
}
