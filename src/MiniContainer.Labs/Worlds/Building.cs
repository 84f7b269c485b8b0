// `lab world up`: claim the name, make the places, join them by a cable, start the servers. If it fails, or is killed, on
// the way, what there is of the world lies under its name, and Removal.cs takes it away.

using System.Diagnostics;
using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Labs.Worlds;

/// <summary>Builds worlds.</summary>
internal static class Building
{
    /// <summary>Brings a world up, unless it is.</summary>
    /// <param name="world">Which.</param>
    /// <param name="status">What it is to be from then on: standing, or up for as long as we run.</param>
    /// <returns>False if it was up already.</returns>
    /// <exception cref="MinicException">It could not be built; nothing of it is left.</exception>
    public static bool Up(World world, WorldStatus status)
    {
        Removal.TakeDownLeftOvers();
        using var directory = Claim(world);
        if (directory is null)
            return false;
        try
        {
            MakeFiles(world);
            MakePlaces(world);
            JoinPlaces(world);
            status.Write(world);
            return true;
        }
        catch
        {
            Removal.TakeDown(world, directory);
            throw;
        }
    }

    private static StateDirectory? Claim(World world)
    {
        while (true)
        {
            using (Home.Enter())
            {
                if (!Directory.Exists(world.Path))
                {
                    var directory = StateDirectory.Claim(Home.State, world.Path, $"world {world.Name}");
                    WorldStatus.Building.Write(world);
                    return directory;
                }
            }

            // Somebody's: locked while it is built or taken down, so we wait; then it is up, gone, or left behind.
            using var existing = StateDirectory.Lock(Home.State, world.Path);
            if (existing is null)
                continue;
            if (WorldStatus.IsUp(world))
                return null;
            Removal.TakeDown(world, existing);
        }
    }

    private static void MakeFiles(World world)
    {
        foreach (var place in world.Places)
        {
            foreach (var directory in (string[])[place.Etc, $"{place.Run}/lock", $"{place.Run}/netns"])
                Directories.MakeAll(directory, 0x1ed /* 0755 */);
            File.WriteAllText($"{place.Run}/{Sweep.Mark}", $"{world.Name} {place.Name}\n");
            foreach (var kind in Place.Kinds)
                File.Create(place.Pin(kind)).Dispose();
        }
    }

    // A mount namespace can be bound within an older one only, or there could be a loop; the kernel compares their numbers.
    // Linux 6.18 hands these out in blocks, one for each processor, so a newer one that was made on another processor may
    // have the smaller number, and is refused with EINVAL. (Never on the machine itself, whose mount namespace is number
    // one; but in a world within a world, or in a container.) On the processor that made ours the next number is greater.
    private static void MakePlaces(World world)
    {
        using var self = Process.GetCurrentProcess();
        var all = self.ProcessorAffinity;
        try
        {
            var processors = new Queue<int>(Enumerable.Range(0, 64).Where(p => (all >> p & 1) == 1));
            while (!TryMakePlaces(world, last: processors.Count == 0))
                self.ProcessorAffinity = (nint)1 << processors.Dequeue();
        }
        finally
        {
            self.ProcessorAffinity = all;
        }
    }

    private static bool TryMakePlaces(World world, bool last)
    {
        try
        {
            MakePlacesOnce(world);
            return true;
        }
        catch (MinicException e) when (!last && e.Errno == Errno.EINVAL && e.Call!.StartsWith("mount(\"/proc/", StringComparison.Ordinal))
        {
            Removal.Unmount(world);
            return false;
        }
    }

    private static void MakePlacesOnce(World world)
    {
        var plan = new Plan();
        foreach (var place in world.Places)
            PlacePlanner.Add(plan, place);
        var playing = PlanPlay.Start(plan);
        try
        {
            var pins = new Plan();
            PlacePlanner.AddPins(pins, world, [.. world.Places.Select(p => playing.Children[p.Name].Pid)]);
            PlanPlay.End(PlanPlay.Start(pins));
        }
        finally
        {
            PlanPlay.End(playing);
        }
    }

    private static void JoinPlaces(World world)
    {
        using var host = NetworkNamespace.Open(world.Host.Pin("net"));
        using var internet = NetworkNamespace.Open(world.Internet.Pin("net"));
        Topology.Build(host, internet);
        ServerStart.Start(world, internet, "web", Listening.Web());
        ServerStart.Start(world, internet, "dns", Listening.Dns());
    }
}
