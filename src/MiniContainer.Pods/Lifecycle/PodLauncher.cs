// Making a pod and staying with it. The process that plays the plan is the parent of the pod's processes: it alone can
// learn how they end, so it stays, as the pod's monitor, until the last one has ended. If it is killed the pod goes on:
// the containers themselves write their logs, and delete needs only the journal (lab 21-pod).

using MiniContainer.Containers.Planning;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Pods.Manifest;
using MiniContainer.Pods.Planning;

namespace MiniContainer.Pods.Lifecycle;

/// <summary>Makes pods.</summary>
public static class PodLauncher
{
    /// <summary>The plan of a pod, for playing or reading.</summary>
    /// <param name="root">The directory of all state.</param>
    /// <param name="pod">The manifest.</param>
    /// <param name="network">Its attachment; null with the host's network.</param>
    /// <exception cref="MinicException">An image is missing.</exception>
    public static Plan MakePlan(StateRoot root, Pod pod, PodNetwork? network) =>
        MakePlan(root, pod, network, Facts.ReadToLook());

    private static Plan MakePlan(StateRoot root, Pod pod, PodNetwork? network, Facts facts)
    {
        foreach (var container in pod.InitContainers.Concat(pod.Containers))
        {
            if (container.Command.Count + container.Args.Count == 0)
                throw new MinicException($"plan pod {pod.Name}", $"container {container.Name} has no command",
                    "An image here is a plain directory and brings none: give command or args.");
        }

        var images = pod.InitContainers.Concat(pod.Containers).Select(c => c.Image).Distinct()
            .ToDictionary(i => i, Images.Find);
        var setup = new PodSetup(pod, PodState.DirectoryOf(root, pod.Name), images)
        {
            ResolvConf = network?.ResolvConf ?? PodNetwork.DnsOf(pod, null),
            Addresses = network?.Addresses ?? [],
            KeptLogs = PodState.KeptLogsOf(root, pod.Name),
        };
        var plan = new Plan();
        PodPlanner.Add(plan, setup, network?.Steps, facts);
        return plan;
    }

    /// <summary>Makes a pod; if that fails, nothing is left.</summary>
    /// <returns>The play, whose children are the pod's processes.</returns>
    /// <exception cref="MinicException">It could not be made.</exception>
    public static PlayContext Launch(StateRoot root, Pod pod, PodNetwork? network, PlayObserver? watch = null)
    {
        var plan = MakePlan(root, pod, network, Facts.Read());
        var playing = new PlayContext(plan);
        network?.Steps.GiveLock(playing);
        var header = new JournalHeader
        {
            Kind = "pod",
            Id = pod.Name,
            Owner = ProcessIdentity.Self,
            Created = DateTimeOffset.UtcNow,
            Annotations = new Dictionary<string, string>
            {
                ["minic/addresses"] = string.Join(",", network?.Addresses ?? []),
                ["minic/grace"] =
                    pod.TerminationGracePeriodSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture),
            },
        };
        new Transaction(root, PodState.DirectoryOf(root, pod.Name), $"pod {pod.Name}", header)
        {
            Claimed = () => PodState.RemoveKeptLogs(root, pod.Name),
            Watch = watch,
        }.Play(playing);
        // The monitor stays: it is not to hold volumes of the host.
        playing.CloseOwned();
        return playing;
    }

    /// <summary>Stays until every container has ended, and writes down how each did.</summary>
    public static void Monitor(StateRoot root, string name, PlayContext playing)
    {
        var path = PodState.DirectoryOf(root, name);
        var threads = playing.Children.Where(c => c.Key != PausePlanner.Child)
            .Select(c => Watch(root, path, c.Key, c.Value)).ToList();
        threads.ForEach(t => t.Join());
        // The sandbox outlives its containers: the pod can still be looked at until it is removed. It has nothing to
        // report.
    }

    private static Thread Watch(StateRoot root, string path, string name, Child child)
    {
        var thread = new Thread(() =>
        {
            _ = Processes.WaitEnd(child.PidFd, -1);
            if (Processes.Reap(child.Pid) is not { } code)
                return;
            // This may wait for the lock while another minic removes the pod: then the exit code is of no use any more.
            using var directory = StateDirectory.Lock(root, path);
            if (directory is null || !directory.HasJournal)
                return;
            using var journal = directory.OpenJournal();
            journal.MarkExit(new JournalExit(name, code, DateTimeOffset.UtcNow));
        });
        thread.Start();
        return thread;
    }
}
