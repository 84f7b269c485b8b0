// Mounts that the host sees (mount(2), umount2(2)). A container's own are made by its child, in a mount namespace of
// its own.

using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>The door to mounts in minic's own mount namespace.</summary>
public static unsafe class HostMount
{
    /// <summary>The call of <see cref="Tmpfs"/>, as strace(1) prints it.</summary>
    public static string TmpfsText(string path, string options) =>
        $"mount(\"tmpfs\", {TapeArg.Quote(path)}, \"tmpfs\", MS_NOSUID|MS_NODEV, {TapeArg.Quote(options)})";

    /// <summary>The call of <see cref="Unmount"/>, as strace(1) prints it.</summary>
    public static string UnmountText(string path) => $"umount2({TapeArg.Quote(path)}, MNT_DETACH|UMOUNT_NOFOLLOW)";

    /// <summary>Mounts a tmpfs. Equivalent to: <c>mount -t tmpfs -o nosuid,nodev,OPTIONS tmpfs PATH</c>.</summary>
    /// <param name="doing">What is being done, for an error.</param>
    /// <param name="path">Where.</param>
    /// <param name="options">Its own options (tmpfs(5)).</param>
    /// <exception cref="MinicException">It cannot be mounted.</exception>
    public static void Tmpfs(string doing, string path, string options)
    {
        fixed (byte* type = Libc.Utf8("tmpfs"), target = Libc.Utf8(path), data = Libc.Utf8(options))
        {
            if (mount(type, target, type, MS_NOSUID | MS_NODEV, data) != 0)
                throw MinicException.FromErrno(doing, TmpfsText(path, options), Libc.Errno);
        }
    }

    /// <summary>The call of <see cref="Bind"/>, as strace(1) prints it.</summary>
    public static string BindText(string source, string path) =>
        $"mount({TapeArg.Quote(source)}, {TapeArg.Quote(path)}, NULL, MS_BIND, NULL)";

    /// <summary>The call of <see cref="MakePrivate"/>, as strace(1) prints it.</summary>
    public static string PrivateText(string path) =>
        $"mount(NULL, {TapeArg.Quote(path)}, NULL, MS_PRIVATE|MS_REC, NULL)";

    /// <summary>
    /// Shows a file or directory at another place too. Equivalent to: <c>mount --bind SOURCE PATH</c>.
    /// </summary>
    /// <param name="doing">What is being done, for an error.</param>
    /// <param name="source">What; a namespace's file of /proc is one too.</param>
    /// <param name="path">Where.</param>
    /// <exception cref="MinicException">
    /// It cannot be mounted; EINVAL for a mount namespace that is older than ours, or on a mount with shared
    /// propagation.
    /// </exception>
    public static void Bind(string doing, string source, string path)
    {
        fixed (byte* from = Libc.Utf8(source), target = Libc.Utf8(path))
        {
            if (mount(from, target, null, MS_BIND, null) != 0)
                throw MinicException.FromErrno(doing, BindText(source, path), Libc.Errno);
        }
    }

    /// <summary>
    /// Keeps to our mount namespace what is mounted below a mount from now on. Equivalent to:
    /// <c>mount --make-rprivate PATH</c>.
    /// </summary>
    /// <param name="doing">What is being done, for an error.</param>
    /// <param name="path">Where the mount is.</param>
    /// <exception cref="MinicException">EINVAL: nothing is mounted there.</exception>
    public static void MakePrivate(string doing, string path)
    {
        fixed (byte* target = Libc.Utf8(path))
        {
            if (mount(null, target, null, MS_PRIVATE | MS_REC, null) != 0)
                throw MinicException.FromErrno(doing, PrivateText(path), Libc.Errno);
        }
    }

    /// <summary>
    /// Unmounts what is mounted on a path, all that is stacked there; nothing there is fine, nor is the path needed.
    /// </summary>
    /// <exception cref="MinicException">It cannot be unmounted.</exception>
    public static void Unmount(string path)
    {
        fixed (byte* target = Libc.Utf8(path))
        {
            while (umount2(target, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
            {
            }

            if (Libc.Errno is not (Errno.EINVAL or Errno.ENOENT or Errno.ENOTDIR))
                throw MinicException.FromErrno($"unmount {path}", UnmountText(path), Libc.Errno);
        }
    }
}
