// `lab world up`: claim the name, make the places, join them by a cable, start the servers. If it fails, or is killed, on
// the way, what there is of the world lies under its name, and Removal.cs takes it away.

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
                    var directory = StateDirectory.Claim(world.Path, $"world {world.Name}");
                    WorldStatus.Building.Write(world);
                    return directory;
                }
            }

            // Somebody's: locked while it is built or taken down, so we wait; then it is up, gone, or left behind.
            using var existing = StateDirectory.Lock(world.Path);
            if (existing is null)
                continue;
            if (WorldStatus.Read(world).IsUp)
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

    private static void MakePlaces(World world)
    {
        var plan = new Plan();
        foreach (var place in world.Places)
            PlacePlanner.Add(plan, place);
        var playing = PlanPlay.Start(plan);
        try
        {
            var pins = new Plan();
            PlacePlanner.AddPins(pins, [.. world.Places.Select(p => (p, playing.Children[p.Name].Pid))]);
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
