// Removing a pod: ask its containers to end, give them time, then undo the journal (lab 21-pod; Kubernetes, "Termination
// of Pods").

using System.Globalization;
using System.Runtime.InteropServices;
using MiniContainer.Containers.Lifecycle;
using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Pods.Lifecycle;

/// <summary>Removes pods.</summary>
public static class PodRemoval
{
    private const int SIGTERM = 15;

    /// <summary>Removes a pod with all that it holds.</summary>
    /// <param name="root">The directory of all state.</param>
    /// <param name="name">The pod.</param>
    /// <param name="grace">How long its containers get to end by themselves; null for what the manifest says.</param>
    /// <param name="watch">Sees each step's undo; null for nobody.</param>
    /// <exception cref="MinicException">There is none, or something could not be undone.</exception>
    public static void Remove(string root, string name, TimeSpan? grace, PlayWatch? watch = null)
    {
        var pod = PodState.Load(root, name);
        var time = grace ?? TimeSpan.FromSeconds(long.Parse(pod.Header.Annotations?.GetValueOrDefault("minic/grace") ?? "30", CultureInfo.InvariantCulture));
        if (time > TimeSpan.Zero)
            AskToEnd(pod, time);
        Removal.Play(pod.Directory, root, watch);
        AwaitMonitor(pod.Header.Owner);
    }

    private static void AskToEnd(PodState pod, TimeSpan time)
    {
        var deadline = Environment.TickCount64 + (long)time.TotalMilliseconds;
        // PID 1 never gets a signal that it has no handler for: for such a one there is nothing to wait for.
        var asked = pod.Containers.Where(c => c.Process.Alive && Processes.Catches(c.Process.Pid, SIGTERM))
            .Select(c => Processes.OpenPidFd(c.Process.Pid)).OfType<SafeHandle>().ToList();
        asked.RemoveAll(pidfd => !Processes.Signal(pidfd, SIGTERM));
        foreach (var pidfd in asked)
        {
            _ = Processes.WaitEnd(pidfd, (int)Math.Max(0, deadline - Environment.TickCount64));
            pidfd.Dispose();
        }
    }

    // It ends by itself once its children have; "removed" is true only when it has.
    private static void AwaitMonitor(ProcessIdentity monitor)
    {
        if (!monitor.Alive || monitor.Pid == Environment.ProcessId)
            return;
        using var pidfd = Processes.OpenPidFd(monitor.Pid);
        if (pidfd is not null && monitor.Alive)
            _ = Processes.WaitEnd(pidfd, 2000);
    }
}
