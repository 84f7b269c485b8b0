// minic pod monitor: only pod run starts it (docs/decisions/0006-pod-monitor.md).

using System.CommandLine;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Pods.Lifecycle;
using MiniContainer.Pods.Manifest;
using MiniContainer.Telling.Profiling;
using MiniContainer.Telling.Stepping;

namespace MiniContainer.Cli.Verbs.Pod;

/// <summary>The hidden verb <c>pod monitor</c>.</summary>
internal sealed class PodMonitorVerb : PodVerb
{
    private readonly Option<string> name = Text("--name", "NAME", "What to call it in errors.");
    private readonly Option<string> net = Text("--net", "NAME", "Its network.");

    private readonly Option<string> profileTo = Text("--profile-to", "FILE", "Write the profile of the play there.");

    private readonly Option<bool> step = Flag("--step", "Play step by step, as descriptor 4 says.");

    public PodMonitorVerb(GlobalOptions globals)
        : base("monitor",
            "Make a pod of the manifest on standard input, report on descriptor 3, and stay until its containers have "
                + "ended.", globals)
    {
        Hidden = true;
        Add(name);
        Add(net);
        Add(profileTo);
        Add(step);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var root = Globals.Root(parsed);
        var profile = parsed.GetValue(profileTo) is null ? null : ProfileFlags.Measure("monitor");
        try
        {
            var pod = PodReader.Parse(parsed.GetValue(name)!, Console.In.ReadToEnd());
            using var network = PodNetwork.Plan(root, pod, parsed.GetValue(net)!);
            using var playing = Launch(parsed, root, pod, network, profile);
            if (profile is not null)
                File.WriteAllText(parsed.GetValue(profileTo)!, profile.Result("minic pod monitor").ToJson());
            MonitorProcess.ReportUp(string.Join(",", network?.Addresses ?? []));
            PodLauncher.Monitor(root, pod.Name, playing);
            return 0;
        }
        catch (MinicException e)
        {
            MonitorProcess.ReportFailure(e);
            return e.ExitCode;
        }
    }

    private PlayContext Launch(ParseResult parsed, StateRoot root, Pods.Manifest.Pod pod, PodNetwork? network,
        ProfileWatch? profile)
    {
        using var dialog = parsed.GetValue(step) ? MonitorProcess.Dialog() : null;
        return PodLauncher.Launch(root, pod, network,
            PlayObserver.Of(StepLog.IfWanted(), profile, dialog is null ? null : new StepWatch(dialog)));
    }
}
