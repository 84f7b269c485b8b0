// --preserve-fds N: the descriptors 3 to 2+N go to the command as they are, if the caller has them open
// (lab 01-run; open(2), O_CLOEXEC; proc_pid_fdinfo(5)).

using System.CommandLine;
using System.Globalization;
using MiniContainer.Kernel;
using static Tmds.Linux.LibC;

namespace MiniContainer.Cli;

/// <summary>The option --preserve-fds.</summary>
internal static class PreservedDescriptors
{

    /// <summary>The option.</summary>
    public static Option<int> Option() => new("--preserve-fds")
    {
        HelpName = "N",
        Description = "Hand descriptors 3 to 2+N on to the command.",
    };

    /// <summary>The number given, checked.</summary>
    /// <param name="count">How many descriptors are to be handed on.</param>
    /// <param name="listening">How many come before them, sockets that an init system opened (LISTEN_FDS); checked
    /// too.</param>
    /// <exception cref="MinicException">One of the descriptors is not open.</exception>
    public static int Check(int count, int listening = 0)
    {
        if (count < 0)
            throw new MinicException("read --preserve-fds", $"{count} is negative",
                "Say how many descriptors from 3 on are to be handed on.");
        for (var fd = 3; fd < 3 + listening + count; fd++)
        {
            if (!IsCallers(fd) && fd < 3 + listening)
                throw new MinicException("read LISTEN_FDS", $"descriptor {fd} is not open",
                    "Unset LISTEN_FDS, or open as many descriptors as it says, from 3 on.");
            if (!IsCallers(fd))
                throw new MinicException("read --preserve-fds", $"descriptor {fd} is not open",
                    $"Open it first: minic ... {fd}<FILE.");
        }

        return count;
    }

    // What came through execve never closes on exec; our own runtime's descriptors all do.
    private static bool IsCallers(int fd)
    {
        var info = $"/proc/self/fdinfo/{fd.ToString(CultureInfo.InvariantCulture)}";
        if (!File.Exists(info))
            return false;
        var flags = File.ReadLines(info).First(l => l.StartsWith("flags:", StringComparison.Ordinal))[6..].Trim();
        return (Convert.ToInt32(flags, 8) & O_CLOEXEC) == 0;
    }
}
