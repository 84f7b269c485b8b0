// What must be tried to be known: a child tries it in namespaces of its own, and both are gone when it ends, so that
// nothing on the machine is changed (labs 02-uts, 07-layers, 09-rootless, 10-privileges; clone(2), namespaces(7)).

using System.Globalization;
using System.Runtime.InteropServices;
using MiniContainer.Kernel.Netlink;
using static MiniContainer.Kernel.TapeCalls;

namespace MiniContainer.Kernel;

/// <summary>Tries what the kernel lets us do. Each answer is null if it works, else what failed.</summary>
public static class Trial
{
    // A child has a proc at any rate, and may mount over it what it likes: in its own mount namespace.
    private const string Place = "/proc";

    private static readonly TapeCall End = new("exit_group", 0);

    /// <summary>Makes namespaces of some kinds. Equivalent to: <c>unshare FLAGS true</c>.</summary>
    /// <param name="flags">CLONE_NEW* of clone(2).</param>
    public static string? Namespaces(ulong flags) => Play([End], flags);

    /// <summary>
    /// Makes a user namespace, and uses it: Ubuntu's AppArmor gives an ordinary user one without any capability.
    /// </summary>
    /// <remarks>
    /// Equivalent to: <c>unshare -Urmu sh -c 'mount --make-rprivate / &amp;&amp; hostname trial'</c>.
    /// </remarks>
    public static string? UserNamespace() =>
        Play([mount(null, "/", null, MS_REC | MS_PRIVATE), sethostname("trial"), End],
            CloneFlags.NEWUSER | CloneFlags.NEWNS | CloneFlags.NEWUTS);

    /// <summary>Mounts an overlay of two directories (overlayfs.rst).</summary>
    /// <param name="inUserNamespace">Whether as root of a user namespace alone.</param>
    public static string? Overlay(bool inUserNamespace) =>
        Play(
        [
            mount(null, "/", null, MS_REC | MS_PRIVATE), mount("trial", Place, "tmpfs", 0),
            mkdir($"{Place}/lower", 0x1ed /* 0755 */), mkdir($"{Place}/upper", 0x1ed), mkdir($"{Place}/work", 0x1ed),
            mkdir($"{Place}/merged", 0x1ed),
            mount("trial", $"{Place}/merged", "overlay", 0,
                $"lowerdir={Place}/lower,upperdir={Place}/upper,workdir={Place}/work"),
            End,
        ], CloneFlags.NEWNS | (inUserNamespace ? CloneFlags.NEWUSER : 0));

    /// <summary>
    /// Makes the newer calls that minic builds on, which a filter of an engine may refuse with ENOSYS.
    /// </summary>
    /// <param name="inUserNamespace">Whether as root of a user namespace alone.</param>
    public static string? Calls(bool inUserNamespace) => Attempt(() =>
    {
        using var pidfd = Processes.OpenPidFd(Environment.ProcessId);
        return null;
    }) ?? Play(
        [
            mount(null, "/", null, MS_REC | MS_PRIVATE), fsopen("tmpfs"),
            // All of it: in a user namespace no mount may come off what it covers.
            open_tree("/", recursive: true),
            mount_setattr("/", recursive: false, Abi.MOUNT_ATTR_NOSUID, 0), End,
        ], CloneFlags.NEWNS | (inUserNamespace ? CloneFlags.NEWUSER : 0));

    /// <summary>Loads libseccomp.</summary>
    public static string? SeccompLibrary() => Attempt(() =>
    {
        _ = Seccomp.Version();
        return null;
    });

    /// <summary>Installs a filter of system calls that libseccomp makes (seccomp(2)).</summary>
    public static string? Filter() =>
        Attempt(() => Play([prctl(PR_SET_NO_NEW_PRIVS, 1), seccomp(Seccomp.Refuse(["swapon"])), End], 0));

    /// <summary>Copies a mount and has the owners of its files translated (mount_setattr(2)); it takes root.</summary>
    /// <param name="path">A directory of the file system to try it on.</param>
    public static string? IdMap(string path) => Attempt(() =>
    {
        using var userns = IdMappedTree.MakeUserNamespace("0 100000 65536", "0 100000 65536");
        using var tree = IdMappedTree.Open(path, recursive: false);
        IdMappedTree.Map(tree, userns, recursive: false);
        return null;
    });

    /// <summary>Has a child born into our own cgroup of version 2 (clone3(2), CLONE_INTO_CGROUP).</summary>
    /// <param name="cgroup">Its directory.</param>
    public static string? BornInto(string cgroup) => Attempt(() =>
    {
        using var directory = Directories.Open(cgroup);
        return Play(new ChildOptions([End]) { Descriptors = ChildDescriptor.Usual, Cgroup = directory });
    });

    /// <summary>Makes a bridge, in a network namespace of its own; it takes root.</summary>
    public static string? Bridge() => InNetwork((network, _) => network.AddBridge("trial"));

    /// <summary>Makes a veth pair, in a network namespace of its own; it takes root.</summary>
    public static string? Veth() => InNetwork((network, _) => network.AddVeth(new("trial"), new("peer")));

    /// <summary>Makes a table of nftables, in a network namespace of its own; it takes root.</summary>
    public static string? Nftables() => InNetwork((_, netns) => Kernel.Nftables.Run("add table ip trial", netns));

    /// <summary>Loads libnftables.</summary>
    public static string? NftablesLibrary() => Attempt(() =>
    {
        Kernel.Nftables.Require();
        return null;
    });

    private static string? InNetwork(Action<RtNetlink, SafeHandle> attempt) =>
        Attempt(() =>
        {
            using var netns = NetworkNamespace.Create();
            using var network = RtNetlink.OpenIn(netns);
            attempt(network, netns);
            return null;
        });

    private static string? Play(IReadOnlyList<TapeCall> calls, ulong flags) =>
        Attempt(() => Play(new ChildOptions(calls) { Flags = flags, Descriptors = ChildDescriptor.Usual }));

    private static string? Play(ChildOptions options)
    {
        using var child = Child.Clone(options with { Calls = [read(3), .. options.Calls] });
        try
        {
            if ((options.Flags & CloneFlags.NEWUSER) != 0)
                Map(child.Pid);
            // Before its maps are written it has no user, and could make no file.
            child.Go();
            _ = child.WaitStatus();
            return child.Failure() is { } failure ? Told(failure) : null;
        }
        finally
        {
            child.Dispose();
            _ = Processes.Reap(child.Pid);
        }
    }

    // An ordinary user may map one id, their own, and must give up setgroups(2) for the group's (user_namespaces(7)).
    private static void Map(int pid)
    {
        var proc = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}");
        Knob.Write($"{proc}/setgroups", "deny");
        Knob.Write($"{proc}/uid_map", string.Create(CultureInfo.InvariantCulture, $"0 {Caller.Current.Uid} 1"));
        Knob.Write($"{proc}/gid_map", string.Create(CultureInfo.InvariantCulture, $"0 {Caller.Current.Gid} 1"));
    }

    private static string? Attempt(Func<string?> attempt)
    {
        try
        {
            return attempt();
        }
        catch (MinicException failure)
        {
            return Told(failure);
        }
    }

    // The call's name and the errno: what it was given is a trial's own.
    private static string Told(MinicException failure) => failure.Call is { } call
        ? $"{call.Split('(')[0]}: {Errno.Describe(failure.Errno)}" : failure.Message;
}
