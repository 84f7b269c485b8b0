// /run/minic-lab, where all worlds are. A file to which a mount namespace is to be bound must lie on a mount with private
// propagation: on a shared one the kernel would have to bind it inside that very namespace too, a loop, and refuses with
// EINVAL. So the directory is bound onto itself and made private, as unshare(1) advises; the last world takes that away.

using MiniContainer.Containers.Steps;
using MiniContainer.Kernel;
using MiniContainer.Networking.Steps;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;
using static Tmds.Linux.LibC;

namespace MiniContainer.Labs.Worlds;

/// <summary>The directory of all worlds.</summary>
internal static class Home
{
    /// <summary>As a directory of state; in a world's host minic has left journals of its own.</summary>
    public static StateRoot State { get; } = new(World.Root, new StepKinds(() => [PlanSteps.Family, ContainerSteps.Family, NetworkingSteps.Family]));

    /// <summary>Makes it fit for worlds, and locks it: no world is claimed, nor the directory removed, meanwhile.</summary>
    public static IDisposable Enter()
    {
        while (true)
        {
            Directories.MakeAll(World.Root, 0x1ed /* 0755 */);
            if (Directories.Open(World.Root) is not { } handle)
                continue;
            if (Directories.Lock(handle, wait: true) && Directories.IsStill(handle, World.Root))
            {
                MakePrivate();
                return handle;
            }

            handle.Dispose();
        }
    }

    /// <summary>Takes it away if no world is left.</summary>
    public static void LeaveIfEmpty()
    {
        using var handle = Directories.Open(World.Root);
        if (handle is null || !Directories.Lock(handle, wait: true) || !Directories.IsStill(handle, World.Root) || Names().Count > 0)
            return;
        if (IsMounted())
        {
            PlanPlay.InChild("home", tape => tape.Step(
                $"unmount {World.Root}", "No world needs it any more; lazily, since its lock is held open.", "umount2(2)",
                [new TapeCall("umount2", World.Root, TapeArg.Named(MNT_DETACH, "MNT_DETACH"))], $"umount -l {World.Root}"));
        }

        _ = Directories.TryRemove(World.Root);
    }

    /// <summary>The names of all worlds, whatever their state.</summary>
    public static IReadOnlyList<string> Names()
    {
        try
        {
            return [.. Directory.EnumerateDirectories(World.Root).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private static bool IsMounted() => MountTable.Read().Any(m => m.Point == World.Root);

    private static void MakePrivate()
    {
        if (IsMounted())
            return;
        PlanPlay.InChild("home", tape =>
        {
            tape.Story.Mount(World.Root, World.Root, null, (ulong)MS_BIND, null, "Propagation is a property of mounts, so the directory becomes one.");
            tape.Story.Propagation(World.Root, (ulong)(MS_PRIVATE | MS_REC), "A mount namespace cannot be bound where the binding would travel into it.");
        });
    }
}
