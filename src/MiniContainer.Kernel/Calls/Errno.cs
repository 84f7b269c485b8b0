// Error numbers, by name and in words. The names come from Mono.Posix, the texts from the C library; the few numbers
// that the code compares against are here as constants, since a `case` label needs one. See errno(3).

using System.Runtime.InteropServices;

namespace MiniContainer.Kernel;

/// <summary>Error numbers of Linux, as positive integers (errno(3)).</summary>
public static class Errno
{
#pragma warning disable CS1591 // errno(3) documents each of them
    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int ESRCH = 3;
    public const int EINTR = 4;
    public const int EIO = 5;
    public const int ENXIO = 6;
    public const int E2BIG = 7;
    public const int ENOEXEC = 8;
    public const int EBADF = 9;
    public const int ECHILD = 10;
    public const int EAGAIN = 11;
    public const int ENOMEM = 12;
    public const int EACCES = 13;
    public const int EBUSY = 16;
    public const int EEXIST = 17;
    public const int EXDEV = 18;
    public const int ENODEV = 19;
    public const int ENOTDIR = 20;
    public const int EISDIR = 21;
    public const int EINVAL = 22;
    public const int EMFILE = 24;
    public const int ENOTTY = 25;
    public const int ETXTBSY = 26;
    public const int ENOSPC = 28;
    public const int EROFS = 30;
    public const int EPIPE = 32;
    public const int ERANGE = 34;
    public const int ENAMETOOLONG = 36;
    public const int ENOSYS = 38;
    public const int ENOTEMPTY = 39;
    public const int ELOOP = 40;
    public const int EPROTONOSUPPORT = 93;
    public const int EADDRINUSE = 98;
    public const int EADDRNOTAVAIL = 99;
    public const int ENETUNREACH = 101;
    public const int EOPNOTSUPP = 95;
    public const int EUSERS = 87;
    public const int ETIMEDOUT = 110;
    public const int ERFKILL = 132;
    public const int EHWPOISON = 133;
#pragma warning restore CS1591

    /// <summary>The name of an error number: "EPERM"; for an unknown one, "errno 4095".</summary>
    public static string Name(int errno) =>
        Known(errno) is { } name ? name : $"errno {errno}";

    /// <summary>Name and text: "EPERM (Operation not permitted)".</summary>
    public static string Describe(int errno) =>
        Known(errno) is { } name ? $"{name} ({Text(errno)})" : $"errno {errno}";

    /// <summary>The text alone: "Operation not permitted" (strerror(3)).</summary>
    public static string Text(int errno) => Marshal.GetPInvokeErrorMessage(errno);

    /// <summary>The number that a name stands for, or null: "EPERM" is 1.</summary>
    public static int? Parse(string name) =>
        name == nameof(ERFKILL) ? ERFKILL : name == nameof(EHWPOISON) ? EHWPOISON
        : Enum.TryParse<Mono.Unix.Native.Errno>(name, out var value) ? (int)value : null;

    // The enumeration has Linux's own numbers; some have two names, of which the first is errno(3)'s.
    private static string? Known(int errno) => errno switch
    {
        EAGAIN => nameof(EAGAIN),
        EOPNOTSUPP => nameof(EOPNOTSUPP),
        // Newer than the enumeration.
        ERFKILL => nameof(ERFKILL),
        EHWPOISON => nameof(EHWPOISON),
        _ => Enum.GetName((Mono.Unix.Native.Errno)errno),
    };
}
