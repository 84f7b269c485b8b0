// The sandbox of a pod: a process that does nothing, so that the namespaces which the containers share belong to a
// process that never ends (lab 20-pause; pid_namespaces(7), namespaces(7)).

using MiniContainer.Containers.Planning;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;
using static Tmds.Linux.LibC;

namespace MiniContainer.Pods.Planning;

/// <summary>Plans the pause process.</summary>
public static class PausePlanner
{
    /// <summary>The child's name in the plan.</summary>
    public const string Child = "pause";

    // A user id that no user has, as for Kubernetes' own pause.
    private const uint Nobody = 65535;

    /// <summary>Adds the steps that make the sandbox.</summary>
    /// <param name="plan">Takes the steps.</param>
    /// <param name="pod">What is asked for.</param>
    /// <param name="network">What attaches it to its network; null with the host's.</param>
    /// <param name="cgroup">The files by which it joins the pod's cgroups.</param>
    /// <param name="facts">The machine.</param>
    public static void Add(Plan plan, PodSetup pod, NetworkSteps? network, IReadOnlyList<string> cgroup, Facts facts)
    {
        var root = Path.Combine(pod.StateDirectory, "pause");
        plan.Add(new MakeDirectory(root, 0x1c0) { Why = "An empty directory for a root with nothing in it." });
        string[] descriptors = ["null", "null", "null", "go", "status", "pause-program"];
        plan.Add(new CloneChild(Child, pod.SandboxNamespaces | CloneFlags.NEWPID | CloneFlags.NEWNS, descriptors)
        {
            Why = "It is PID 1 of a pid namespace: what is orphaned in there becomes its child. It owns what the "
                + "containers share.",
        });
        var tape = plan.Tape(Child, descriptors);
        tape.Await("go", "Until its pid is in the journal and its network is there, it does nothing.");
        foreach (var step in network?.Inside ?? [])
            plan.Add(step);
        plan.Add(new Release(Child) { Why = "All that only the host's side can do has been done." });
        foreach (var procs in cgroup)
            tape.JoinCgroup(procs, "The pod's account includes it.");
        tape.Setsid("It belongs to no terminal.");
        if ((pod.SandboxNamespaces & CloneFlags.NEWUTS) != 0)
            tape.SetHostname(pod.Pod.Hostname, "All containers of the pod see this name.");
        foreach (var (name, value) in pod.Pod.SecurityContext.Sysctls)
            tape.WriteKnob("/proc/sys/" + name.Replace('.', '/'), value, $"set {name} to {value}",
                "The namespaces are new: no other pod sees it.", "sysctl(8)", "20-pause");
        tape.Propagation("/", (ulong)(MS_SLAVE | MS_REC), "What is mounted from here on must not appear on the host.");
        tape.Mount("tmpfs", root, "tmpfs", (ulong)MS_NOSUID | (ulong)MS_NODEV | (ulong)MS_NOEXEC | (ulong)MS_RDONLY,
            "size=0k", "A root with nothing in it: whoever breaks into pause finds nothing.", "20-pause");
        tape.Chdir(root, "pivot_root(\".\", \".\") works from here.");
        tape.PivotRoot("From here on / is empty.");
        tape.DetachOldRoot("Nothing of the host can be reached.");
        tape.DropBounding([.. Kernel.Capabilities.List(facts.Capabilities)], "It needs no privilege to do nothing.");
        tape.BecomeUser(Nobody, Nobody, [], setGroups: true, "Nor a user who owns anything.");
        tape.NoNewPrivileges("And none will come.");
        tape.DefaultSignals(facts.IgnoredSignals, facts.BlockedSignals, ProcessPlanner.WhyDefault);
        tape.ExecutePause("It is a program of a hundred bytes, in a file without a name.");
        plan.Add(new AwaitExec(Child) { Why = "The containers join what it holds." });
    }
}
