// minic pod: pods from Kubernetes YAML (labs 20-pause, 21-pod). Its verbs stand beside this file.

using System.CommandLine;

namespace MiniContainer.Cli.Verbs.Pod;

/// <summary>The group of verbs <c>pod</c>.</summary>
internal sealed class PodCommand : Command
{
    public PodCommand(GlobalOptions globals)
        : base("pod", "Run pods: containers that share a network. A pod is a v1/Pod in YAML.")
    {
        Add(new PodRunVerb(globals));
        Add(new PodPsVerb(globals));
        Add(new PodExecVerb(globals));
        Add(new PodLogsVerb(globals));
        Add(new PodRmVerb(globals));
        Add(new PodMonitorVerb(globals));
    }
}
