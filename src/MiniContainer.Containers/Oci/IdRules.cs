// The ids that a user or a group can have. 4294967295 is -1, which means "no id": setresuid(2) and chown(2) leave
// that id as it is, and the process stays root (CVE-2024-40635). Lab: 10-privileges; credentials(7),
// user_namespaces(7).

using System.Globalization;
using MiniContainer.Documents;

namespace MiniContainer.Containers.Oci;

/// <summary>Finds ids that no user or group can have.</summary>
public static class IdRules
{
    /// <summary>The largest id; the one above it is -1, "no id".</summary>
    public const uint Most = uint.MaxValue - 1;

    /// <summary>What an id may be, for an error.</summary>
    public static string Range { get; } = $"An id is a number from 0 to {Most}.";

    private const string NoId = "4294967295 is -1, by which the kernel means \"no id\": root would stay";

    /// <summary>An id as people type it.</summary>
    /// <param name="text">The digits; a name gives false.</param>
    /// <param name="id">The id, or null if the number is out of range.</param>
    /// <returns>Whether it is a number at all, with or without a sign: that is never a name to look up.</returns>
    public static bool IsNumber(string text, out uint? id)
    {
        id = null;
        var digits = text.StartsWith('-') || text.StartsWith('+') ? text.AsSpan(1) : text;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        if (uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= Most)
        {
            id = number;
        }

        return true;
    }

    /// <summary>Adds a problem for each id of a process that is none.</summary>
    public static void CheckUser(string path, User? user, Problems problems)
    {
        Check($"{path}.uid", user?.Uid, problems);
        Check($"{path}.gid", user?.Gid, problems);
        foreach (var (gid, i) in (user?.AdditionalGids ?? []).Select((gid, i) => (gid, i)))
        {
            Check($"{path}.additionalGids[{i}]", gid, problems);
        }
    }

    /// <summary>Adds a problem for an id that is none.</summary>
    public static void Check(string path, uint? id, Problems problems)
    {
        if (id > Most)
        {
            problems.Add(path, NoId, Range);
        }
    }

    /// <summary>Adds a problem for each range that reaches beyond the largest id, on either side.</summary>
    public static void CheckMappings(string path, IReadOnlyList<LinuxIdMapping>? list, Problems problems)
    {
        foreach (var (map, i) in (list ?? []).Select((map, i) => (map, i)))
        {
            CheckEnd($"{path}[{i}]", "containerID", map.ContainerId, map.Size, problems);
            CheckEnd($"{path}[{i}]", "hostID", map.HostId, map.Size, problems);
        }
    }

    private static void CheckEnd(string path, string member, uint first, uint size, Problems problems)
    {
        if ((ulong)first + size > (ulong)Most + 1)
        {
            problems.Add($"{path}.{member}", $"{size} ids from {first} on go up to {(ulong)first + size - 1}", Range);
        }
    }
}
