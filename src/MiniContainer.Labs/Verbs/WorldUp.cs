// lab world up: builds a world. A world that is up already stays as it is.

using System.CommandLine;
using MiniContainer.Labs.Worlds;

namespace MiniContainer.Labs.Verbs;

/// <summary>lab world up.</summary>
internal static class WorldUp
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var name = WorldVerb.Name();
        var command = new Command("up", "Builds a world. One that is up already stays as it is.") { name };
        command.SetAction(parsed =>
        {
            var world = new World(parsed.GetRequiredValue(name));
            var built = world.Up(foreground: false);
            Console.WriteLine(built ? $"world {world.Name} is up" : $"world {world.Name} is up already");
            return 0;
        });
        return command;
    }
}
