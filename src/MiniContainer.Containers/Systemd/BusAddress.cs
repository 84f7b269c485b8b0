// Where the message bus is on which systemd answers (lab 08-cgroups; sd_bus_default(3), D-Bus specification,
// "Well-known Message Bus Instances").

using System.Globalization;
using MiniContainer.Kernel;

namespace MiniContainer.Containers.Systemd;

/// <summary>Finds the bus, and who we are there.</summary>
internal static class BusAddress
{
    /// <summary>The address of a bus.</summary>
    /// <param name="user">Whether of the user's own.</param>
    public static string Of(bool user)
    {
        if (Environment.GetEnvironmentVariable(user ? "DBUS_SESSION_BUS_ADDRESS" : "DBUS_SYSTEM_BUS_ADDRESS")
            is { Length: > 0 } given)
            return given;
        if (!user)
            return "unix:path=/run/dbus/system_bus_socket";
        var runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } said ? said
            : $"/run/user/{UserOutside().ToString(CultureInfo.InvariantCulture)}";
        return $"unix:path={runtime}/bus";
    }

    /// <summary>The socket of an address, or null if it names none in the file system.</summary>
    public static string? Socket(string address) =>
        address.StartsWith("unix:path=", StringComparison.Ordinal) && !address.Contains(';', StringComparison.Ordinal)
            ? address["unix:path=".Length..].Split(',')[0] : null;

    /// <summary>Our user id outside the user namespace that we are in, if any (user_namespaces(7)).</summary>
    public static long UserOutside() => Outside(Caller.Current.Uid,
        File.Exists("/proc/self/uid_map") ? File.ReadLines("/proc/self/uid_map") : []);

    /// <summary>The id outside that a map gives to one inside.</summary>
    /// <param name="uid">The id inside.</param>
    /// <param name="map">Lines of "inside outside count".</param>
    internal static long Outside(uint uid, IEnumerable<string> map)
    {
        foreach (var line in map)
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var inside, var outside, var count]
                && long.Parse(inside, CultureInfo.InvariantCulture) is var first && uid >= first
                && uid < first + long.Parse(count, CultureInfo.InvariantCulture))
                return uid - first + long.Parse(outside, CultureInfo.InvariantCulture);
        }

        return uid;
    }
}
