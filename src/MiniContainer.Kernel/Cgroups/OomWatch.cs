// Being told when a cgroup runs out of memory (lab 08-cgroups; memory.rst, cgroup-v2.rst).
//
//   version 1   an eventfd(2) that is announced in cgroup.event_control together with memory.oom_control
//   version 2   poll(2) on memory.events, which tells of any change of it; oom_kill there counts

using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>Why a wait ended.</summary>
public enum OomSignal
{
    /// <summary>The time is over.</summary>
    Time,

    /// <summary>The cgroup has run out of memory.</summary>
    OutOfMemory,

    /// <summary>The process that was watched besides has ended.</summary>
    End,
}

/// <summary>Watches a cgroup.</summary>
public sealed unsafe partial class OomWatch : IDisposable
{
    private readonly SafeFileHandle? told;
    private readonly SafeFileHandle? control;
    private readonly string counters;
    private ulong seen;

    private OomWatch(string counters, SafeFileHandle? told, SafeFileHandle? control)
    {
        (this.counters, this.told, this.control) = (counters, told, control);
        seen = Kills();
    }

    /// <summary>Begins to watch.</summary>
    /// <param name="cgroups">A container's cgroup directories.</param>
    /// <returns>A watch; the kernel never tells it anything if no cgroup counts memory.</returns>
    /// <exception cref="MinicException">The kernel does not tell.</exception>
    public static OomWatch Begin(IReadOnlyList<string> cgroups)
    {
        if (cgroups.FirstOrDefault(c => File.Exists(Path.Combine(c, "cgroup.event_control"))
            && File.Exists(Path.Combine(c, "memory.oom_control"))) is { } v1)
            return BeginV1(v1);
        var events = cgroups.Select(c => Path.Combine(c, "memory.events")).FirstOrDefault(File.Exists);
        return events is null
            ? new OomWatch("", null, null) : new OomWatch(events, Libc.OpenHandle(events, O_RDONLY), null);
    }

    /// <summary>
    /// Waits until memory has run out, a process has ended, or the time is over; in this order, if several are true.
    /// </summary>
    /// <param name="pidfd">The process.</param>
    /// <param name="timeout">Milliseconds.</param>
    public OomSignal Wait(SafeHandle pidfd, int timeout)
    {
        using var process = new HeldDescriptor(pidfd);
        using var source = new HeldDescriptor(told);
        var until = Environment.TickCount64 + timeout;
        var waits = stackalloc Tmds.Linux.pollfd[2];
        while (true)
        {
            waits[0] = new Tmds.Linux.pollfd { fd = process.Number, events = POLLIN };
            waits[1] = new Tmds.Linux.pollfd
            {
                fd = source.Number,
                events = (short)(control is null ? POLLPRI : POLLIN),
            };
            var count = poll_(waits, 2, (int)Math.Max(0, until - Environment.TickCount64));
            // The count, and not what was told: of version 1 the kernel tells before it kills, and once more at the
            // cgroup's end.
            if (waits[1].revents != 0)
                Drain(source.Number);
            if (Kills() is var kills && kills > seen)
            {
                seen = kills;
                return OomSignal.OutOfMemory;
            }

            if (count > 0 && waits[0].revents != 0)
                return OomSignal.End;
            if (count == 0 && Environment.TickCount64 >= until)
                return OomSignal.Time;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        told?.Dispose();
        control?.Dispose();
    }

    private static OomWatch BeginV1(string cgroup)
    {
        var fd = eventfd_(0, O_CLOEXEC | O_NONBLOCK);
        if (fd < 0)
            throw MinicException.FromErrno("watch the memory", "eventfd2(0, EFD_CLOEXEC|EFD_NONBLOCK)", Libc.Errno);
        var told = new SafeFileHandle(fd, ownsHandle: true);
        var path = Path.Combine(cgroup, "memory.oom_control");
        var control = Libc.OpenHandle(path, O_RDONLY);
        Knob.Write(Path.Combine(cgroup, "cgroup.event_control"),
            string.Create(CultureInfo.InvariantCulture, $"{fd} {(int)control.DangerousGetHandle()}"));
        return new OomWatch(path, told, control);
    }

    private void Drain(int fd)
    {
        // An eventfd is read; a file of the kernel is read anew, and then tells of the next change.
        var buffer = stackalloc byte[4096];
        if (control is null)
            _ = (long)lseek(fd, 0, SEEK_SET);
        _ = (long)read(fd, buffer, control is null ? 4096 : 8);
        // Of version 1 the notice comes a moment before the count.
        if (control is not null)
            Thread.Sleep(20);
    }

    private ulong Kills()
    {
        var line = Knob.TryReadLines(counters).FirstOrDefault(l => l.StartsWith("oom_kill ", StringComparison.Ordinal));
        return line is null ? 0 : ulong.Parse(line.AsSpan(9), CultureInfo.InvariantCulture);
    }

    [LibraryImport("libc.so.6", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int eventfd_(uint initial, int flags);

    // Tmds.LibC's poll does not keep errno (see Libc.Wait); here EINTR is one more round.
    [LibraryImport("libc.so.6", EntryPoint = "poll", SetLastError = true)]
    private static partial int poll_(Tmds.Linux.pollfd* fds, nuint count, int timeout);
}
