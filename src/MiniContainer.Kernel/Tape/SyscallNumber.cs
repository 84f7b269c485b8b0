// The numbers of the system calls that a tape may hold, per architecture: syscalls(2), asm/unistd_64.h (x86-64) and
// asm-generic/unistd.h (arm64). Where arm64 lacks an old call (open, mkdir, dup2), the tape uses the newer one for
// both.

using System.Runtime.InteropServices;

namespace MiniContainer.Kernel;

/// <summary>System call numbers by name.</summary>
public static class SyscallNumber
{
    /// <summary>The number of a system call on this machine.</summary>
    /// <exception cref="PlatformNotSupportedException">The processor is neither x86-64 nor arm64.</exception>
    /// <exception cref="ArgumentException">No tape has had that call yet: its numbers belong below.</exception>
    public static int Of(string name) => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => Numbers(name).X64,
        Architecture.Arm64 => Numbers(name).Arm64,
        var other => throw new PlatformNotSupportedException($"no system call numbers for {other}"),
    };

    private static (int X64, int Arm64) Numbers(string name) => name switch
    {
        "read" => (0, 63),
        "write" => (1, 64),
        "close" => (3, 57),
        "ioctl" => (16, 29),
        "sendmsg" => (46, 211),
        "rt_sigaction" => (13, 134),
        "rt_sigprocmask" => (14, 135),
        "getpid" => (39, 172),
        "setpgid" => (109, 154),
        "execve" => (59, 221),
        "wait4" => (61, 260),
        "kill" => (62, 129),
        "chdir" => (80, 49),
        "fchdir" => (81, 50),
        "umask" => (95, 166),
        "setuid" => (105, 146),
        "setgid" => (106, 144),
        "setsid" => (112, 157),
        "setgroups" => (116, 159),
        "setresuid" => (117, 147),
        "setresgid" => (119, 149),
        "capset" => (126, 91),
        "personality" => (135, 92),
        "prctl" => (157, 167),
        "chroot" => (161, 51),
        "mount" => (165, 40),
        "umount2" => (166, 39),
        "pivot_root" => (155, 41),
        "sethostname" => (170, 161),
        "setdomainname" => (171, 162),
        "exit_group" => (231, 94),
        "keyctl" => (250, 219),
        "ioprio_set" => (251, 30),
        "openat" => (257, 56),
        "mkdirat" => (258, 34),
        "mknodat" => (259, 33),
        "fchownat" => (260, 54),
        "unlinkat" => (263, 35),
        "symlinkat" => (266, 36),
        "fchmodat" => (268, 53),
        "faccessat" => (269, 48),
        "ppoll" => (271, 73),
        "unshare" => (272, 97),
        "dup3" => (292, 24),
        "prlimit64" => (302, 261),
        "setns" => (308, 268),
        "sched_setattr" => (314, 274),
        "seccomp" => (317, 277),
        "open_tree" => (428, 428),
        "move_mount" => (429, 429),
        "fsopen" => (430, 430),
        "fsconfig" => (431, 431),
        "fsmount" => (432, 432),
        "clone3" => (435, 435),
        "close_range" => (436, 436),
        "mount_setattr" => (442, 442),
        "execveat" => (322, 281),
        "setpriority" => (141, 140),
        "sched_setaffinity" => (203, 122),
        "set_mempolicy" => (238, 237),
        "clone" => (56, 220),
        "socket" => (41, 198),
        _ => throw new ArgumentException($"no number is known of {name}", nameof(name)),
    };
}
