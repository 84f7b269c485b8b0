// Where the checks of a lab run: in the host of its world. From outside it is entered by its files; in a shell of the
// lab those cannot be seen, and need not: we are there.

using MiniContainer.Kernel;
using MiniContainer.Labs.Worlds;
using MiniContainer.Nodes.Model;

namespace MiniContainer.Labs.Learning;

/// <summary>Finds the ground that a lab stands on.</summary>
internal static class LabHost
{
    /// <summary>Whether we are in the host of a world.</summary>
    public static bool IsInside(World world) => Knob.TryRead($"/run/{Sweep.Mark}") == $"{world.Name} {world.Host.Name}";

    /// <summary>The host of a world, which is brought up if it is not; null if we are in it.</summary>
    /// <param name="workplace">Whose world it is.</param>
    /// <param name="built">Whether it had to be brought up: what ran in it is gone.</param>
    public static Node? Of(Workplace workplace, out bool built)
    {
        RequireRoot();
        var world = workplace.World;
        built = false;
        if (IsInside(world))
            return null;
        if (Knob.TryRead($"/run/{Sweep.Mark}") == $"{world.Name} {world.Internet.Name}")
            throw new MinicException("enter the host",
                "this shell is in the internet, from where the host cannot be seen", "Leave it (exit), and try again.");
        built = workplace.BringUp(foreground: false);
        return world.Host;
    }

    /// <summary>Labs make namespaces, mounts and cgroups.</summary>
    /// <exception cref="MinicException">We are not root.</exception>
    public static void RequireRoot()
    {
        if (!Environment.IsPrivilegedProcess)
            throw new MinicException("start the lab", "it needs root, since a lab makes namespaces, mounts and cgroups",
                "Try: sudo ./scripts/lab");
    }
}
