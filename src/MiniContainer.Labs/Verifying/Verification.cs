// Verifies many labs, each by a process of its own (Worker.cs), and compares the machine before and after.

using System.Diagnostics;
using System.Globalization;
using MiniContainer.Labs.Course;
using MiniContainer.Labs.Worlds;

namespace MiniContainer.Labs.Verifying;

/// <summary>Verifies labs.</summary>
/// <param name="course">The course.</param>
/// <param name="shared">Whether others change this machine meanwhile.</param>
internal sealed class Verification(Catalogue course, bool shared)
{
    private string State => Path.Combine(course.Root, string.Create(CultureInfo.InvariantCulture, $"out/verify-state-{Environment.ProcessId}"));

    /// <summary>Does it.</summary>
    /// <returns>0 if all holds.</returns>
    public int Run(IReadOnlyList<Lab> labs)
    {
        Directory.CreateDirectory(State);
        var total = new Findings();
        try
        {
            Residue("save");
            // Each worker runs on the thread pool; what they say is shown in the order of the labs.
            using var slots = new SemaphoreSlim(Math.Min(2, Environment.ProcessorCount));
            foreach (var (lab, result) in labs.Select(lab => (lab, Start(lab, slots))).ToList())
                Show(lab, result.GetAwaiter().GetResult(), total);
            if (Residue("diff") is { Length: > 0 } left)
            {
                Console.WriteLine("  FAILED: left behind on this machine:\n    " + left.TrimEnd().Replace("\n", "\n    ", StringComparison.Ordinal));
                total.Failures.Add("left behind");
            }
        }
        finally
        {
            Directory.Delete(State, recursive: true);
        }

        Console.WriteLine($"{Findings.Many(labs.Count, "lab")}, {total.Counts}; {total.Failures.Count} failed, {total.Skipped.Count} skipped");
        return total.Failures.Count == 0 ? 0 : 1;
    }

    private async Task<(Findings Found, TimeSpan Time)> Start(Lab lab, SemaphoreSlim slots)
    {
        await slots.WaitAsync();
        var clock = Stopwatch.StartNew();
        try
        {
            var start = new ProcessStartInfo(Self.Command[0], [.. Self.Command.Skip(1), "verify", "--worker", lab.Name]) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["XDG_STATE_HOME"] = Path.Combine(State, lab.Name);
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return (Worker.Read(output) ?? Crashed(process.ExitCode, output + await errors), clock.Elapsed);
        }
        finally
        {
            slots.Release();
        }
    }

    private static Findings Crashed(int code, string said)
    {
        var found = new Findings();
        found.Failures.Add($"the verification itself ended with exit code {code}\n{said}".TrimEnd());
        return found;
    }

    private static void Show(Lab lab, (Findings Found, TimeSpan Time) result, Findings total)
    {
        var (found, time) = result;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(found.Failures.Count == 0 ? "ok    " : "FAILED")} {lab.Name,-16} {found.Counts}  {time.TotalSeconds:0} s"));
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
        using var process = Process.Start(new ProcessStartInfo(script, [verb, Path.Combine(State, "machine")]) { RedirectStandardOutput = true })!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return said;
    }
}
