// `lab world run`: a command in a place of a world. A child joins the namespaces by the files that they are bound to,
// and executes it (lab 11-exec; setns(2)). It keeps our standard streams, our process group and our terminal.

using System.Collections;
using System.Runtime.InteropServices;
using MiniContainer.Kernel;
using MiniContainer.Nodes.Model;
using MiniContainer.Nodes.Planning;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;
using static Tmds.Linux.LibC;

namespace MiniContainer.Labs.Worlds;

/// <summary>A command, and how it is to run.</summary>
/// <param name="Words">The command and its arguments.</param>
internal sealed record PlaceCommand(IReadOnlyList<string> Words)
{
    /// <summary>Variables besides ours.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Where it begins, if there is such a directory in the place.</summary>
    public string? Directory { get; init; }

    /// <summary>What it writes to, and reads nothing; null for our standard streams.</summary>
    public (SafeHandle Output, SafeHandle Errors)? Streams { get; init; }
}

/// <summary>Runs commands in places.</summary>
internal static class CommandRun
{

    /// <summary>Runs a command to its end; signals that come meanwhile are passed on.</summary>
    /// <param name="place">Where; null where we are.</param>
    /// <param name="command">The command.</param>
    /// <param name="relay">What has been catching signals since before; null to begin now.</param>
    /// <returns>Its exit code, 128 plus the signal if one ended it.</returns>
    /// <exception cref="MinicException">It could not be executed.</exception>
    public static int Run(Node? place, PlaceCommand command, SignalRelay? relay = null)
    {
        using var own = relay is null ? new SignalRelay() : null;
        using var nothing = Libc.OpenHandle("/dev/null", O_RDONLY);
        var plan = Plan(place, command);
        using var playing = Start(plan,
            ("stdin", command.Streams is null ? StandardStreams.Get(0) : nothing),
            ("stdout", command.Streams?.Output ?? StandardStreams.Get(1)),
            ("stderr", command.Streams?.Errors ?? StandardStreams.Get(2)));
        return (relay ?? own!).Wait(playing.Children["command"]);
    }

    /// <summary>
    /// Says so if a place does not see the directory that a command was typed in: it begins elsewhere.
    /// </summary>
    /// <param name="place">Where the command is to run.</param>
    public static void WarnOfDirectory(Node place)
    {
        var directory = Here();
        // The rest of the file system is the machine's.
        if (!Node.Own.Any(own => directory.StartsWith(own + "/", StringComparison.Ordinal)) || Sees(place, directory))
            return;
        var own = string.Join(" and a ", Node.Own);
        Console.Error.WriteLine(
            $"lab: the {place.Name} has a {own} of its own, without {directory}: the command starts in /. Go to a "
                + "directory elsewhere first.");
    }

    private static bool Sees(Node place, string directory)
    {
        var plan = new Plan();
        IReadOnlyList<string> descriptors = ["null", "null", "null", "status", .. NodeTape.Descriptors(place)];
        plan.Add(new CloneChild("look", 0, descriptors)
        {
            Why = "To look from inside takes a process that has joined the namespaces.",
        });
        var tape = new NodeTape(plan, "look", descriptors);
        tape.Join(place);
        tape.Step($"chdir to {directory}", "If that works, the command begins there too.", "chdir(2)",
            [TapeCalls.chdir(directory)], $"cd {ShellWord.Quote(directory)}");
        tape.Story.Report("status", "It is there.");
        plan.Add(new AwaitReady("look") { Why = "If it is not there, it is known now." });
        try
        {
            End(Start(plan));
            return true;
        }
        catch (MinicException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            return false;
        }
    }

    /// <summary>The plan of it.</summary>
    public static Plan Plan(Node? place, PlaceCommand command)
    {
        var plan = new Plan();
        IReadOnlyList<string> namespaces = place is null ? [] : NodeTape.Descriptors(place);
        IReadOnlyList<string> descriptors = ["stdin", "stdout", "stderr", "status", .. namespaces];
        plan.Add(new CloneChild("command", 0, descriptors)
        {
            Why = "The namespaces are opened before it: within the first of them their files cannot be seen.",
        });
        var tape = new NodeTape(plan, "command", descriptors);
        tape.Step("die with lab", "If lab is killed, nobody would be left to end the command.", "prctl(2)",
            [TapeCalls.prctl(TapeCalls.PR_SET_PDEATHSIG, TapeArg.Named(SIGKILL, "SIGKILL"))],
            "setpriv --pdeathsig KILL");
        if (place is not null)
            tape.Join(place);
        var directory = command.Directory ?? Here();
        tape.Step($"chdir to {directory}",
            "A new mount namespace begins at its root; there we stay if it has no such directory.", "chdir(2)",
            [TapeCalls.chdir(directory) with { Allowed = [Errno.ENOENT, Errno.ENOTDIR] }],
            $"cd {ShellWord.Quote(directory)}");
        tape.Story.DefaultSignal(SIGPIPE, "lab ignores it, and that would be inherited.");
        tape.Story.Execve(Candidates(command.Words[0]), command.Words, Environment_(command.Environment),
            "The tape ends here.");
        plan.Add(new AwaitExec("command") { Why = "If anything failed, it is known now." });
        return plan;
    }

    // A command has no journal: it makes nothing, and ends with us, so there is nothing to undo.
    private static PlayContext Start(Plan plan, params IReadOnlyList<(string Name, SafeHandle Handle)> handles)
    {
        var playing = new PlayContext(plan);
        foreach (var (name, handle) in handles)
            playing.Handles[name] = handle;
        try
        {
            foreach (var step in plan.Steps.Where(s => s is not ChildStep))
                _ = step.Do(playing);
            return playing;
        }
        catch
        {
            End(playing);
            throw;
        }
    }

    private static void End(PlayContext playing)
    {
        var pids = playing.Children.Values.Select(c => c.Pid).ToList();
        playing.Dispose();
        foreach (var pid in pids)
            _ = Processes.Reap(pid);
    }

    /// <summary>Our directory; the root if it was removed meanwhile.</summary>
    public static string Here()
    {
        try
        {
            return Environment.CurrentDirectory;
        }
        catch (IOException)
        {
            return "/";
        }
    }

    /// <summary>Our environment, with changes, as execve(2) wants it.</summary>
    public static IReadOnlyList<string> Environment_(IReadOnlyDictionary<string, string>? changes = null)
    {
        var all = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "");
        foreach (var (name, value) in changes ?? new Dictionary<string, string>())
            all[name] = value;
        return [.. all.Select(e => $"{e.Key}={e.Value}")];
    }

    private static List<string> Candidates(string command)
    {
        if (command.Contains('/', StringComparison.Ordinal))
            return [command];
        var path = Environment.GetEnvironmentVariable("PATH") is { Length: > 0 } set
            ? set : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        return [.. path.Split(':').Select(d => d.Length == 0 ? command : $"{d}/{command}")];
    }
}
