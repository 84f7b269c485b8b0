// Mounts that a child has by a descriptor before they are attached anywhere (labs 06-mounts, 07-layers; fsconfig(2)).

using System.Text;
using MiniContainer.Plans.ChildSteps;
using Tmds.Linux;

namespace MiniContainer.Plans;

public sealed partial class ChildTape
{
    // Flags of a mount, and those of the file system itself with fsconfig(2)'s names for them.
    private const ulong MountFlags = 0xf | (1 << 10) | (1 << 11) | (1 << 21) | (1 << 24);

    /// <summary>Takes a copy of a mount, not attached anywhere yet, while the old root can still be seen.</summary>
    /// <returns>Its descriptor, for <see cref="Attach"/>.</returns>
    public int OpenTree(string source, bool recursive, string why)
    {
        var tree = Allocate("tree");
        trees[tree] = new PickedTree(recursive);
        Add(new OpenTree(source, recursive, tree) { Why = why });
        return tree;
    }

    /// <summary>Takes a copy of a mount of the new root, which earlier mounts may have brought there.</summary>
    /// <param name="source">A path of the container: the old root must be gone.</param>
    /// <param name="recursive">Whether the mounts below come along.</param>
    /// <param name="why">Why, and why here.</param>
    /// <returns>Its descriptor, for <see cref="Attach"/>.</returns>
    public int OpenTreeInside(string source, bool recursive, string why)
    {
        var tree = Allocate("tree");
        trees[tree] = new PickedTree(recursive) { Inside = source };
        Add(new OpenTree(source, recursive, tree) { OfContainer = true, Why = why });
        return tree;
    }

    /// <summary>A tree that the child was given, picked up by minic: see <see cref="Steps.OpenMappedTree"/>.</summary>
    /// <param name="descriptor">The descriptor's name.</param>
    /// <param name="source">Where it was picked up, for a script, which binds it from there.</param>
    /// <param name="recursive">Whether the mounts below came along.</param>
    /// <returns>Its descriptor, for <see cref="Attach"/>.</returns>
    public int GivenTree(string descriptor, string source, bool recursive)
    {
        var tree = Descriptor(descriptor);
        trees[tree] = new PickedTree(recursive) { Source = source };
        return tree;
    }

    /// <summary>A volume that the child was given, picked up by minic: see <see cref="Steps.OpenVolume"/>.</summary>
    /// <param name="descriptor">The descriptor's name.</param>
    /// <returns>Its descriptor, for <see cref="Attach"/>.</returns>
    public int GivenVolume(string descriptor)
    {
        var tree = Descriptor(descriptor);
        trees[tree] = new PickedTree(Recursive: true) { Volume = descriptor };
        return tree;
    }

    /// <summary>
    /// A file system that the child was given, made by minic: see <see cref="Steps.MakeFileSystem"/>.
    /// </summary>
    /// <param name="descriptor">The descriptor's name.</param>
    /// <param name="type">Its type.</param>
    /// <param name="source">The device, for a script, which mounts it from the old root.</param>
    /// <param name="flags">MS_* flags.</param>
    /// <param name="data">Its own options, or null.</param>
    /// <returns>Its descriptor, for <see cref="Attach"/>.</returns>
    public int GivenMount(string descriptor, string type, string source, ulong flags, string? data)
    {
        var tree = Descriptor(descriptor);
        made[tree] = new MadeFileSystem(type, "." + source, flags, data);
        return tree;
    }

    /// <summary>Attaches what was picked up or made, and forgets its descriptor.</summary>
    /// <param name="tree">The descriptor.</param>
    /// <param name="target">Where, in the new root.</param>
    /// <param name="why">Why, and why here.</param>
    public void Attach(int tree, string target, string why)
    {
        Add(made.Remove(tree, out var system)
            ? new AttachFileSystem(tree, target, system) { Why = why }
            : new AttachTree(tree, target, trees[tree]) { Why = why });
        _ = trees.Remove(tree);
        Free(tree);
    }

    /// <summary>Whether <see cref="MakeMount"/> can do all that mount(2) would do with these.</summary>
    /// <param name="flags">MS_* flags.</param>
    /// <param name="data">The file system's own options, or null.</param>
    public static bool CanMakeMount(ulong flags, string? data)
    {
        // fsconfig(2) takes strings of up to 255 bytes, and knows no quotes.
        const int MaxString = 255;
        var known = FileSystemFlags.Superblock.Aggregate(MountFlags | (ulong)LibC.MS_SILENT, (all, f) => all | f.Flag);
        return (flags & ~known) == 0
            && (data is null || data.IndexOfAny(['"', '\\']) < 0
                && data.Split(',').All(o => Encoding.UTF8.GetByteCount(o) <= MaxString));
    }

    /// <inheritdoc cref="ChildSteps.MakeMount" path="/summary"/>
    /// <returns>Its descriptor, for <see cref="Attach"/>.</returns>
    /// <param name="type">Its type.</param>
    /// <param name="source">What the mount table shows.</param>
    /// <param name="flags">MS_* flags, as far as <see cref="CanMakeMount"/> allows.</param>
    /// <param name="data">Its own options, or null.</param>
    /// <param name="why">Why, and why here.</param>
    public int MakeMount(string type, string source, ulong flags, string? data, string why)
    {
        var context = Allocate("context");
        var tree = Allocate("tree");
        Free(context);
        made[tree] = new MadeFileSystem(type, source, flags, data);
        Add(new MakeMount(made[tree], context) { Why = why });
        return tree;
    }

    /// <inheritdoc cref="ChildSteps.MakeMountAt" path="/summary"/>
    /// <returns>The copy's descriptor, for <see cref="Attach"/>.</returns>
    /// <param name="type">Its type.</param>
    /// <param name="source">A device, a path, or a name.</param>
    /// <param name="at">A directory of the host for the moment between.</param>
    /// <param name="flags">MS_* flags.</param>
    /// <param name="data">Its own options, or null.</param>
    /// <param name="why">Why, and why here.</param>
    public int MakeMountAt(string type, string source, string at, ulong flags, string? data, string why)
    {
        var tree = Allocate("tree");
        trees[tree] = new PickedTree(false);
        Add(new MakeMountAt(new MadeFileSystem(type, source, flags, data), at, tree) { Why = why });
        return tree;
    }

    /// <inheritdoc cref="SetTreeAttributes" path="/summary"/>
    /// <param name="tree">A descriptor of the tree.</param>
    /// <param name="set">MOUNT_ATTR_* bits to set.</param>
    /// <param name="clear">MOUNT_ATTR_* bits to clear.</param>
    /// <param name="recursive">Whether the mounts below change too.</param>
    /// <param name="propagation">MS_PRIVATE and the like, or 0.</param>
    /// <param name="why">Why, and why here.</param>
    public void SetAttributes(int tree, ulong set, ulong clear, bool recursive, ulong propagation, string why)
    {
        var picked = trees[tree] with { Attributes = [.. trees[tree].Attributes, (set, clear)] };
        trees[tree] = propagation == 0
            ? picked
            : picked with { Propagation = propagation, PropagatesBelow = recursive };
        Add(new SetTreeAttributes(tree, set, clear, recursive, propagation) { Why = why });
    }
}
