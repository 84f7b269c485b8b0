// Starting a pod's monitor: a second minic, in a session of its own, with a pipe on which it says whether the pod is up
// (lab 21-pod; daemon(7)). It is started as everything here is: by a tape.
//
//     minic pod run                           the monitor
//     clone, execve itself ---------------->  minic pod monitor
//     reads the pipe                          plays the plan
//     "up" or the error  <------------------  one line; end of file without one: it was killed
//     tells, exits                            stays until the last container has ended
//
// With --step there is a pair of sockets besides: the monitor has no terminal, so `minic pod run` asks for it. If that
// one dies, the monitor reads end of file, and undoes what it began.

using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MiniContainer.Kernel;
using MiniContainer.Telling.Stepping;

namespace MiniContainer.Pods.Lifecycle;

/// <summary>Starts monitors, and reports from them.</summary>
public static class MonitorProcess
{
    /// <summary>The descriptor on which a monitor reports.</summary>
    public const int ReportDescriptor = 3;

    /// <summary>The descriptor over which it asks the person at the terminal of <c>minic pod run</c>.</summary>
    private const int DialogDescriptor = 4;

    private const string Up = "up";

    /// <summary>Starts a monitor and waits for its report.</summary>
    /// <param name="arguments">The arguments of minic that make it one.</param>
    /// <param name="manifest">The text on its standard input: in memory, so that no death leaves it behind.</param>
    /// <param name="person">Asks the user before each step; null for none.</param>
    /// <returns>What it says of the pod, beyond that it is up.</returns>
    /// <exception cref="MinicException">What it reports, or that it ended without a report.</exception>
    public static string Start(IReadOnlyList<string> arguments, string manifest, StepDialog? person = null)
    {
        using var input = MemoryFile.Create("manifest", Encoding.UTF8.GetBytes(manifest));
        var (read, write) = Libc.PipePair();
        using (read)
        {
            var (ours, theirs) = person is null ? (null, null) : Pair();
            Child monitor;
            using (var nothing = Libc.OpenHandle("/dev/null", 2 /* O_RDWR */))
            using (theirs)
            using (write)
                monitor = Spawn(arguments,
                    [new("manifest", input), new("null", nothing), new("null", nothing), new("report", write),
                        .. theirs is null ? Array.Empty<ChildDescriptor>() : [new ChildDescriptor("dialog", theirs)]]);
            using (var dialog = ours is null ? null : new FileStream(ours, FileAccess.ReadWrite, bufferSize: 0))
            {
                if (dialog is not null)
                    PipedDialog.Serve(dialog, person!);
            }

            using var reader = new StreamReader(new FileStream(read, FileAccess.Read), Encoding.UTF8);
            using (monitor)
                return Understand(reader.ReadToEnd(), monitor);
        }
    }

    /// <summary>The way, from a monitor, to the person at the terminal of <c>minic pod run</c>.</summary>
    public static PipedDialog Dialog() =>
        new(new FileStream(new SafeFileHandle(DialogDescriptor, ownsHandle: true), FileAccess.ReadWrite,
            bufferSize: 0));

    /// <summary>Reports, from a monitor, that the pod is up.</summary>
    public static void ReportUp(string text) => Report($"{Up} {text}");

    /// <summary>Reports, from a monitor, that the pod could not be made.</summary>
    public static void ReportFailure(MinicException failure) =>
        Report($"{failure.ExitCode.ToString(CultureInfo.InvariantCulture)} {failure.Message}");

    private static (SafeFileHandle? Ours, SafeFileHandle? Theirs) Pair() => Terminal.SocketPair();

    private static Child Spawn(IReadOnlyList<string> arguments, IReadOnlyList<ChildDescriptor> descriptors)
    {
        // `dotnet minic.dll`: the program is dotnet, and its first argument ours. A jitted minic is called minic.dll
        // too.
        var (program, self) = (Environment.ProcessPath!, Environment.GetCommandLineArgs()[0]);
        string[] argv = Path.GetFileName(program) == "dotnet" ? [program, self, .. arguments] : [program, .. arguments];
        var environment = CallerWords.Environment();
        List<TapeCall> calls =
        [
            new("setsid"),
            new("execve", program, new TapeArg.Strs(argv), new TapeArg.Strs(environment, Counted: true)),
        ];
        var child = Child.Clone(new ChildOptions(calls)
        {
            Kept = descriptors.Count,
            Descriptors = [.. descriptors, ChildDescriptor.Status],
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
            : new MinicException("make the pod", "its monitor ended without a word",
                "minic gc clears up what it had made.");
    }

    private static void Report(string text)
    {
        using var pipe = new FileStream(new SafeFileHandle(ReportDescriptor, ownsHandle: true), FileAccess.Write);
        pipe.Write(Encoding.UTF8.GetBytes(text));
    }
}
