// Runs a bash script in a lab's world and gives back what it said. Its output goes to memory, not to a pipe: a process
// that it leaves in the background may hold its output open, and lab must not wait for that.

using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MiniContainer.Kernel;
using MiniContainer.Labs.Worlds;
using MiniContainer.Nodes.Model;

namespace MiniContainer.Labs.Learning;

/// <summary>How a script ended.</summary>
/// <param name="Code">Its exit code, 128 plus the signal if one ended it.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Errors">What it wrote to standard error.</param>
internal sealed record ScriptEnd(int Code, string Output, string Errors)
{
    /// <summary>Whether we ended it because it took too long.</summary>
    public bool TimedOut { get; init; }

    /// <summary>Both, for a report.</summary>
    public string All => string.Join('\n', new[] { Output.TrimEnd(), Errors.TrimEnd() }.Where(t => t.Length > 0));
}

/// <summary>Runs scripts.</summary>
internal static class Script
{
    private const int Most = 64 * 1024;

    /// <summary>Runs bash with some arguments.</summary>
    /// <param name="place">Where; null where we are.</param>
    /// <param name="workplace">The directory, and the environment.</param>
    /// <param name="inputs">The inputs of the lab.</param>
    /// <param name="arguments">Those of bash.</param>
    /// <param name="seconds">After so many it is killed, with all in its process group.</param>
    /// <exception cref="MinicException">The learner pressed Ctrl-C meanwhile.</exception>
    public static ScriptEnd Run(
        Node? place, Workplace workplace, IReadOnlyDictionary<string, string> inputs,
        IReadOnlyList<string> arguments, int seconds)
    {
        using var output = MemoryFile.Create("output", []);
        using var errors = MemoryFile.Create("errors", []);
        // timeout(1) makes a process group of its own, and kills that: a check that hangs hangs with its children.
        IReadOnlyList<string> words = ["timeout", "--signal=KILL", seconds.ToString(CultureInfo.InvariantCulture),
            "bash", .. arguments];
        var command = new PlaceCommand(words)
        {
            Environment = workplace.Environment_(inputs),
            Directory = workplace.Directory,
            Streams = (output, errors),
        };
        using var relay = new SignalRelay(apart: true);
        var began = Environment.TickCount64;
        var code = CommandRun.Run(place, command, relay);
        if (relay.Signalled)
            throw new MinicException("run the script", "interrupted", exitCode: 130);
        return new ScriptEnd(code, Read(output), Read(errors))
        {
            TimedOut = code == 137 && Environment.TickCount64 - began >= seconds * 1000L,
        };
    }

    private static string Read(SafeFileHandle file)
    {
        var bytes = new byte[Math.Min(Most, RandomAccess.GetLength(file))];
        var count = RandomAccess.Read(file, bytes, 0);
        return Encoding.UTF8.GetString(bytes, 0, count);
    }
}
