// Ending processes and waiting for them, by pidfd where a number could mean another process by now
// (lab 01-run, waitpid(2), pidfd_send_signal(2), proc_pid_stat(5)). Signal names are Mono.Posix's.

using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Mono.Unix.Native;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>Which process, safe against the reuse of its pid: the pid together with the time it started.</summary>
/// <param name="Pid">The pid.</param>
/// <param name="StartTime">Clock ticks after boot (field 22 of proc_pid_stat(5)).</param>
public sealed record ProcessIdentity(int Pid, ulong StartTime)
{
    /// <summary>Whether this very process still runs; a zombie does not.</summary>
    public bool Alive =>
        Processes.Stat(Pid) is { } stat && stat.StartTime == StartTime && stat.State is not ('Z' or 'X');

    /// <summary>This process.</summary>
    public static ProcessIdentity Self => Of(Environment.ProcessId);

    /// <summary>A process by its pid; with start time 0 if there is none.</summary>
    public static ProcessIdentity Of(int pid) => new(pid, Processes.Stat(pid)?.StartTime ?? 0);
}

/// <summary>The doors to other processes.</summary>
public static unsafe class Processes
{
    private const int SYS_pidfd_send_signal = 424;
    private const int SYS_pidfd_open = 434;

    /// <summary>State letter and start time of a process (proc_pid_stat(5)), or null if there is none.</summary>
    public static (char State, ulong StartTime)? Stat(int pid)
    {
        string text;
        try
        {
            text = File.ReadAllText($"/proc/{pid}/stat");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        // The name in parentheses may hold anything, so the fields are counted from the last parenthesis.
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (fields[0][0], ulong.Parse(fields[19], CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// The processes in the pid namespace of a process, in order; that one alone if its namespace is ours too.
    /// </summary>
    /// <remarks>Those in pid namespaces below that one are not among them.</remarks>
    public static IReadOnlyList<int> InPidNamespaceOf(int pid)
    {
        var space = Namespace(pid.ToString(CultureInfo.InvariantCulture));
        return space is null || space == Namespace("self") ? [pid]
            : [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
                .Where(n => char.IsAsciiDigit(n![0]) && Namespace(n) == space)
                .Select(n => int.Parse(n!, CultureInfo.InvariantCulture)).Order()];

        // Null for a process that has ended meanwhile, or is none of our business.
        static string? Namespace(string? process)
        {
            try
            {
                return new FileInfo($"/proc/{process}/ns/pid").LinkTarget;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }

    /// <summary>pidfd_open(2), or null if there is no such process.</summary>
    public static SafeFileHandle? OpenPidFd(int pid)
    {
        var fd = (int)syscall(SYS_pidfd_open, pid, 0);
        if (fd >= 0)
            return new SafeFileHandle(fd, ownsHandle: true);
        return Libc.Errno == Kernel.Errno.ESRCH
            ? null : throw MinicException.FromErrno($"find process {pid}", $"pidfd_open({pid}, 0)", Libc.Errno);
    }

    /// <summary>pidfd_send_signal(2). Equivalent to: <c>kill -SIGNAL PID</c>.</summary>
    /// <returns>False if the process has ended.</returns>
    public static bool Signal(SafeHandle pidfd, int signal)
    {
        if ((int)syscall(SYS_pidfd_send_signal, (int)pidfd.DangerousGetHandle(), signal, (void*)null, 0) == 0)
            return true;
        return Libc.Errno == Kernel.Errno.ESRCH
            ? false : throw MinicException.FromErrno("send a signal",
                $"pidfd_send_signal(pidfd, {SignalText.Of(signal)}, NULL, 0)", Libc.Errno);
    }

    /// <summary>Waits until a process, ours or not, has ended: its pidfd becomes readable.</summary>
    /// <param name="pidfd">The process.</param>
    /// <param name="timeout">Milliseconds; -1 for ever.</param>
    /// <returns>False if the time is over first.</returns>
    public static bool WaitEnd(SafeHandle pidfd, int timeout) =>
        Libc.Wait((int)pidfd.DangerousGetHandle(), POLLIN, timeout);

    /// <summary>Reaps a child of ours (waitpid(2)).</summary>
    /// <returns>Its exit code, or 128 plus the signal that ended it; null if it is no child of ours.</returns>
    public static int? Reap(int pid)
    {
        int status;
        int result;
        do
            result = Libc.waitpid(pid, &status, 0);
        while (result < 0 && Marshal.GetLastPInvokeError() == Kernel.Errno.EINTR);
        if (result < 0)
            return null;
        var signal = status & 0x7f;
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal;
    }

    /// <summary>The number of a signal given as "KILL", "SIGKILL", "kill" or "9".</summary>
    /// <exception cref="MinicException">There is no such signal.</exception>
    public static int ParseSignal(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number is >= 0 and <= 64)
            return number;
        var name = text.ToUpperInvariant();
        name = name.StartsWith("SIG", StringComparison.Ordinal) ? name : "SIG" + name;
        if (name.StartsWith("SIGRTMIN+", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(9), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            && offset <= 30)
            return 34 + offset;
        return Enum.TryParse<Signum>(name, out var signum) && Enum.IsDefined(signum)
            ? (int)signum
            : throw new MinicException("read the signal", $"there is no signal {text}",
                "Give a name such as TERM or SIGKILL, or a number up to 64; kill -l lists them.");
    }
}
