// lab world run: a command in a world. If the world is not up, the command gets one of its own, which goes when it
// ends.

using System.CommandLine;
using System.Globalization;
using MiniContainer.Kernel;
using MiniContainer.Labs.Worlds;

namespace MiniContainer.Labs.Verbs;

/// <summary>lab world run.</summary>
internal static class WorldRun
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var (name, place) = (WorldVerb.Name(), WorldVerb.In());
        var words = new Argument<string[]>("CMD")
        {
            Description = "The command and its arguments, after --.",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("run",
            "Runs a command in a world; if it is not up, in one of its own, for that time.") { name, place, words };
        command.SetAction(parsed => InWorld(parsed.GetRequiredValue(name), (world, relay) =>
        {
            var where = world.PlaceNamed(parsed.GetRequiredValue(place));
            CommandRun.WarnOfDirectory(where);
            return CommandRun.Run(where, new PlaceCommand(parsed.GetRequiredValue(words)), relay);
        }));
        return command;
    }

    /// <summary>Does something in a world that is up, or in a new one.</summary>
    /// <param name="name">The world that is wanted.</param>
    /// <param name="body">What to do; signals are caught from before the world is built until it is down again.</param>
    public static int InWorld(string name, Func<World, SignalRelay, int> body)
    {
        using var relay = new SignalRelay();
        var world = new World(name);
        if (world.IsUp)
            return body(world, relay);
        var own = new World(string.Create(CultureInfo.InvariantCulture, $"run-{Environment.ProcessId}"));
        try
        {
            _ = own.Up(foreground: true);
            return body(own, relay);
        }
        finally
        {
            TakeDown(own);
        }
    }

    // What the command's end was is what the caller wants to know; what is left of the world the next one takes down.
    private static void TakeDown(World world)
    {
        try
        {
            _ = world.Down();
        }
        catch (MinicException e)
        {
            Console.Error.WriteLine($"lab: world {world.Name} is not wholly down: {e.Message}");
        }
    }
}
