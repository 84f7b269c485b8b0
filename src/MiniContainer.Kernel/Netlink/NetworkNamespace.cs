// Network namespaces: making one, giving it a name that outlives processes, working inside it. A thread, not a process,
// is in a namespace, so everything here is about the calling thread, and puts it back. See network_namespaces(7),
// setns(2), ip-netns(8).

using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static MiniContainer.Kernel.Netlink.NetlinkAbi;
using static MiniContainer.Kernel.Abi;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>Makes, names, opens and enters network namespaces.</summary>
/// <remarks>
/// A namespace lives as long as a process is in it, a descriptor of it is open, or it is bind-mounted onto a file. The
/// last is what ip-netns(8) calls a named namespace, with the files in /run/netns; minic keeps to that, so that <c>ip
/// netns exec NAME</c> enters what minic made, and minic opens what <c>ip netns add</c> made.
/// </remarks>
public static unsafe partial class NetworkNamespace
{
    /// <summary>Where ip-netns(8) keeps named namespaces.</summary>
    public const string Directory = "/run/netns";

    private const string Current = "/proc/thread-self/ns/net";

    /// <summary>Makes a namespace that lives as long as the handle. Equivalent to: <c>unshare --net</c>.</summary>
    /// <remarks>
    /// The thread that calls unshare(2) is in the new namespace from then on; a thread made for the purpose, which ends
    /// at once, takes that away with it.
    /// </remarks>
    public static SafeFileHandle Create()
    {
        SafeFileHandle? made = null;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                if (unshare(CLONE_NEWNET) < 0) throw Failed("create a network namespace", "unshare(CLONE_NEWNET)");
                made = Open(Current);
            }
            catch (MinicException exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        }, maxStackSize: 256 * 1024);
        thread.Start();
        thread.Join();
        failure?.Throw();
        return made!;
    }

    /// <summary>Gives a namespace a name that lasts until <see cref="Unpin"/>: a bind mount on an empty file.</summary>
    /// <remarks>
    /// Equivalent to: <c>touch PATH; mount --bind /proc/self/fd/N PATH</c>, or <c>ip netns attach</c>.
    /// </remarks>
    /// <param name="netns">The namespace.</param>
    /// <param name="path">A path that does not exist yet, in <see cref="Directory"/> as a rule.</param>
    /// <exception cref="MinicException">EEXIST: the name is taken; EPERM: not root.</exception>
    public static void Pin(SafeHandle netns, string path)
    {
        var doing = $"pin a network namespace to {path}";
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Share(directory, doing);
        MakeFile(path, doing);
        using var held = new HeldDescriptor(netns);
        try
        {
            Mount($"/proc/self/fd/{held.Number}", path, "none", (ulong)MS_BIND, "MS_BIND", doing);
        }
        catch (MinicException)
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>
    /// Keeps a namespace alive by a bind mount on an empty file, for minic alone: no other program looks for it there.
    /// </summary>
    /// <remarks>
    /// Equivalent to: <c>touch PATH; mount --bind /proc/PID/ns/net PATH</c>. <see cref="Unpin"/> lets it go.
    /// </remarks>
    /// <param name="netns">The namespace.</param>
    /// <param name="path">A path that does not exist yet.</param>
    /// <exception cref="MinicException">EEXIST: there is such a file; EPERM: not root.</exception>
    public static void Hold(SafeHandle netns, string path)
    {
        var doing = $"hold a network namespace at {path}";
        MakeFile(path, doing);
        using var held = new HeldDescriptor(netns);
        Mount($"/proc/self/fd/{held.Number}", path, "none", (ulong)MS_BIND, "MS_BIND", doing);
    }

    /// <summary><see cref="Create"/> and <see cref="Pin"/>. Equivalent to: <c>ip netns add NAME</c>.</summary>
    public static SafeFileHandle CreateAndPin(string path)
    {
        var netns = Create();
        try
        {
            Pin(netns, path);
            return netns;
        }
        catch
        {
            netns.Dispose();
            throw;
        }
    }

    /// <summary>Takes a name away, with the mount beneath it. Equivalent to: <c>ip netns del NAME</c>.</summary>
    /// <remarks>The namespace itself stays for as long as others use it. May be called again.</remarks>
    /// <returns>False if there was no such file.</returns>
    public static bool Unpin(string path)
    {
        if (!File.Exists(path)) return false;
        var doing = $"unpin the network namespace {path}";
        fixed (byte* target = Libc.Utf8(path))
        {
            // Several mounts may lie on one another; EINVAL says that no more is there, ENOENT that another was faster.
            while (umount2(target, MNT_DETACH) == 0) { }
            if (errno is not (Kernel.Errno.EINVAL or Kernel.Errno.ENOENT))
                throw Failed(doing, $"umount2(\"{path}\", MNT_DETACH)");
            if (unlink(target) == 0) return true;
            return errno == Kernel.Errno.ENOENT ? false : throw Failed(doing, $"unlink(\"{path}\")");
        }
    }

    /// <summary>Opens a namespace: /run/netns/NAME, or /proc/PID/ns/net.</summary>
    /// <exception cref="MinicException">There is no such file, or it is no network namespace.</exception>
    public static SafeFileHandle Open(string path)
    {
        var doing = $"open the network namespace {path}";
        int fd;
        fixed (byte* bytes = Libc.Utf8(path)) fd = open(bytes, O_RDONLY | O_CLOEXEC, 0);
        if (fd < 0) throw Failed(doing, $"open(\"{path}\", O_RDONLY|O_CLOEXEC)");
        var handle = new SafeFileHandle(fd, ownsHandle: true);
        if (ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWNET) return handle;
        handle.Dispose();
        throw new MinicException(
            doing,
            "the file is not a network namespace",
            "A file of /run/netns without its mount is a leftover: remove it.");
    }

    /// <summary>Whether a file is a network namespace.</summary>
    public static bool Is(string path)
    {
        int fd;
        fixed (byte* bytes = Libc.Utf8(path)) fd = open(bytes, O_RDONLY | O_CLOEXEC, 0);
        if (fd < 0) return false;
        using var handle = new SafeFileHandle(fd, ownsHandle: true);
        return ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWNET;
    }

    /// <summary>Does something with the calling thread in another network namespace, and brings it back.</summary>
    /// <remarks>
    /// Equivalent to: <c>ip netns exec NAME ...</c>. Sockets opened inside stay there for life. The body must not
    /// await: what follows an await may run on another thread, which is not in the namespace.
    /// </remarks>
    /// <param name="netns">The namespace.</param>
    /// <param name="body">What to do there; its result and its exceptions pass through.</param>
    public static T Run<T>(SafeHandle netns, Func<T> body)
    {
        using var home = Open(Current);
        using var there = new HeldDescriptor(netns);
        if (setns(there.Number, CLONE_NEWNET) < 0)
            throw Failed("enter a network namespace", $"setns({there.Number}, CLONE_NEWNET)");
        try
        {
            return body();
        }
        finally
        {
            // A thread of the pool in the wrong namespace would do other people's work there. Better no process.
            if (setns((int)home.DangerousGetHandle(), CLONE_NEWNET) < 0)
                Environment.FailFast($"setns(home, CLONE_NEWNET): {Kernel.Errno.Describe(errno)}");
        }
    }

    /// <inheritdoc cref="Run{T}(SafeHandle, Func{T})"/>
    public static void Run(SafeHandle netns, Action body) => Run(netns, () =>
    {
        body();
        return 0;
    });

    // As `ip netns add` does it (ip-netns(8)): the directory is a shared mount, so that a name made in one mount
    // namespace is seen, and above all unmounted, in all those that were copied from it; a namespace whose mount lived
    // on in some daemon's private copy would never go away. The lock is the one that ip takes: without it two makers
    // could bind the directory twice, and the second hide the names of the first.
    private static void Share(string directory, string doing)
    {
        MakeDirectory(directory, doing);
        fixed (byte* path = Libc.Utf8(directory))
        {
            var fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
            if (fd < 0) throw Failed(doing, $"open(\"{directory}\", O_RDONLY|O_DIRECTORY)");
            using var directoryLock = new SafeFileHandle(fd, ownsHandle: true);
            if (flock(fd, LOCK_EX) < 0) throw Failed(doing, $"flock(\"{directory}\", LOCK_EX)");
            if (mount(null, path, null, MS_SHARED | MS_REC, null) == 0) return;

            // EINVAL: the directory is no mount point yet, so it becomes one, by a bind mount onto itself.
            var call = $"mount(NULL, \"{directory}\", NULL, MS_SHARED|MS_REC, NULL)";
            if (errno != Kernel.Errno.EINVAL) throw Failed(doing, call);
            Mount(directory, directory, "none", (ulong)(MS_BIND | MS_REC), "MS_BIND|MS_REC", doing);
            if (mount(null, path, null, MS_SHARED | MS_REC, null) < 0) throw Failed(doing, call);
        }
    }

    private static void MakeDirectory(string directory, string doing)
    {
        try
        {
            _ = System.IO.Directory.CreateDirectory(directory);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new MinicException(doing, $"mkdir(\"{directory}\"): {exception.Message}", inner: exception);
        }
    }

    private static void MakeFile(string path, string doing)
    {
        fixed (byte* bytes = Libc.Utf8(path))
        {
            var fd = open(bytes, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);
            if (fd < 0) throw Failed(doing, $"open(\"{path}\", O_CREAT|O_EXCL)");
            if (close(fd) < 0) throw Failed(doing, $"close(\"{path}\")");
        }
    }

    private static void Mount(string source, string target, string type, ulong flags, string flagNames, string doing)
    {
        fixed (byte* from = Libc.Utf8(source), onto = Libc.Utf8(target), kind = Libc.Utf8(type))
        {
            if (mount(from, onto, kind, (Tmds.Linux.ulong_t)flags, null) < 0)
                throw Failed(doing, $"mount(\"{source}\", \"{target}\", \"{type}\", {flagNames}, NULL)");
        }
    }

    private static MinicException Failed(string doing, string call) => MinicException.FromErrno(doing, call, errno);

    // Neither Tmds.LibC nor Mono.Posix has it.
    [LibraryImport("libc", SetLastError = true)]
    private static partial int flock(int fd, int operation);
}
