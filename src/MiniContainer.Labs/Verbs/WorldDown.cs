// lab world down: takes a world down with all that lives in it. If there is none, all is well too.

using System.CommandLine;
using MiniContainer.Labs.Worlds;

namespace MiniContainer.Labs.Verbs;

/// <summary>lab world down.</summary>
internal static class WorldDown
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var name = WorldVerb.Name();
        var all = new Option<bool>("--all")
        {
            Description = "Every world of this machine, and what killed runs have left.",
        };
        var command = new Command("down", "Takes a world down, with every process in it.") { name, all };
        command.SetAction(parsed =>
        {
            IReadOnlyList<string> names = parsed.GetValue(all) ? World.Home.Names : [parsed.GetRequiredValue(name)];
            foreach (var world in names.Select(n => new World(n)))
                Console.WriteLine(world.Down() ? $"world {world.Name} is down" : $"world {world.Name} is not up");
            World.Home.LeaveIfEmpty();
            return 0;
        });
        return command;
    }
}
