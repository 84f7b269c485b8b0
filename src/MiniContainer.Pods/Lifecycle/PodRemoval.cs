// Removing a pod: ask its containers to end, give them time, then undo the journal (lab 21-pod; Kubernetes,
// "Termination of Pods").

using System.Globalization;
using System.Runtime.InteropServices;
using MiniContainer.Containers.Lifecycle;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using static Tmds.Linux.LibC;

namespace MiniContainer.Pods.Lifecycle;

/// <summary>Removes pods.</summary>
public static class PodRemoval
{

    /// <summary>
    /// Where pods have their state; an exec may leave something in a pod that stays, as in a container.
    /// </summary>
    public static StateSort Sort { get; } = new("pod", "pods") { Collect = ContainerRemoval.Sort.Collect };

    /// <summary>
    /// Removes pods with all that they hold: all are asked to end first, so that they take their time side by side.
    /// </summary>
    /// <param name="root">The directory of all state.</param>
    /// <param name="names">The pods.</param>
    /// <param name="grace">
    /// How long their containers get to end by themselves; null for what each manifest says.
    /// </param>
    /// <param name="watch">Sees each step's undo; null for none.</param>
    /// <exception cref="MinicException">
    /// There is none of a name, and none is touched; or something could not be undone.
    /// </exception>
    public static void Remove(StateRoot root, IReadOnlyList<string> names, TimeSpan? grace, PlayObserver? watch = null)
    {
        var pods = names.Distinct().Select(name => PodState.Load(root, name)).ToList();
        var failures = new List<MinicException>();
        foreach (var (pod, asked, deadline) in pods.Select(pod => Ask(pod, grace ?? GraceOf(pod))).ToList())
        {
            AwaitEnd(asked, deadline);
            try
            {
                Removal.Play(pod.Directory, root, watch);
                AwaitMonitor(pod.Header.Owner);
            }
            catch (MinicException e) when (watch?.Stopped != true)
            {
                // A pod that cannot be undone is no reason to leave the others.
                failures.Add(e);
            }
        }

        if (failures.Count > 0)
            throw MinicException.FromSeveral("remove pods", failures);
    }

    private static TimeSpan GraceOf(PodState pod) =>
        TimeSpan.FromSeconds(
            long.Parse(pod.Header.Annotations?.GetValueOrDefault("minic/grace") ?? "30", CultureInfo.InvariantCulture));

    // Each gets the signal, and each its time, whatever /proc says of its handlers: process 1 gets what it has blocked,
    // by sigwait or a signalfd, though it handles nothing.
    private static (PodState Pod, IReadOnlyList<SafeHandle> Asked, long Deadline) Ask(PodState pod, TimeSpan grace)
    {
        var deadline = Environment.TickCount64 + (long)Math.Min(grace.TotalMilliseconds, int.MaxValue);
        if (grace <= TimeSpan.Zero)
            return (pod, [], deadline);
        var asked = pod.Containers.Where(c => c.Process.Alive).Select(c => Processes.OpenPidFd(c.Process.Pid))
            .OfType<SafeHandle>().ToList();
        asked.RemoveAll(pidfd => !Processes.Signal(pidfd, SIGTERM));
        return (pod, asked, deadline);
    }

    private static void AwaitEnd(IReadOnlyList<SafeHandle> asked, long deadline)
    {
        foreach (var pidfd in asked)
        {
            _ = Processes.WaitEnd(pidfd, (int)Math.Clamp(deadline - Environment.TickCount64, 0, int.MaxValue));
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
