// --profile: plays the plan as ever, and tells where the time went (lab 03-threads; Telling/Profiling/ProfileWatch.cs
// measures).

using System.CommandLine;
using System.Diagnostics;
using MiniContainer.Kernel;
using MiniContainer.Telling.Profiling;

namespace MiniContainer.Cli;

/// <summary>The flags of verbs that can be measured.</summary>
internal sealed class ProfileFlags
{
    private readonly AloneOption form = new("--profile", "table")
    {
        HelpName = "table|json|svg",
        Description = "Tell on stderr where the time went, the container's own steps too: --profile, --profile=json, "
            + "or as a picture, --profile=svg.",
    };

    private readonly Option<string> file = new("--profile-file")
    {
        HelpName = "FILE",
        Description = "Write the profile to FILE.",
    };

    public ProfileFlags() => form.AcceptOnlyFromAmong("table", "json", "svg");

    /// <summary>All of them, in the order in which help shows them.</summary>
    public IReadOnlyList<Option> All => [form, file];

    /// <summary>What measures; null if the user did not ask.</summary>
    public ProfileWatch? Watch { get; private set; }

    /// <summary>Begins to measure, if that is asked for; shows the result when it is disposed of.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="title">What is measured: "minic run".</param>
    /// <exception cref="MinicException">The flags do not go together, or the file cannot be written.</exception>
    public Running? Begin(ParseResult parsed, string title)
    {
        var path = parsed.GetValue(file);
        if (parsed.GetResult(form) is not { Implicit: false })
            return path is null
                ? null : throw Wrong("--profile-file needs --profile",
                    "--profile=svg --profile-file run.svg draws a picture.");
        var shape = parsed.GetValue(form) ?? "table";
        if (shape == "svg" && path is null)
            throw Wrong("--profile=svg needs --profile-file FILE", "A picture is of no use on a terminal.");
        var running = new Running(title, shape, path is null ? null : Open(path), parsed.InvocationConfiguration.Error);
        Watch = running.Watch;
        return running;

        MinicException Wrong(string problem, string hint) =>
            CommandWords.Wrong(parsed.CommandResult.Command, problem, hint);
    }

    // Before anything is done, so that a name that cannot be written costs nothing.
    private static StreamWriter Open(string path)
    {
        var absolute = HostPath.Absolute(path, $"write the profile {path}");
        try
        {
            return new StreamWriter(absolute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MinicException($"write the profile {path}", e.Message,
                "Give --profile-file a file in a directory that is there.", inner: e);
        }
    }

    /// <summary>A profile that is being taken.</summary>
    internal sealed class Running(string title, string shape, StreamWriter? file, TextWriter error) : IDisposable
    {
        /// <summary>What takes it.</summary>
        public ProfileWatch Watch { get; } = Measure("minic");

        /// <summary>A further profile to show on the same axis: the pod monitor's.</summary>
        public Profile? Other { get; set; }

        /// <summary>Shows it; nothing of a play that failed, for the failure says more.</summary>
        public void Dispose()
        {
            using (file)
            {
                if (!Watch.Ended && Other is null)
                    return;
                var profile = Watch.Result(title);
                if (Other is not null)
                    profile = profile.With(Other);
                (file ?? error).Write(Show(profile));
            }
        }

        private string Show(Profile profile) => shape switch
        {
            "json" => profile.ToJson(),
            "svg" => ProfileSvg.Render(profile),
            _ when file is null && !Console.IsErrorRedirected =>
                ProfileTable.Render(profile, Console.WindowWidth,
                    colour: Environment.GetEnvironmentVariable("NO_COLOR") is null or ""),
            _ => ProfileTable.Render(profile, 120, colour: false),
        };
    }

    /// <summary>Begins a profile of this process.</summary>
    public static ProfileWatch Measure(string who)
    {
        var watch = new ProfileWatch(who, Startup.Main, Startup.ProcessorTime);
        watch.Mark("read the command line");
        return watch;
    }
}

/// <summary>When this process began to run code of ours: noted first of all, for nothing tells it later.</summary>
internal static class Startup
{
    /// <summary>When Main began (<see cref="Stopwatch.GetTimestamp"/>).</summary>
    public static long Main { get; private set; }

    /// <summary>The processor time used until then: by execve, the loader and the runtime's own start.</summary>
    public static TimeSpan ProcessorTime { get; private set; }

    /// <summary>Main begins.</summary>
    public static void Note()
    {
        ProcessorTime = Environment.CpuUsage.TotalTime;
        Main = Stopwatch.GetTimestamp();
    }
}
