// lab world shell: a shell in a world, with a prompt that says where one is.

using System.CommandLine;
using MiniContainer.Labs.Worlds;
using MiniContainer.Nodes.Model;

namespace MiniContainer.Labs.Verbs;

/// <summary>lab world shell.</summary>
internal static class WorldShell
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var (name, place) = (WorldVerb.Name(), WorldVerb.In());
        var command = new Command("shell", "A shell in a world; if it is not up, in one of its own, for that time.")
        {
            name,
            place,
        };
        command.SetAction(parsed => WorldRun.InWorld(parsed.GetRequiredValue(name), (world, relay) =>
        {
            var where = world.PlaceNamed(parsed.GetRequiredValue(place));
            CommandRun.WarnOfDirectory(where);
            return Run(where, relay);
        }));
        return command;
    }

    private static int Run(Node place, SignalRelay relay)
    {
        var shell = Environment.GetEnvironmentVariable("SHELL") is { Length: > 0 } set && File.Exists(set)
            ? set : "/bin/sh";
        var prompt = $"[{place.Name}] \\w\\$ ";
        if (Path.GetFileName(shell) != "bash")
        {
            var plain = Path.GetFileName(shell) == "zsh" ? $"[{place.Name}] %~%# " : $"[{place.Name}] # ";
            return CommandRun.Run(place, new PlaceCommand([shell])
            {
                Environment = new Dictionary<string, string> { ["PS1"] = plain },
            }, relay);
        }


        // bash takes its prompt from its own files: one more, in the place's /run, has the last word.
        File.WriteAllText($"{place.Run}/bashrc", $"[ ! -r ~/.bashrc ] || . ~/.bashrc\nPS1='{prompt}'\n");
        return CommandRun.Run(place, new PlaceCommand([shell, "--rcfile", "/run/bashrc"]), relay);
    }
}
