// Shows a text that does not fit the terminal through a pager, as git does: $PAGER, else less, which is told by
// LESS=FRX (if the user says nothing else) to pass colours, to leave the text there, and to end by itself if all fits.
// less(1), more(1).

using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MiniContainer.Cli;

/// <summary>Pages.</summary>
internal static class Pager
{
    // What a shell says of a command that it does not find, or may not execute.
    private const int NotExecutable = 126;
    private const int NotFound = 127;

    /// <summary>
    /// Writes a text to standard output, through a pager if it is a terminal that is not tall enough.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="output">Standard output, or what stands in for it.</param>
    /// <param name="wanted">Whether the user wants a pager.</param>
    public static void Show(string text, TextWriter output, bool wanted)
    {
        var pages = wanted && ReferenceEquals(output, Console.Out) && Screen.Rows() is { } rows
            && text.Count(c => c == '\n') >= rows;
        if (!pages || Command() is not { } pager || !Run(pager, text))
            output.Write(text);
    }

    private static string? Command() => Environment.GetEnvironmentVariable("PAGER") switch
    {
        null => "less",
        "" or "cat" => null,
        var pager => pager,
    };

    // Returns false if nothing has been shown.
    private static bool Run(string pager, string text)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", pager]) { RedirectStandardInput = true };
        start.Environment.TryAdd("LESS", "FRX");
        start.Environment.TryAdd("LV", "-c");
        // Ctrl-C is for the pager, which outlives it: if minic ended, the shell and the pager would share the terminal.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, context => context.Cancel = true);
        try
        {
            using var process = Process.Start(start)!;
            Feed(process, text);
            process.WaitForExit();
            return process.ExitCode is not (NotExecutable or NotFound);
        }
        catch (Win32Exception)
        {
            // There is no shell.
            return false;
        }
    }

    private static void Feed(Process process, string text)
    {
        try
        {
            using var input = process.StandardInput;
            input.Write(text);
        }
        catch (IOException)
        {
            // The reader has seen enough: that is no error.
        }
    }
}
