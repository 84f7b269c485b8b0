// What to do about an error, in one table keyed by call and errno. A hint is one sentence, names a cure, and has a
// test that provokes the error and meets the hint (tests/MiniContainer.Kernel.Tests/HintsTests.cs).

using static MiniContainer.Kernel.Errno;

namespace MiniContainer.Kernel;

/// <summary>Remedies for the failures that people meet most.</summary>
public static class Hints
{
    private static readonly Dictionary<(string Call, int Errno), string> Table = new()
    {
        [("clone3", EPERM)] = "Namespaces other than a user namespace need root: run as root, or add a user namespace.",
        [("clone3", EINVAL)] = "This kernel refuses the combination of namespaces; ls /proc/self/ns shows those it "
            + "has.",
        [("clone3", ENOSPC)] = "A limit of namespaces is reached: see /proc/sys/user/max_*_namespaces.",
        [("clone3", EAGAIN)] = "A limit of processes is reached: see ulimit -u and pids.max of this cgroup.",
        [("mount", EPERM)] = "Mounting needs CAP_SYS_ADMIN; a new proc needs its own PID namespace besides.",
        [("fsconfig", EPERM)] = "A new proc needs a PID namespace, and a new sysfs a network namespace, of the same "
            + "user namespace as the mount namespace.",
        [("fsopen", EPERM)] = "Mounting needs CAP_SYS_ADMIN in the user namespace that owns the mount namespace; a "
            + "new sysfs needs a network namespace of the same one besides: else bind the host's /sys.",
        [("mount", ENODEV)] = "The kernel has no such file system: see /proc/filesystems.",
        [("mount", ENOENT)] = "The source or the target of the mount does not exist.",
        [("fsopen", ENODEV)] = "The kernel has no such file system: see /proc/filesystems.",
        [("mkdirat", EROFS)] = "The mount point is missing, and the file system in which it would be made is "
            + "read-only: make it beforehand.",
        [("mknodat", EROFS)] = "The mount point is missing, and the file system in which it would be made is "
            + "read-only: make it beforehand.",
        [("pivot_root", EINVAL)] = "The new root must be a mount point, and neither its parent mount nor the current "
            + "root's may be shared (mount --make-rprivate /).",
        [("pivot_root", EBUSY)] = "The new root must be a mount of its own: bind the directory on itself first (mount "
            + "--bind DIR DIR).",
        [("getcwd", ENOENT)] = "The working directory was removed: change to another one, or give an absolute path.",
        [("execve", ENOENT)] = "The command is not in the container's root, or the interpreter or loader that it asks "
            + "for is not.",
        [("execve", EACCES)] = "The file is not executable, or its file system is mounted noexec: chmod +x it.",
        [("execve", ENOEXEC)] = "The file is no program of this machine's kind; a script needs a #! line.",
        [("setresuid", EINVAL)] = "The user is not in the map of the user namespace: map it ($.linux.uidMappings, "
            + "/etc/subuid), or choose one of /proc/PID/uid_map.",
        [("setresgid", EINVAL)] = "The group is not in the map of the user namespace: map it ($.linux.gidMappings, "
            + "/etc/subgid), or choose one of /proc/PID/gid_map.",
        [("sethostname", EINVAL)] = "A host name is at most 64 bytes long.",
        [("prlimit64", EPERM)] = "Raising a hard limit needs CAP_SYS_RESOURCE: ask for no more than ulimit -H shows.",
        [("open_tree", ENOENT)] = "The source of a bind mount must exist: create it first.",
        [("mount_setattr", EINVAL)] = "This file system cannot map ids, or its mount is mapped already: ext4, xfs, "
            + "btrfs, tmpfs and overlayfs can on a kernel that is new enough.",
        [("setns", EPERM)] = "Joining a namespace needs CAP_SYS_ADMIN in the user namespace that owns it: run as root.",
        [("unshare", EPERM)] = "New namespaces other than a user namespace need CAP_SYS_ADMIN: run as root.",
        [("seccomp", EACCES)] = "Without no_new_privs a filter needs CAP_SYS_ADMIN: set process.noNewPrivileges to "
            + "true.",
        [("bpf", EPERM)] = "Loading a program needs CAP_BPF or CAP_SYS_ADMIN in the first user namespace: run as "
            + "root, or leave linux.resources.devices out.",
        [("RTM_NEWLINK", EEXIST)] = "A link of that name is there already: ip link shows it.",
        [("RTM_NEWLINK", EPERM)] = "Changing a network needs CAP_NET_ADMIN in the user namespace that owns it: run as "
            + "root.",
        [("RTM_NEWADDR", EEXIST)] = "The link has that address already: ip address shows it.",
        [("RTM_NEWROUTE", EEXIST)] = "There is a route to that network already: ip route shows it.",
        [("RTM_NEWROUTE", ENETUNREACH)] = "The gateway must be in the network of an address that a link has: add the "
            + "address, and set the link up, first.",
        [("capset", EPERM)] = "A capability that minic itself lacks cannot be handed on: see capsh --print.",
    };

    /// <summary>All rows, for the test that provokes each of them.</summary>
    public static IReadOnlyDictionary<(string Call, int Errno), string> All => Table;

    /// <summary>The remedy for a call that failed in this way, or null.</summary>
    /// <param name="call">The system call's name, without arguments.</param>
    /// <param name="errno">A positive error number.</param>
    public static string? For(string call, int errno) => Table.GetValueOrDefault((call, errno));
}
