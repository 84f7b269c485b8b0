// lab world show: the world as the kernel has it just now: namespaces, links, addresses, routes, processes.

using System.CommandLine;
using MiniContainer.Kernel;
using MiniContainer.Labs.Worlds;

namespace MiniContainer.Labs.Verbs;

/// <summary>lab world show.</summary>
internal static class WorldShow
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var name = WorldVerb.Name();
        var command = new Command("show", "Draws a world as it is now.") { name };
        command.SetAction(parsed =>
        {
            var world = new World(parsed.GetRequiredValue(name));
            if (!world.IsUp)
            {
                throw new MinicException($"show world {world.Name}", "it is not up",
                    World.Home.Names is { Count: > 0 } others
                        ? $"These are: {string.Join(", ", others)}."
                        : "Bring it up with: lab world up.");
            }

            foreach (var line in Picture.Draw(world))
                Console.WriteLine(line);
            return 0;
        });
        return command;
    }
}
