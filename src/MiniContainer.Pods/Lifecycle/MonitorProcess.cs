// Starting a pod's monitor: a second minic, in a session of its own, with a pipe on which it says whether the pod is up
// (lab 21-pod; daemon(7)). It is started as everything here is: by a tape.
//
//     minic pod run                           the monitor
//     clone, execve itself ---------------->  minic pod monitor
//     reads the pipe                          plays the plan
//     "up" or the error  <------------------  one line; end of file without one: it was killed
//     tells, exits                            stays until the last container has ended

using System.Globalization;
using System.Text;
using MiniContainer.Kernel;

namespace MiniContainer.Pods.Lifecycle;

/// <summary>Starts monitors, and reports from them.</summary>
public static class MonitorProcess
{
    /// <summary>The descriptor on which a monitor reports.</summary>
    public const int ReportDescriptor = 3;

    private const string Up = "up";

    /// <summary>Starts a monitor and waits for its report.</summary>
    /// <param name="arguments">The arguments of minic that make it one.</param>
    /// <param name="manifest">The text on its standard input: in memory, so that no death leaves it behind.</param>
    /// <returns>What it says of the pod, beyond that it is up.</returns>
    /// <exception cref="MinicException">What it reports, or that it ended without a report.</exception>
    public static string Start(IReadOnlyList<string> arguments, string manifest)
    {
        using var input = MemoryFile.Create("manifest", Encoding.UTF8.GetBytes(manifest));
        var (read, write) = Libc.PipePair();
        using (read)
        {
            Child monitor;
            using (var nothing = Libc.OpenHandle("/dev/null", 2 /* O_RDWR */))
            using (write)
                monitor = Spawn(arguments, input, nothing, write);
            using var reader = new StreamReader(new FileStream(read, FileAccess.Read), Encoding.UTF8);
            using (monitor)
                return Understand(reader.ReadToEnd(), monitor);
        }
    }

    /// <summary>Reports, from a monitor, that the pod is up.</summary>
    public static void ReportUp(string text) => Report($"{Up} {text}");

    /// <summary>Reports, from a monitor, that the pod could not be made.</summary>
    public static void ReportFailure(MinicException failure) =>
        Report($"{failure.ExitCode.ToString(CultureInfo.InvariantCulture)} {failure.Message}");

    private static Child Spawn(IReadOnlyList<string> arguments, Microsoft.Win32.SafeHandles.SafeFileHandle input, Microsoft.Win32.SafeHandles.SafeFileHandle nothing, Microsoft.Win32.SafeHandles.SafeFileHandle write)
    {
        // Under the SDK's `dotnet run` the program is dotnet, and its first argument we.
        var self = Environment.GetCommandLineArgs()[0];
        string[] argv = self.EndsWith(".dll", StringComparison.Ordinal) ? [Environment.ProcessPath!, self, .. arguments] : [Environment.ProcessPath!, .. arguments];
        var environment = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Select(e => $"{e.Key}={e.Value}").ToList();
        List<TapeCall> calls =
        [
            new("setsid"),
            new("execve", Environment.ProcessPath!, new TapeArg.Strs(argv), new TapeArg.Strs(environment, "environ")),
        ];
        var child = Child.Clone(new ChildOptions(calls)
        {
            Kept = ReportDescriptor + 1,
            Descriptors = [new("manifest", input), new("null", nothing), new("null", nothing), new("report", write), ChildDescriptor.Status],
        });
        _ = child.WaitStatus();
        return child.Failure() is { } failure ? throw failure : child;
    }

    private static string Understand(string report, Child monitor)
    {
        var space = report.IndexOf(' ', StringComparison.Ordinal);
        var (word, rest) = space < 0 ? (report, "") : (report[..space], report[(space + 1)..]);
        if (word == Up)
            return rest;
        // It has undone what it did, and is about to end: a failure that is told leaves no process.
        _ = Processes.WaitEnd(monitor.PidFd, -1);
        throw int.TryParse(word, CultureInfo.InvariantCulture, out var code)
            ? new MinicException(rest, code)
            : new MinicException("make the pod", "its monitor ended without a word", "minic gc clears up what it had made.");
    }

    private static void Report(string text)
    {
        using var pipe = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(ReportDescriptor, ownsHandle: true), FileAccess.Write);
        pipe.Write(Encoding.UTF8.GetBytes(text));
    }
}
