// minic pod run: makes a pod and returns once it is up (lab 21-pod).

using System.CommandLine;
using MiniContainer.Kernel;
using MiniContainer.Pods.Lifecycle;
using MiniContainer.Pods.Manifest;
using MiniContainer.Telling.Profiling;

namespace MiniContainer.Cli.Verbs.Pod;

/// <summary>The verb <c>pod run</c>.</summary>
internal sealed class PodRunVerb : PodVerb
{
    private readonly Argument<string> file = new("FILE") { Description = "The manifest; - for standard input." };
    private readonly Option<string> net = Text("--net", "NAME",
        $"Its network, one of CNI by its name; {NetworkChoice.Default} where not given.");
    private readonly PlayFlags play = new();
    private readonly Option<bool> detach = Flag("--detach",
        "For the habit of -d; minic pod run always returns once the pod is up.", "-d");

    private readonly ProfileFlags profile = new();

    public PodRunVerb(GlobalOptions globals)
        : base("run",
            "Make a pod of a v1/Pod in YAML, and return once its containers run. What they print is in minic pod logs.",
            globals)
    {
        Examples =
        [
            ("minic pod run web.yaml", "Images are root file systems by name (see run --rootfs) or path."),
            ("kubectl run web --image busybox --dry-run=client -o yaml --command -- httpd -f | minic pod run -",
                "From standard input: what kubectl would make."),
        ];
        Add(file);
        Add(net);
        Add(detach);
        play.AddTo(this);
        foreach (var option in profile.All)
            Add(option);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        play.Begin(parsed);
        using var measured = profile.Begin(parsed, "minic pod run");
        var (name, text) = Read(parsed.GetValue(file)!);
        // Read here first: what is wrong with the file is told before anything is started.
        var pod = PodReader.Parse(name, text);
        foreach (var warning in pod.Warnings)
            Failure.Warn(warning);
        if (Globals.Systemd(parsed))
            throw new MinicException($"make pod {pod.Name}", "minic makes the cgroups of pods itself",
                "Leave --systemd-cgroup out.");
        if (play.Reads(parsed))
            return Tell(parsed, pod);
        _ = PodLauncher.MakePlan(Globals.Root(parsed), pod, network: null);
        if (!Caller.Current.OwnsNetwork)
            throw new MinicException($"make pod {pod.Name}", "pods need root, for their network and cgroups",
                "sudo minic pod run.");
        using var monitors = measured is null ? null : new MonitorProfile(measured);
        // The monitor reads the very text that was checked here, whatever happens to the user's file meanwhile.
        var addresses = MonitorProcess.Start(
        [
            "--root", Globals.Root(parsed).Path,
            .. parsed.GetValue(Globals.Debug) ? ["--debug"] : Array.Empty<string>(),
            .. parsed.GetValue(Globals.Log) is { } log
                ? ["--log", HostPath.Absolute(log, $"open the log {log}")] : Array.Empty<string>(),
            "pod", "monitor", "--name", name, "--net", parsed.GetValue(net) ?? NetworkChoice.Default,
            .. monitors is null ? Array.Empty<string>() : ["--profile-to", monitors.Path],
            .. play.Dialog is null ? Array.Empty<string>() : ["--step"],
        ], text, play.Dialog);
        monitors?.Read();
        parsed.InvocationConfiguration.Output.WriteLine(addresses.Length > 0
            ? $"pod {pod.Name} is up at {addresses.Replace(",", " and ", StringComparison.Ordinal)}"
            : $"pod {pod.Name} is up");
        return 0;
    }

    private int Tell(ParseResult parsed, Pods.Manifest.Pod pod)
    {
        var root = Globals.Root(parsed);
        using var network = PodNetwork.PlanToLook(root, pod, parsed.GetValue(net) ?? NetworkChoice.Default);
        return play.Tell(parsed, $"minic pod run of {pod.Name}", PodLauncher.MakePlan(root, pod, network),
            PodState.DirectoryOf(root, pod.Name));
    }

    private static (string Name, string Text) Read(string file) =>
        file == "-"
        ? ("standard input", PodReader.ReadStream(Console.OpenStandardInput())) : (file, PodReader.ReadFile(file));

    // The plan is played in the monitor, which writes its profile to a file before it says that the pod is up.
    private sealed class MonitorProfile : IDisposable
    {
        private readonly ProfileFlags.Running measured;

        public MonitorProfile(ProfileFlags.Running measured)
        {
            this.measured = measured;
            measured.Watch.Mark("read and check the manifest");
        }

        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Read()
        {
            measured.Watch.Mark("wait until the monitor has made the pod", waits: true);
            measured.Other = Profile.FromJson(File.ReadAllText(Path));
        }

        public void Dispose() => File.Delete(Path);
    }
}
