// The freezer: all processes of a cgroup stop where they are, and go on as if nothing had been. A stopped one (SIGSTOP)
// can tell, and its parent is told; a frozen one and its parent are not (lab 08-cgroups; freezer-subsystem.rst,
// cgroup-v2.rst).
//
//   version 1   freezer.state    FROZEN or THAWED; reads FREEZING while some are still on their way
//   version 2   cgroup.freeze    1 or 0; "frozen 1" in cgroup.events once all have stopped

using System.Diagnostics;

namespace MiniContainer.Kernel;

/// <summary>The door to the freezer.</summary>
public static class Freezer
{
    private const string V1 = "freezer.state";
    private const string V2 = "cgroup.freeze";

    /// <summary>The file that freezes one of these cgroups; null if none of them has one.</summary>
    /// <param name="cgroups">The directories of a container's cgroups.</param>
    public static string? FileOf(IEnumerable<string> cgroups) =>
        cgroups.SelectMany(c => new[] { Path.Combine(c, V1), Path.Combine(c, V2) }).FirstOrDefault(File.Exists);

    /// <summary>What is to be written to freeze, or to thaw.</summary>
    public static string Word(string file, bool frozen) => (IsV1(file), frozen) switch
    {
        (true, true) => "FROZEN",
        (true, false) => "THAWED",
        (false, true) => "1",
        (false, false) => "0",
    };

    /// <summary>Whether a process has asked the kernel to freeze it, be it done yet or not.</summary>
    /// <param name="file">The file, of either version.</param>
    public static bool IsFrozen(string file) => Knob.TryRead(file) is "FROZEN" or "FREEZING" or "1";

    /// <summary>Freezes or thaws, and waits until that is done. Equivalent to: <c>echo FROZEN > FILE</c>.</summary>
    /// <param name="file">The file, of either version.</param>
    /// <param name="frozen">Or thawed.</param>
    /// <param name="patience">How long to wait for that, in milliseconds.</param>
    /// <exception cref="MinicException">Some process is not frozen by then; all go on.</exception>
    public static void Set(string file, bool frozen, int patience = 10_000)
    {
        var began = Stopwatch.GetTimestamp();
        for (var tries = 0; ; tries++)
        {
            // Version 1 looks at its processes when it is written to, so those that were busy then need another look.
            if (tries == 0 || IsV1(file))
                Knob.Write(file, Word(file, frozen));
            if (Is(file, frozen))
                return;
            if (Stopwatch.GetElapsedTime(began).TotalMilliseconds > patience)
                break;
            Thread.Sleep(tries < 10 ? 1 : 10);
        }

        Knob.Write(file, Word(file, frozen: false));
        throw new MinicException($"{(frozen ? "freeze" : "thaw")} {Path.GetDirectoryName(file)}",
            $"not all of its processes {(frozen ? "stop" : "go on")} within {patience / 1000.0} s",
            "One may hang in the kernel: see cat /proc/PID/stack. All go on.");
    }

    private static bool IsV1(string file) => Path.GetFileName(file) == V1;

    // Where a cgroup above is frozen, its own state is FROZEN still: it is thawed as far as it is up to itself.
    private static bool Is(string file, bool frozen) => IsV1(file)
        ? Knob.TryRead(file) == Word(file, frozen) || !frozen && Knob.TryRead(SelfFreezing(file)) == "0"
        : Knob.TryReadLines(Path.Combine(Path.GetDirectoryName(file)!, "cgroup.events"))
            .Contains(frozen ? "frozen 1" : "frozen 0");

    private static string SelfFreezing(string file) =>
        Path.Combine(Path.GetDirectoryName(file)!, "freezer.self_freezing");
}
