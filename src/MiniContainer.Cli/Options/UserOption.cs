// --user: numbers as runc takes them, or names from the container's own /etc/passwd and /etc/group
// (lab 10-privileges; passwd(5), group(5)). A number that is no id is refused wherever it stands: the image's own files
// could otherwise make a named user root (CVE-2024-40635).

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
    /// <exception cref="MinicException">There is no such user or group, or its id is out of range.</exception>
    public static User Parse(string text, User user, string root)
    {
        var parts = text.Split(':', 2);
        if (IdRules.IsNumber(parts[0], out var uid))
        {
            user = user with { Uid = uid ?? throw NoId(text, "user", parts[0]) };
        }
        else
        {
            var entry = Find(root, "/etc/passwd", parts[0], 4) ?? throw Unknown(text, "user", parts[0], "/etc/passwd");
            user = user with
            {
                Uid = Entry(text, "/etc/passwd", parts[0], "user", entry[2]),
                Gid = Entry(text, "/etc/passwd", parts[0], "group", entry[3]),
            };
        }

        return parts.Length == 1 ? user : user with { Gid = Group(text, parts[1], root) };
    }

    /// <summary>A group that is given by its number.</summary>
    /// <param name="option">The option, for errors.</param>
    /// <param name="text">What was typed.</param>
    /// <exception cref="MinicException">It is no number, or out of range.</exception>
    public static uint GroupNumber(string option, string text) =>
        IdRules.IsNumber(text, out var gid)
            ? gid ?? throw new MinicException($"read {option} {text}", $"there can be no group {text}", IdRules.Range)
            : throw new MinicException($"read {option} {text}", "it is no number", $"Give its number. {IdRules.Range}");

    private static uint Group(string text, string group, string root)
    {
        if (IdRules.IsNumber(group, out var gid))
            return gid ?? throw NoId(text, "group", group);
        var entry = Find(root, "/etc/group", group, 3) ?? throw Unknown(text, "group", group, "/etc/group");
        return Entry(text, "/etc/group", group, "group", entry[2]);
    }

    // What an image says is worth no more than what is typed; and what is no number at all is not 0.
    private static uint Entry(string text, string file, string name, string kind, string id) =>
        IdRules.IsNumber(id, out var number) && number is { } good
            ? good
            : throw new MinicException(
                $"read --user {text}", $"the container's {file} gives \"{name}\" the {kind} id \"{id}\"",
                $"{IdRules.Range} Mend that line, or give numbers.");

    private static string[]? Find(string root, string file, string name, int fields) =>
        name.Length == 0 ? null : InsideRoot.TryReadLines(root, file)?
            .Select(l => l.Split(':')).FirstOrDefault(f => f.Length >= fields && f[0] == name);

    private static MinicException NoId(string text, string kind, string id) =>
        new($"read --user {text}", $"there can be no {kind} {id}", IdRules.Range);

    private static MinicException Unknown(string text, string kind, string name, string file) =>
        new($"read --user {text}", $"the container has no {kind} \"{name}\"",
            $"Give a number, or a name from its {file}.");
}
