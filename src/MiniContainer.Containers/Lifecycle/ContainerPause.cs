// pause and resume: a step each, played onto the journal of a container that is there (lab 08-cgroups). Whether it is
// paused is not written down: the freezer is asked, which others may have used too.

using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Steps;
using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Lifecycle;

/// <summary>Pauses containers and resumes them.</summary>
public static class ContainerPause
{
    /// <summary>What pause plays.</summary>
    /// <exception cref="MinicException">It does not run, or is paused already.</exception>
    public static Plan MakePausePlan(Container container)
    {
        // runc's words, as engines and people know them.
        if (container.Status is not (ContainerStatus.Running or ContainerStatus.Created))
            throw new MinicException($"pause container {container.Id}",
                $"container not running but {container.Status.ToString().ToLowerInvariant()}");
        return Of(container, frozen: true, "pause", "The user said pause.");
    }

    /// <summary>What resume plays.</summary>
    /// <exception cref="MinicException">It is not paused.</exception>
    public static Plan MakeResumePlan(Container container)
    {
        if (container.Status != ContainerStatus.Paused)
            throw new MinicException($"resume container {container.Id}",
                $"container not paused but {container.Status.ToString().ToLowerInvariant()}");
        return Of(container, frozen: false, "resume", "The user said resume.");
    }

    private static Plan Of(Container container, bool frozen, string verb, string why)
    {
        container.NeedCgroup($"{verb} container {container.Id}");
        var file = Freezer.FileOf(container.CgroupPaths)
            ?? throw new MinicException($"{verb} container {container.Id}", "none of its cgroups has a freezer",
                "Mount the hierarchy freezer of version 1, or use version 2.");
        var plan = new Plan();
        plan.Add(new Freeze(file, frozen) { Why = why });
        return plan;
    }
}
