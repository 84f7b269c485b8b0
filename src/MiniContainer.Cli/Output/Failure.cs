// How a failure is told: one or two lines on stderr, the same in the log, and the exit code (DESIGN: Errors).

using MiniContainer.Kernel;
using Serilog;
using Serilog.Events;

namespace MiniContainer.Cli;

/// <summary>Tells why minic failed.</summary>
internal static class Failure
{
    /// <summary>Tells of something that went wrong and does not matter to the result.</summary>
    public static void Warn(string message)
    {
        Console.Error.WriteLine($"minic: warning: {message}");
        Log.Warning("{Message:l}", message);
    }

    /// <summary>Tells it.</summary>
    /// <returns>The exit code.</returns>
    public static int Tell(Exception exception)
    {
        var (message, code) = exception switch
        {
            MinicException e => (e.Message, e.ExitCode),
            // A full disk, or a file that another process has taken away: the runtime's own message says which.
            IOException or UnauthorizedAccessException => (exception.Message, MinicException.ExitFailure),
            _ => ($"{exception.GetType().Name}: {exception.Message}. This is a bug in minic: please report it with "
                + "what --debug shows.", MinicException.ExitFailure),
        };
        message = PathElsewhere.Note(message, Environment.GetCommandLineArgs()[1..]);
        Console.Error.WriteLine($"minic: {message}");
        if (exception is not MinicException && Log.IsEnabled(LogEventLevel.Debug))
            Console.Error.WriteLine(exception);
        Log.Error("{Message:l}", message);
        return code;
    }
}
