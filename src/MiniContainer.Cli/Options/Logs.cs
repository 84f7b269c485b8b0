// Logs: Serilog, with a file where --log names one, in runc's text or JSON, and stderr with --debug. Without either
// option nothing of it is set up, for it would cost as much time as a namespace.

using System.CommandLine;
using MiniContainer.Kernel;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace MiniContainer.Cli;

/// <summary>Sets the log up and closes it.</summary>
internal static class Logs
{
    private static bool open;

    /// <summary>Opens what the global options ask for.</summary>
    /// <exception cref="MinicException">The file cannot be written.</exception>
    public static void Open(GlobalOptions globals, ParseResult parsed)
    {
        var (path, debug) = (parsed.GetValue(globals.Log), parsed.GetValue(globals.Debug));
        if (string.IsNullOrEmpty(path) && !debug)
            return;
        var json = parsed.GetValue(globals.LogFormat) == "json";
        // How long each step took is for programs to read.
        var level = new LoggingLevelSwitch(debug
            ? json ? LogEventLevel.Verbose : LogEventLevel.Debug : LogEventLevel.Information);
        var configuration = new LoggerConfiguration().MinimumLevel.ControlledBy(level);
        if (debug && string.IsNullOrEmpty(path))
        {
            // One place is enough, as with runc; errors and warnings come to stderr anyway, in their own form.
            configuration.WriteTo.Logger(stderr => stderr
                .Filter.ByIncludingOnly(e => e.Level < LogEventLevel.Warning)
                .WriteTo.Console(new RuncLogFormat(json), standardErrorFromLevel: LogEventLevel.Verbose));
        }

        if (!string.IsNullOrEmpty(path))
            AddFile(configuration, path, json);
        Log.Logger = configuration.CreateLogger();
        open = true;
    }

    /// <summary>Writes out what is left.</summary>
    public static void Close()
    {
        if (open)
            Log.CloseAndFlush();
    }

    private static void AddFile(LoggerConfiguration configuration, string given, bool json)
    {
        var path = HostPath.Absolute(given, $"open the log {given}");
        try
        {
            // Serilog keeps quiet about a file that it cannot open; the user should not find out later.
            using (File.Open(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
            {
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MinicException($"open the log {given}", e.Message,
                "Give --log a file in a directory that is there.", inner: e);
        }

        // Several minic may have one log: containerd gives all that it starts for a container the same.
        configuration.WriteTo.File(new RuncLogFormat(json), path, shared: true, fileSizeLimitBytes: null);
    }
}
