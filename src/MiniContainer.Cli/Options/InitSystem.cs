// What an init system hands to minic for the container's command, by variables of the environment: a socket on which to
// say that the service is ready, and sockets that are open already (lab 12-oci; sd_notify(3), sd_listen_fds(3)).

using System.Globalization;
using MiniContainer.Containers.Planning;

namespace MiniContainer.Cli;

/// <summary>Reads those variables.</summary>
internal static class InitSystem
{
    /// <summary>The socket of the init system; null if none waits for a word.</summary>
    public static string? NotifySocket =>
        Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is ['/' or '@', _, ..] path ? path : null;

    /// <summary>The sockets; null if there are none, or they were meant for another process: a parent's variables are
    /// inherited.</summary>
    public static ListenFds? ListenFds =>
        Number("LISTEN_PID") == Environment.ProcessId && Number("LISTEN_FDS") is > 0 and < 1024 and var count
            ? new ListenFds(count, Environment.GetEnvironmentVariable("LISTEN_FDNAMES")) : null;

    private static int Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture,
            out var n)
            ? n : 0;
}
