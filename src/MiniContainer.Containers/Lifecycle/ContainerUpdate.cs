// update: other limits for a container that is there, a plan played onto its journal (lab 08-cgroups). There is no file
// of the limits in force: they are config.json's, or those that the last update noted in the journal.

using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Planning;
using MiniContainer.Containers.Steps;
using MiniContainer.Documents;
using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Lifecycle;

/// <summary>Changes the limits of containers.</summary>
public static class ContainerUpdate
{
    /// <summary>What update plays.</summary>
    /// <param name="container">The container.</param>
    /// <param name="change">What is to change; the rest stays.</param>
    /// <exception cref="MinicException">It has ended, or something is asked for that cannot be done.</exception>
    public static Plan MakePlan(Container container, LinuxResources change)
    {
        if (container.Status == ContainerStatus.Stopped)
            throw new MinicException($"update container {container.Id}", "container not running but stopped",
                "minic delete removes it.");
        container.NeedCgroup($"update container {container.Id}");
        var cgroups = container.Entries.Select(e => e.Step).OfType<MakeCgroup>().ToList();
        var limited = new Limited(cgroups, InForce(container)) { Unit = container.Unit };
        return UpdatePlanner.Plan(limited, change, Facts.Read(), Knob.TryRead);
    }

    /// <summary>Plays an update; if a step of it fails, the limits are what they were.</summary>
    /// <exception cref="MinicException">The kernel refuses a limit.</exception>
    public static void Play(Container container, Plan plan, PlayObserver? watch)
    {
        var back = UpdatePlanner.Back(plan, Knob.TryRead);
        try
        {
            container.Play(plan, $"update container {container.Id}", watch);
        }
        catch (MinicException) when (watch?.Stopped != true)
        {
            try
            {
                container.Play(back, $"take the update of container {container.Id} back", watch);
            }
            catch (MinicException e)
            {
                Warnings.Sink(e.Message);
            }

            throw;
        }
    }

    private static LinuxResources InForce(Container container) =>
        container.Entries.Where(e => e.Facts is not null).Select(e => e.Step).OfType<KeepLimits>()
            .LastOrDefault() is { } kept
            ? JsonFile.FromText("read the limits in force", "the journal", kept.Resources)
                .As(SpecJson.Default.LinuxResources)
            : Bundle.Load(container.Header.Bundle).Spec.Linux?.Resources ?? new LinuxResources();
}
