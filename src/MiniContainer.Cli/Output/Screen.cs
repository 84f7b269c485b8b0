// The terminal as it is: how much fits, and whether it shows colours (ioctl_tty(2), no-color.org).

using System.Globalization;
using MiniContainer.Kernel;

namespace MiniContainer.Cli;

/// <summary>Knows the terminal.</summary>
internal static class Screen
{
    private const int Narrowest = 40;
    private const int Usual = 80;

    /// <summary>The columns that there are. A shell's own idea goes first, so that a pipe can be told too.</summary>
    public static int Width()
    {
        var said = Environment.GetEnvironmentVariable("COLUMNS");
        if (int.TryParse(said, CultureInfo.InvariantCulture, out var columns) && columns > 0)
            return Math.Max(Narrowest, columns);
        using var stdout = StandardStreams.Get(1);
        return Terminal.Size(stdout) is { Columns: > 0 } size ? Math.Max(Narrowest, (int)size.Columns) : Usual;
    }

    /// <summary>The lines of the terminal at standard output; null if there is none.</summary>
    public static int? Rows()
    {
        using var stdout = StandardStreams.Get(1);
        return Terminal.Is(stdout) && Terminal.Size(stdout) is { Rows: > 0 } size ? size.Rows : null;
    }

    /// <summary>Whether a descriptor is a terminal that shows colours, to a user who wants them.</summary>
    /// <param name="descriptor">1 or 2.</param>
    public static bool Colours(int descriptor)
    {
        using var handle = StandardStreams.Get(descriptor);
        return Terminal.Is(handle) && Environment.GetEnvironmentVariable("NO_COLOR") is null or ""
            && Environment.GetEnvironmentVariable("TERM") != "dumb";
    }
}
