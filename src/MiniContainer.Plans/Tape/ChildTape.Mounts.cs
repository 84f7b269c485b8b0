// The mounts of a child: a private copy of the mount table, a new root, and what is mounted in it (lab 06-mounts).

using MiniContainer.Plans.ChildSteps;

namespace MiniContainer.Plans;

public sealed partial class ChildTape
{
    /// <inheritdoc cref="SetPropagation" path="/summary"/>
    /// <param name="path">The mount.</param>
    /// <param name="flags">MS_PRIVATE, MS_SLAVE, MS_SHARED or MS_UNBINDABLE, and MS_REC.</param>
    /// <param name="why">Why, and why here.</param>
    public void Propagation(string path, ulong flags, string why) =>
        Add(new SetPropagation(path, flags) { Why = why });

    /// <inheritdoc cref="MountFileSystem" path="/summary"/>
    public void Mount(string source, string target, string? type, ulong flags, string? data, string why,
        string lab = "06-mounts") =>
        Add(new MountFileSystem(source, target, type, flags, data, lab) { Why = why });

    /// <inheritdoc cref="ChildSteps.Remount" path="/summary"/>
    public void Remount(string target, ulong flags, string why) => Add(new Remount(target, flags) { Why = why });

    /// <inheritdoc cref="ChildSteps.SetAttributesBelow" path="/summary"/>
    /// <param name="target">The mount.</param>
    /// <param name="set">MOUNT_ATTR_* bits to set.</param>
    /// <param name="clear">MOUNT_ATTR_* bits to clear.</param>
    /// <param name="why">Why, and why here.</param>
    public void SetAttributesBelow(string target, ulong set, ulong clear, string why) =>
        Add(new SetAttributesBelow(target, set, clear) { Why = why });

    /// <inheritdoc cref="ChildSteps.OpenDirectory" path="/summary"/>
    /// <returns>Its descriptor, for <see cref="CloseDirectories"/>.</returns>
    /// <param name="path">The directory.</param>
    /// <param name="script">The descriptor in a script; null where a script does without.</param>
    /// <param name="why">Why, and why here.</param>
    public int OpenDirectory(string path, int? script, string why)
    {
        Add(new OpenDirectory(path, script) { Why = why });
        return Allocate(path);
    }

    /// <inheritdoc cref="ChildSteps.CloseDirectories" path="/summary"/>
    /// <param name="covered">The one that was covered.</param>
    /// <param name="covering">The one that covers it.</param>
    /// <param name="script">The former in a script.</param>
    /// <param name="path">Where they are.</param>
    /// <param name="why">Why, and why here.</param>
    public void CloseDirectories(int covered, int covering, int script, string path, string why)
    {
        Add(new CloseDirectories(covered, covering, script, path) { Why = why });
        Free(covered);
        Free(covering);
    }

    /// <inheritdoc cref="ChildSteps.PivotRoot" path="/summary"/>
    public void PivotRoot(string why) => Add(new PivotRoot { Why = why });

    /// <inheritdoc cref="ChildSteps.MoveRoot" path="/summary"/>
    public void MoveRoot(string why) => Add(new MoveRoot { Why = why });

    /// <inheritdoc cref="ChildSteps.MakeReadOnly" path="/summary"/>
    /// <param name="path">The path.</param>
    /// <param name="flags">The flags of the file system around it, to be kept.</param>
    /// <param name="why">Why, and why here.</param>
    public void MakeReadOnly(string path, ulong flags, string why) => Add(new MakeReadOnly(path, flags) { Why = why });

    /// <inheritdoc cref="ChildSteps.Mask" path="/summary"/>
    /// <param name="path">The path.</param>
    /// <param name="tree">The host's /dev/null, picked up.</param>
    /// <param name="why">Why, and why here.</param>
    public void Mask(string path, int tree, string why)
    {
        _ = trees.Remove(tree);
        Add(new Mask(path, tree) { Why = why });
        Free(tree);
    }

    /// <inheritdoc cref="ChildSteps.DetachOldRoot" path="/summary"/>
    /// <param name="why">Why, and why here.</param>
    /// <param name="more">Whether a script has more to do that needs the host's programs.</param>
    public void DetachOldRoot(string why, bool more = false) => Add(new DetachOldRoot(more) { Why = why });
}
