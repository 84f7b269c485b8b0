// A file system that is mounted nowhere yet (lab 07-layers; fsopen(2), fsconfig(2), fsmount(2)). If it lies on a
// device minic makes it: the child is under the container's rules for devices by then, which need not allow it.

using Microsoft.Win32.SafeHandles;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>The doors to mounts that are attached nowhere.</summary>
public static unsafe class DetachedMount
{
    private const int SYS_fsopen = 430;
    private const int SYS_fsconfig = 431;
    private const int SYS_fsmount = 432;
    private const int CLOEXEC = 1;
    private const uint FSCONFIG_SET_FLAG = 0;
    private const uint FSCONFIG_SET_STRING = 1;
    private const uint FSCONFIG_CMD_CREATE = 6;

    /// <summary>
    /// Makes a file system. Equivalent to the first half of: <c>mount -t TYPE -o OPTIONS SOURCE TARGET</c>.
    /// </summary>
    /// <param name="type">Its type.</param>
    /// <param name="settings">Keys with their values, or null for a key alone: "source" first.</param>
    /// <param name="attributes">MOUNT_ATTR_* of the mount.</param>
    /// <returns>The mount; it goes away with the handle unless it is attached before.</returns>
    /// <exception cref="MinicException">EBUSY, EINVAL and the like, as mount(2) has them.</exception>
    public static SafeFileHandle Make(string type, IReadOnlyList<(string Key, string? Value)> settings,
        ulong attributes)
    {
        int opened;
        fixed (byte* name = Libc.Utf8(type))
            opened = (int)syscall(SYS_fsopen, name, CLOEXEC);
        using var context = Handle(opened, type, $"fsopen({TapeArg.Quote(type)}, FSOPEN_CLOEXEC)");
        foreach (var (key, value) in settings)
            Configure(context, type, value is null ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING, key, value);
        Configure(context, type, FSCONFIG_CMD_CREATE, null, null);
        return Handle((int)syscall(SYS_fsmount, (int)context.DangerousGetHandle(), CLOEXEC, (uint)attributes), type,
            $"fsmount(fs, FSMOUNT_CLOEXEC, {FlagText.MountAttr(attributes)})");
    }

    /// <summary>The calls of <see cref="Make"/>, as strace(1) prints them.</summary>
    public static IReadOnlyList<string> Texts(string type, IReadOnlyList<(string Key, string? Value)> settings,
        ulong attributes) =>
    [
        $"fsopen({TapeArg.Quote(type)}, FSOPEN_CLOEXEC)",
        .. settings.Select(s => ConfigText(s.Value is null ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING, s.Key, s.Value)),
        ConfigText(FSCONFIG_CMD_CREATE, null, null),
        $"fsmount(fs, FSMOUNT_CLOEXEC, {FlagText.MountAttr(attributes)})",
    ];

    private static void Configure(SafeFileHandle context, string type, uint command, string? key, string? value)
    {
        fixed (byte* k = key is null ? null : Libc.Utf8(key), v = value is null ? null : Libc.Utf8(value))
        {
            if ((int)syscall(SYS_fsconfig, (int)context.DangerousGetHandle(), command, k, v, 0) != 0)
                throw MinicException.FromErrno($"make the file system {type}", ConfigText(command, key, value),
                    Libc.Errno);
        }
    }

    private static string ConfigText(uint command, string? key, string? value) => command switch
    {
        FSCONFIG_SET_FLAG => $"fsconfig(fs, FSCONFIG_SET_FLAG, {TapeArg.Quote(key!)}, NULL, 0)",
        FSCONFIG_SET_STRING => $"fsconfig(fs, FSCONFIG_SET_STRING, {TapeArg.Quote(key!)}, {TapeArg.Quote(value!)}, 0)",
        _ => "fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0)",
    };

    private static SafeFileHandle Handle(int descriptor, string type, string call) => descriptor >= 0
        ? new SafeFileHandle(descriptor, ownsHandle: true)
        : throw MinicException.FromErrno($"make the file system {type}", call, Libc.Errno);
}
