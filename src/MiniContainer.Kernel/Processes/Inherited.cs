// What this process was given by its caller, and every child of it would be given in turn: the kernel hands these on
// over clone(2) and execve(2) unless a process resets them (lab 10-privileges; proc_pid_status(5), capabilities(7),
// signal(7)).

using System.Globalization;
using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>What a process has from its caller.</summary>
public sealed partial record Inherited
{
    /// <summary>SIGPIPE, which the .NET runtime ignores in every process of ours; bit n-1 for signal n.</summary>
    public const ulong RuntimeIgnores = 1UL << (13 - 1);

    private const int PR_GET_SECUREBITS = 27;

    /// <summary>CapBnd: the capabilities that any execve can still give.</summary>
    public ulong Bounding { get; init; }

    /// <summary>CapPrm: the capabilities that it may use and hand on.</summary>
    public ulong Permitted { get; init; }

    /// <summary>SigIgn: the ignored signals, bit n-1 for signal n.</summary>
    public ulong IgnoredSignals { get; init; } = RuntimeIgnores;

    /// <summary>SigBlk: the blocked signals, bit n-1 for signal n.</summary>
    public ulong BlockedSignals { get; init; }

    /// <summary>Whether it may not run on every processor the machine can have (sched_setaffinity(2)).</summary>
    public bool KeptOffProcessors { get; init; }

    /// <summary>SECBIT_* flags (capabilities(7), "The securebits flags").</summary>
    public uint SecureBits { get; init; }

    /// <summary>Reads what this process has.</summary>
    public static Inherited Read()
    {
        var bits = (long)syscall(SyscallNumber.Of("prctl"), PR_GET_SECUREBITS, 0, 0, 0, 0);
        var possible = Knob.TryRead("/sys/devices/system/cpu/possible");
        var begin = new Inherited { SecureBits = (uint)Math.Max(0, bits) };
        return File.ReadLines("/proc/self/status").Aggregate(begin, (read, line) => line.Split(':') switch
        {
            ["CapBnd", var set] => read with { Bounding = Set(set) },
            ["CapPrm", var set] => read with { Permitted = Set(set) },
            ["SigIgn", var set] => read with { IgnoredSignals = Set(set) },
            ["SigBlk", var set] => read with { BlockedSignals = Set(set) },
            ["Cpus_allowed_list", var list] => read with { KeptOffProcessors = list.Trim() != possible },
            _ => read,
        });

        static ulong Set(string text) =>
            ulong.Parse(text.AsSpan().Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    /// <summary>Lets this process learn how its children end: with SIGCHLD ignored it would not.</summary>
    /// <remarks>To be called first: the .NET runtime looks once whether it is ignored, and reaps itself then.</remarks>
    public static void HearOfChildren() => _ = signal_(SIGCHLD, 0);

    [LibraryImport("libc.so.6", EntryPoint = "signal")]
    private static partial nint signal_(int number, nint handler);
}
