// --user: numbers as runc takes them, or names from the container's own /etc/passwd and /etc/group
// (lab 10-privileges; passwd(5), group(5)).

using System.Globalization;
using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;

namespace MiniContainer.Cli;

/// <summary>Reads --user.</summary>
internal static class UserOption
{
    /// <summary>The user that is meant.</summary>
    /// <param name="text">UID, UID:GID, NAME or NAME:GROUP.</param>
    /// <param name="user">The user without the option: what is not said stays so.</param>
    /// <param name="root">The root file system, or /proc/PID/root, where names are looked up.</param>
    /// <exception cref="MinicException">There is no such user or group.</exception>
    public static User Parse(string text, User user, string root)
    {
        var parts = text.Split(':', 2);
        if (Number(parts[0]) is { } uid)
        {
            user = user with { Uid = uid };
        }
        else
        {
            var entry = Find(root, "/etc/passwd", parts[0], 4) ?? throw Unknown(text, "user", parts[0], "/etc/passwd");
            user = user with { Uid = Number(entry[2]) ?? 0, Gid = Number(entry[3]) ?? 0 };
        }

        if (parts.Length == 1)
            return user;
        var gid = Number(parts[1]) ?? Number((Find(root, "/etc/group", parts[1], 3) ?? throw Unknown(text, "group", parts[1], "/etc/group"))[2]);
        return user with { Gid = gid ?? 0 };
    }

    private static uint? Number(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string[]? Find(string root, string file, string name, int fields) =>
        InsideRoot.TryReadLines(root, file)?.Select(l => l.Split(':')).FirstOrDefault(f => f.Length >= fields && f[0] == name);

    private static MinicException Unknown(string text, string kind, string name, string file) =>
        new($"read --user {text}", $"the container has no {kind} \"{name}\"", $"Give a number, or a name from its {file}.");
}
