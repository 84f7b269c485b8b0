// lab world sweep: what `lab world down` runs inside a host in which something was left. Not for typing.

using System.CommandLine;
using MiniContainer.Kernel;
using MiniContainer.Labs.Worlds;

namespace MiniContainer.Labs.Verbs;

/// <summary>lab world sweep.</summary>
internal static class WorldSweep
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("sweep", "Undoes what containers and worlds have left in this host.")
        {
            Hidden = true,
        };
        command.SetAction(_ =>
        {
            var failures = Sweep.Play();
            foreach (var failure in failures)
                Console.Error.WriteLine("lab: " + failure.Message);
            return failures.Count == 0 ? 0 : MinicException.ExitFailure;
        });
        return command;
    }
}
