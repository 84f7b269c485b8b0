// lab world: the small world that labs and tests run in. Its verbs are in files of their own beside this one.

using System.CommandLine;
using MiniContainer.Labs.Worlds;

namespace MiniContainer.Labs.Verbs;

/// <summary>lab world.</summary>
internal static class WorldVerb
{
    /// <summary>The command with its verbs.</summary>
    public static Command Create() => new("world", "A host, and an internet behind it, in namespaces of their own.")
    {
        WorldUp.Create(),
        WorldDown.Create(),
        WorldRun.Create(),
        WorldShell.Create(),
        WorldShow.Create(),
        WorldSweep.Create(),
    };

    /// <summary>--name.</summary>
    public static Option<string> Name() => new("--name")
    {
        Description = "Which world; several may be up at once.",
        HelpName = "NAME",
        DefaultValueFactory = _ => World.DefaultName,
    };

    /// <summary>--in.</summary>
    public static Option<string> In()
    {
        var option = new Option<string>("--in")
        {
            Description = "Where: host or internet.",
            HelpName = "PLACE",
            DefaultValueFactory = _ => "host",
        };
        return option;
    }
}
