// Calls of a tape on files and descriptors (lab 06-mounts; openat(2), mknod(2), chown(2), symlink(2), dup(2),
// ioctl(2)). Where arm64 lacks an old call (open, mkdir), the newer one is made on both processors.

using Tmds.Linux;

namespace MiniContainer.Kernel;

public static partial class TapeCalls
{
#pragma warning disable CS1591 // openat(2), chown(2) and stat(2) document each of them
    public static ulong AT_EMPTY_PATH => (ulong)LibC.AT_EMPTY_PATH;
    public static int O_RDONLY => LibC.O_RDONLY;
    public static int O_WRONLY => LibC.O_WRONLY;
    public static int O_RDWR => LibC.O_RDWR;
    public static int O_CLOEXEC => LibC.O_CLOEXEC;
    public static int O_DIRECTORY => LibC.O_DIRECTORY;
    public static int O_NOCTTY => LibC.O_NOCTTY;
    public static int O_PATH => LibC.O_PATH;
    public static uint S_IFREG => 0x8000;
#pragma warning restore CS1591

    /// <summary>Opens a file; the child gets the lowest free descriptor (openat(2)).</summary>
    public static TapeCall open(string path, int flags) =>
        new("openat", TapeArg.AtFdCwd, path, TapeArg.Flags((uint)flags, FlagText.Open));

    /// <summary>Closes a descriptor (close(2)).</summary>
    public static TapeCall close(int fd) => new("close", fd);

    /// <summary>Gives a descriptor a second number (dup(2)).</summary>
    public static TapeCall dup3(int fd, int number) => new("dup3", fd, number, 0);

    /// <summary>Makes a file, a pipe or a device node (mknod(2)).</summary>
    /// <param name="path">Where.</param>
    /// <param name="mode">S_IF* and permissions.</param>
    public static TapeCall mknod(string path, uint mode) =>
        new("mknodat", TapeArg.AtFdCwd, path, TapeArg.Mode(mode));

    /// <summary>Makes a device node (mknod(2)).</summary>
    /// <param name="path">Where.</param>
    /// <param name="mode">S_IF* and permissions.</param>
    /// <param name="major">Major device number.</param>
    /// <param name="minor">Minor device number.</param>
    public static TapeCall mknod(string path, uint mode, uint major, uint minor)
    {
        // The kernel's own encoding of a device number in 32 bits: new_encode_dev() in linux/kdev_t.h.
        var device = (minor & 0xff) | (major << 8) | ((minor & ~0xffu) << 12);
        return new("mknodat", TapeArg.AtFdCwd, path, TapeArg.Mode(mode), TapeArg.Flags(device, FlagText.Device));
    }

    /// <summary>Gives a file to an owner (chown(2)).</summary>
    public static TapeCall chown(string path, uint uid, uint gid) =>
        new("fchownat", TapeArg.AtFdCwd, path, uid, gid, 0);

    /// <summary>Gives an open file to an owner, and leaves its group (chown(2)).</summary>
    public static TapeCall fchown(int fd, uint uid) =>
        new("fchownat", fd, "", uid, TapeArg.Named(-1, "-1"), TapeArg.Flags(AT_EMPTY_PATH, FlagText.At));

    /// <summary>Makes a symbolic link (symlink(2)).</summary>
    public static TapeCall symlink(string target, string path) => new("symlinkat", target, TapeArg.AtFdCwd, path);

    /// <summary>Sets the mask of permissions that new files do not get (umask(2)).</summary>
    public static TapeCall umask(uint mask) => new("umask", TapeArg.Mode(mask));

    /// <summary>Controls a device (ioctl(2)).</summary>
    /// <param name="fd">The device.</param>
    /// <param name="request">The number of the request.</param>
    /// <param name="name">Its name in C.</param>
    /// <param name="argument">What it takes.</param>
    public static TapeCall ioctl(int fd, uint request, string name, TapeArg argument) =>
        new("ioctl", fd, TapeArg.Named(request, name), argument);
}
