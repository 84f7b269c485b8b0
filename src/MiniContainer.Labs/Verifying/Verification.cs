// Verifies many labs, each by a process of its own (Worker.cs), and compares the machine before and after.

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using MiniContainer.Kernel;
using MiniContainer.Labs.Course;
using MiniContainer.Labs.Worlds;
using static Tmds.Linux.LibC;

namespace MiniContainer.Labs.Verifying;

/// <summary>Verifies labs.</summary>
/// <param name="course">The course.</param>
/// <param name="shared">Whether others change this machine meanwhile.</param>
internal sealed class Verification(Catalogue course, bool shared)
{

    private readonly ConcurrentDictionary<int, Lab> _working = [];
    private volatile bool _stopped;

    private string State =>
        Path.Combine(course.Root,
            string.Create(CultureInfo.InvariantCulture, $"out/verify-state-{Environment.ProcessId}"));

    /// <summary>Does it.</summary>
    /// <returns>0 if all holds.</returns>
    public int Run(IReadOnlyList<Lab> labs)
    {
        Directory.CreateDirectory(State);
        var total = new Findings();
        // Each process takes down what it began; then we report, and leave.
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        try
        {
            Residue("save");
            // Each worker runs on the thread pool; what they say is shown in the order of the labs.
            using var slots = new SemaphoreSlim(Math.Min(2, Environment.ProcessorCount));
            foreach (var (lab, result) in labs.Select(lab => (lab, Start(lab, slots))).ToList())
                Show(lab, result.GetAwaiter().GetResult(), total);
            if (Residue("diff") is { Length: > 0 } left)
            {
                Console.WriteLine("  FAILED: left behind on this machine:\n    "
                    + left.TrimEnd().Replace("\n", "\n    ", StringComparison.Ordinal));
                total.Failures.Add("left behind");
            }
        }
        finally
        {
            Directory.Delete(State, recursive: true);
        }

        Console.WriteLine(
            $"{Findings.Many(labs.Count, "lab")}, {total.Counts}; {total.Failures.Count} failed, "
                + $"{total.Skipped.Count} skipped");
        return total.Failures.Count == 0 ? 0 : 1;
    }

    private async Task<(Findings Found, TimeSpan Time)> Start(Lab lab, SemaphoreSlim slots)
    {
        await slots.WaitAsync();
        var clock = Stopwatch.StartNew();
        try
        {
            if (_stopped)
                return (Failed("not begun: stopped by a signal"), clock.Elapsed);
            var start = new ProcessStartInfo(LabProgram.Command[0],
                [.. LabProgram.Command.Skip(1), "verify", "--worker", lab.Name])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment["XDG_STATE_HOME"] = Path.Combine(State, lab.Name);
            using var process = Process.Start(start)!;
            _working[process.Id] = lab;
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            _ = _working.TryRemove(process.Id, out _);
            var ended = $"the verification itself ended with exit code {process.ExitCode}\n{output}{await errors}";
            return (Worker.Read(output) ?? Failed(ended.TrimEnd()), clock.Elapsed);
        }
        finally
        {
            slots.Release();
        }
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        _stopped = true;
        foreach (var pid in _working.Keys)
        {
            using var process = Processes.OpenPidFd(pid);
            if (process is not null)
                _ = Processes.Signal(process, SIGTERM);
        }
    }

    private static Findings Failed(string why)
    {
        var found = new Findings();
        found.Failures.Add(why);
        return found;
    }

    private static void Show(Lab lab, (Findings Found, TimeSpan Time) result, Findings total)
    {
        var (found, time) = result;
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture,
                $"{(found.Failures.Count == 0 ? "ok    " : "FAILED")} {lab.Name,-16} {found.Counts}  "
                    + $"{time.TotalSeconds:0} s"));
        foreach (var skipped in found.Skipped)
            Console.WriteLine($"  skipped: {skipped}");
        foreach (var failure in found.Failures)
            Console.WriteLine("  FAILED: " + failure.Replace("\n", "\n    ", StringComparison.Ordinal));
        total.Add(found);
    }

    private string Residue(string verb)
    {
        var script = Path.Combine(course.Root, "scripts/residue");
        if (shared || !File.Exists(script))
            return "";
        using var process = Process.Start(new ProcessStartInfo(script, [verb, Path.Combine(State, "machine")])
        {
            RedirectStandardOutput = true,
        })!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return said;
    }
}
