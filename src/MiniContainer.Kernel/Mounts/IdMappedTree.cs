// A copy of a mount in which files seem to belong to other users: the kernel translates owners on the way in and out,
// by the maps of a user namespace, and nothing changes on disk (lab 09-rootless; mount_setattr(2) MOUNT_ATTR_IDMAP,
// open_tree(2)).

using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static MiniContainer.Kernel.Abi;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>The doors to id-mapped mounts.</summary>
public static unsafe class IdMappedTree
{
    private const int SYS_open_tree = 428;
    private const int SYS_mount_setattr = 442;

    /// <summary>Copies a mount, attached nowhere yet. Equivalent to the first half of: <c>mount --bind</c>.</summary>
    /// <param name="source">A path in it: what lies below is copied.</param>
    /// <param name="recursive">Whether the mounts below come along.</param>
    /// <exception cref="MinicException">There is no such path, or no privilege.</exception>
    public static SafeFileHandle Open(string source, bool recursive)
    {
        int fd;
        fixed (byte* path = Libc.Utf8(source))
            fd = (int)syscall(SYS_open_tree, -100, path,
                OPEN_TREE_CLONE | (uint)O_CLOEXEC | (recursive ? AT_RECURSIVE : 0));
        return fd >= 0
            ? new SafeFileHandle(fd, ownsHandle: true)
            : throw MinicException.FromErrno($"pick up {source}", OpenText(source, recursive), Libc.Errno);
    }

    /// <summary>The call of <see cref="Open"/>, as strace(1) prints it.</summary>
    public static string OpenText(string source, bool recursive) =>
        $"open_tree(AT_FDCWD, {TapeArg.Quote(source)}, "
            + $"OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC{(recursive ? "|AT_RECURSIVE" : "")})";

    /// <summary>Makes a user namespace with some maps and no process. It lives as long as the handle.</summary>
    /// <param name="uidMap">Lines of "inside outside count" (user_namespaces(7)).</param>
    /// <param name="gidMap">The same for groups.</param>
    /// <exception cref="MinicException">The kernel refuses a map.</exception>
    public static SafeFileHandle MakeUserNamespace(string uidMap, string gidMap)
    {
        // A namespace is born with a process in it; this one waits until it has been opened, and ends then.
        using var child =
            Child.Clone(
                [TapeCalls.read(3), new TapeCall("exit_group", 0)], CloneFlags.NEWUSER);
        var pid = child.Pid;
        try
        {
            var proc = $"/proc/{pid.ToString(CultureInfo.InvariantCulture)}";
            Knob.Write($"{proc}/uid_map", uidMap);
            Knob.Write($"{proc}/gid_map", gidMap);
            return Libc.OpenHandle($"{proc}/ns/user", O_RDONLY);
        }
        finally
        {
            try
            {
                child.Go();
            }
            finally
            {
                _ = Processes.Reap(pid);
            }
        }
    }

    /// <summary>Has the kernel translate the owners of a copied mount's files.</summary>
    /// <param name="tree">The copy, which must be attached nowhere yet.</param>
    /// <param name="userns">
    /// The user namespace: "inside" is whom a file belongs to on disk, "outside" whom it seems to.
    /// </param>
    /// <param name="recursive">Whether the mounts below are mapped too.</param>
    /// <exception cref="MinicException">EINVAL: the file system cannot do it, or is mapped already.</exception>
    public static void Map(SafeHandle tree, SafeHandle userns, bool recursive)
    {
        using var heldTree = new HeldDescriptor(tree);
        using var heldUserns = new HeldDescriptor(userns);
        // struct mount_attr: attr_set, attr_clr, propagation, userns_fd.
        var attributes = stackalloc ulong[] { MOUNT_ATTR_IDMAP, 0, 0, (ulong)(uint)heldUserns.Number };
        fixed (byte* empty = Libc.Utf8(""))
        {
            if ((int)syscall(SYS_mount_setattr, heldTree.Number, empty,
                (uint)AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), attributes, 32) != 0)
                throw MinicException.FromErrno("map the ids of a mount",
                    $"mount_setattr({heldTree.Number}, \"\", AT_EMPTY_PATH{(recursive ? "|AT_RECURSIVE" : "")}, "
                        + $"{{attr_set=MOUNT_ATTR_IDMAP, userns_fd={heldUserns.Number}}}, 32)", Libc.Errno);
        }
    }
}
