// Numbers of the kernel's interface that are newer than Tmds.LibC, or that it has left out, where more than one file
// needs them. Those that one door alone needs stand with that door; a test sees that none is declared twice.

namespace MiniContainer.Kernel;

/// <summary>What the headers of Linux have and Tmds.LibC lacks.</summary>
public static class Abi
{
#pragma warning disable CS1591 // their man pages document each
    // open_tree(2), mount_setattr(2)
    public const uint OPEN_TREE_CLONE = 1;
    public const uint AT_RECURSIVE = 0x8000;
    public const ulong MOUNT_ATTR_RDONLY = 0x1;
    public const ulong MOUNT_ATTR_NOSUID = 0x2;
    public const ulong MOUNT_ATTR_NODEV = 0x4;
    public const ulong MOUNT_ATTR_NOEXEC = 0x8;
    public const ulong MOUNT_ATTR__ATIME = 0x70;
    public const ulong MOUNT_ATTR_RELATIME = 0x0;
    public const ulong MOUNT_ATTR_NOATIME = 0x10;
    public const ulong MOUNT_ATTR_STRICTATIME = 0x20;
    public const ulong MOUNT_ATTR_NODIRATIME = 0x80;
    public const ulong MOUNT_ATTR_IDMAP = 0x100000;
    public const ulong MOUNT_ATTR_NOSYMFOLLOW = 0x200000;

    // mount(2)
    public const ulong MS_NOSYMFOLLOW = 1 << 8;
    public const ulong MS_LAZYTIME = 1 << 25;

    // ioctl_ns(2)
    public const int NS_GET_USERNS = 0xb701;

    // flock(2)
    public const int LOCK_EX = 2;
    public const int LOCK_NB = 4;

    // seccomp(2)
    public const long SECCOMP_FILTER_FLAG_TSYNC = 1;
    public const long SECCOMP_FILTER_FLAG_LOG = 2;
    public const long SECCOMP_FILTER_FLAG_SPEC_ALLOW = 4;
    public const long SECCOMP_FILTER_FLAG_NEW_LISTENER = 8;
    public const long SECCOMP_FILTER_FLAG_TSYNC_ESRCH = 16;
    public const long SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV = 32;
#pragma warning restore CS1591
}
