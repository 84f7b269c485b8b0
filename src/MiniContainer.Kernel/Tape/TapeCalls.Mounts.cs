// Calls of a tape on mounts that have a descriptor before they have a place (labs 06-mounts, 07-layers; open_tree(2),
// fsopen(2), fsconfig(2), fsmount(2), move_mount(2), mount_setattr(2)).

namespace MiniContainer.Kernel;

public static partial class TapeCalls
{
#pragma warning disable CS1591 // open_tree(2) and mount_setattr(2) document them
    public static ulong AT_RECURSIVE => 0x8000;
    public static ulong OPEN_TREE_CLONE => 1;
#pragma warning restore CS1591

    private const ulong MOVE_MOUNT_F_EMPTY_PATH = 4;
    private const ulong MOVE_MOUNT_T_SYMLINKS = 0x10;

    /// <summary>Copies the mount at a path, attached nowhere yet (open_tree(2)).</summary>
    /// <param name="path">The path.</param>
    /// <param name="recursive">Whether the mounts below come along.</param>
    public static TapeCall open_tree(string path, bool recursive) =>
        new("open_tree", TapeArg.AtFdCwd, path, Copied(recursive ? AT_RECURSIVE : 0));

    /// <summary>Copies the mount of an open file, attached nowhere yet (open_tree(2)).</summary>
    public static TapeCall open_tree(int fd) => new("open_tree", fd, "", Copied(AT_EMPTY_PATH));

    /// <summary>Attaches a mount (move_mount(2)).</summary>
    /// <param name="tree">Its descriptor.</param>
    /// <param name="target">Where.</param>
    /// <param name="follow">Whether a symbolic link there is followed.</param>
    public static TapeCall move_mount(int tree, string target, bool follow) =>
        new("move_mount", tree, "", TapeArg.AtFdCwd, target,
            TapeArg.Flags(MOVE_MOUNT_F_EMPTY_PATH | (follow ? MOVE_MOUNT_T_SYMLINKS : 0), FlagText.MoveMount));

    /// <summary>Changes attributes of the mount at a path (mount_setattr(2)).</summary>
    /// <param name="path">The path.</param>
    /// <param name="recursive">Whether the mounts below change too.</param>
    /// <param name="set">MOUNT_ATTR_* bits to set.</param>
    /// <param name="clear">MOUNT_ATTR_* bits to clear.</param>
    public static TapeCall mount_setattr(string path, bool recursive, ulong set, ulong clear) =>
        new("mount_setattr", TapeArg.AtFdCwd, path, TapeArg.Flags(recursive ? AT_RECURSIVE : 0, FlagText.At),
            MountAttributes(set, clear, 0), TapeArg.Named(32, "MOUNT_ATTR_SIZE_VER0"));

    /// <summary>Changes attributes of a mount that has no place yet (mount_setattr(2)).</summary>
    /// <param name="tree">Its descriptor.</param>
    /// <param name="recursive">Whether the mounts below change too.</param>
    /// <param name="set">MOUNT_ATTR_* bits to set.</param>
    /// <param name="clear">MOUNT_ATTR_* bits to clear.</param>
    /// <param name="propagation">MS_PRIVATE and the like, or 0.</param>
    public static TapeCall mount_setattr(int tree, bool recursive, ulong set, ulong clear, ulong propagation) =>
        new("mount_setattr", tree, "", TapeArg.Flags(AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), FlagText.At),
            MountAttributes(set, clear, propagation), TapeArg.Named(32, "MOUNT_ATTR_SIZE_VER0"));

    /// <summary>Begins a file system of a type (fsopen(2)).</summary>
    public static TapeCall fsopen(string type) => new("fsopen", type, TapeArg.Named(1, "FSOPEN_CLOEXEC"));

    /// <summary>Sets an option of a file system that is being made (fsconfig(2)).</summary>
    /// <param name="context">The descriptor of <see cref="fsopen"/>.</param>
    /// <param name="key">The option.</param>
    /// <param name="value">Its value; null for a flag.</param>
    public static TapeCall fsconfig(int context, string key, string? value) => value is null
        ? new("fsconfig", context, TapeArg.Named(0, "FSCONFIG_SET_FLAG"), key, TapeArg.Null, 0)
        : new("fsconfig", context, TapeArg.Named(1, "FSCONFIG_SET_STRING"), key, value, 0);

    /// <summary>Makes the file system whose options have been set (fsconfig(2)).</summary>
    public static TapeCall fsconfig_create(int context) =>
        new("fsconfig", context, TapeArg.Named(6, "FSCONFIG_CMD_CREATE"), TapeArg.Null, TapeArg.Null, 0);

    /// <summary>Makes a mount of a file system, attached nowhere yet (fsmount(2)).</summary>
    public static TapeCall fsmount(int context, ulong attributes) =>
        new("fsmount", context, TapeArg.Named(1, "FSMOUNT_CLOEXEC"), TapeArg.Flags(attributes, FlagText.MountAttr));

    private static TapeArg Copied(ulong more) =>
        TapeArg.Flags(OPEN_TREE_CLONE | (uint)O_CLOEXEC | more, FlagText.OpenTree);

    // struct mount_attr: what to set, what to clear, the propagation, a user namespace.
    private static TapeArg.Block MountAttributes(ulong set, ulong clear, ulong propagation) =>
        new TapeArg.Block(TapeArg.Longs(set, clear, propagation, 0), attributes =>
        {
            ulong At(int index) => BitConverter.ToUInt64(attributes, index * 8);
            var travels = At(2) == 0 ? "0" : FlagText.Mount(At(2));
            return $"{{attr_set={FlagText.MountAttr(At(0))}, attr_clr={FlagText.MountAttr(At(1))}, "
                + $"propagation={travels}, userns_fd=0}}";
        });
}
